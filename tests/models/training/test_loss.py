"""The loss that works a vocabulary off in chunks, against torch's own."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from foveate.models.training.loss import CHUNK, smoothed_cross_entropy


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-5), (torch.bfloat16, 3e-2)]
)
def test_the_loss_in_chunks_is_torchs(dtype: torch.dtype, tolerance: float) -> None:
    torch.manual_seed(0)
    wide = torch.float64 if dtype is torch.float64 else torch.float32
    shapes = (CHUNK + 40, 24), (90, 24), (90,)
    given = [torch.randn(shape, dtype=wide, requires_grad=True) for shape in shapes]
    target = torch.randint(0, 90, (CHUNK + 40,))
    found = 3 * smoothed_cross_entropy(*given, target, 0.1, dtype)
    wanted = 3 * F.cross_entropy(F.linear(*given), target, label_smoothing=0.1)
    torch.testing.assert_close(found, wanted, atol=0, rtol=tolerance)
    for ours, theirs in zip(
        torch.autograd.grad(found, given), torch.autograd.grad(wanted, given), strict=True
    ):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=tolerance * float(theirs.abs().max()))


def test_the_loss_of_a_hopeless_label_is_exact() -> None:
    states, weight = torch.full((1, 1), 1000.0), torch.tensor([[1.0], [-1.0]])
    states.requires_grad_()
    loss = smoothed_cross_entropy(
        states, weight, torch.zeros(2), torch.tensor([1]), 0.0, torch.float32
    )
    loss.backward()
    assert loss.item() == 2000.0
    assert states.grad is not None
    assert states.grad.item() == 2.0
