"""How many threads torch takes is set for a while, and set back."""

from __future__ import annotations

import pytest
import torch

from foveate.models.threads import at_most


@pytest.mark.parametrize(("asked", "inside"), [(1, 1), (2, 2), (5, 3), (None, 3)])
def test_at_most_so_many_inside_and_as_before_afterwards(asked: int | None, inside: int) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with at_most(asked):
            assert torch.get_num_threads() == inside
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
