"""J and F of the bench that carries masks."""

from __future__ import annotations

import pytest
import torch

from bench.davis import accuracy, overlap


def squares(*lefts: int) -> torch.Tensor:
    """A square of 40 x 40 pixels, so far from the left, in each frame."""
    found = torch.zeros(len(lefts), 120, 160, dtype=torch.bool)
    for frame, left in enumerate(lefts):
        found[frame, 30:70, left : left + 40] = True
    return found


def test_the_same_masks_are_right() -> None:
    assert overlap(squares(20, 30), squares(20, 30)).tolist() == [1, 1]
    assert accuracy(squares(20, 30), squares(20, 30)).tolist() == [1, 1]


def test_a_mask_half_beside_has_a_third() -> None:
    assert overlap(squares(40), squares(20)).tolist() == pytest.approx([20 / 60])


def test_a_boundary_counts_within_its_tolerance() -> None:
    assert accuracy(squares(22), squares(20)).tolist() == [1]  # 0.008 of 200 pixels is 2
    assert 0.4 < float(accuracy(squares(24), squares(20))) < 0.7  # above and below are right


def test_nothing_is_right_where_there_is_nothing() -> None:
    nothing = torch.zeros(1, 120, 160, dtype=torch.bool)
    assert overlap(nothing, nothing).tolist() == accuracy(nothing, nothing).tolist() == [1]
    assert overlap(nothing, squares(20)).tolist() == accuracy(nothing, squares(20)).tolist() == [0]
