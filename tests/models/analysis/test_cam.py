"""Class activation maps against finite differences and what their papers prove of them."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from foveate.models.analysis.cam import (
    METHODS,
    CamMethod,
    grad_cam,
    gradient_of,
    hirescam,
    layercam,
)

CLASSES, CHANNELS = 4, 3


@pytest.fixture
def activations() -> Tensor:
    return torch.randn(1, CHANNELS, 4, 5, dtype=torch.float64)


@pytest.fixture
def deep() -> nn.Module:
    """What may follow a map: a convolution, a rectifier, a mean, a linear layer."""
    convolution = nn.Conv2d(CHANNELS, 6, 3, padding=1)
    pooled = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, CLASSES))
    return nn.Sequential(convolution, nn.Tanh(), pooled).double().requires_grad_(False)


@pytest.fixture
def linear() -> nn.Sequential:
    """A mean over all places and one linear layer."""
    parts = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(CHANNELS, CLASSES)
    return nn.Sequential(*parts).double().requires_grad_(False)


def nudged(activations: Tensor, rest: nn.Module, number: int, step: float = 1e-5) -> Tensor:
    """The gradient by moving one activation after the other."""
    found = torch.zeros_like(activations)
    for place in range(activations.numel()):
        moves = torch.zeros(activations.numel(), dtype=torch.float64)
        moves[place] = step
        moves = moves.view_as(activations)
        up, down = (rest(activations + sign * moves)[0, number] for sign in (1, -1))
        found.view(-1)[place] = (up - down) / (2 * step)
    return found


def test_the_gradient_is_what_moving_one_activation_gives(
    activations: Tensor, deep: nn.Module
) -> None:
    for number in range(CLASSES):
        found = gradient_of(activations, deep, number)
        torch.testing.assert_close(found, nudged(activations, deep, number), rtol=0, atol=1e-8)


def test_it_is_worked_out_of_what_an_inference_left(activations: Tensor, deep: nn.Module) -> None:
    with torch.inference_mode():
        inferred = activations + 0
        assert torch.equal(gradient_of(inferred, deep, 1), gradient_of(activations, deep, 1))


@pytest.mark.parametrize("method", METHODS)
def test_each_is_its_papers_sum(method: CamMethod, activations: Tensor, deep: nn.Module) -> None:
    gradient = gradient_of(activations, deep, 2)[0]
    found = METHODS[method](activations[0], gradient)
    for row in range(4):
        for column in range(5):
            total = 0.0
            for channel in range(CHANNELS):
                weight = float(gradient[channel, row, column])
                if method == "grad-cam":
                    weight = float(gradient[channel].mean())
                if method == "layercam":
                    weight = max(weight, 0.0)
                total += weight * float(activations[0, channel, row, column])
            expected = total if method == "hirescam" else max(total, 0.0)
            assert float(found[row, column]) == pytest.approx(expected, abs=1e-12)


def test_hirescam_sums_to_the_logit_less_its_bias(
    activations: Tensor, linear: nn.Sequential
) -> None:
    logits, bias = linear(activations)[0], linear[2].bias
    for number in range(CLASSES):
        found = hirescam(activations[0], gradient_of(activations, linear, number)[0])
        assert float(found.sum()) == pytest.approx(float(logits[number] - bias[number]))


def test_before_a_mean_and_a_linear_layer_grad_cam_is_hirescam_rectified(
    activations: Tensor, linear: nn.Sequential, deep: nn.Module
) -> None:
    for rest, same in ((linear, True), (deep, False)):
        gradient = gradient_of(activations, rest, 0)[0]
        rectified = hirescam(activations[0], gradient).relu()
        assert torch.allclose(grad_cam(activations[0], gradient), rectified) is same


def test_layercam_leaves_out_what_would_lower_the_logit() -> None:
    activations, gradient = torch.ones(2, 1, 2), torch.tensor([[[1.0, 2.0]], [[-3.0, 4.0]]])
    assert layercam(activations, gradient).tolist() == [[1, 6]]
    assert hirescam(activations, gradient).tolist() == [[-2, 6]]
    assert grad_cam(activations, gradient).tolist() == [[2, 2]]
