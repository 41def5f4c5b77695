"""Receptive fields against published ones, and against every pixel tried."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from foveate.models.analysis.receptive import (
    Kernel,
    ReceptiveField,
    deviation,
    effective,
    pooled,
    theoretical,
)

VGG16 = [
    kernel
    for convolutions in (2, 2, 3, 3, 3)
    for kernel in [*[Kernel(3, 1, 1)] * convolutions, Kernel(2, 2)]
]
MOBILENET = [Kernel(3, 2), *(Kernel(3, 2 if n in (1, 3, 5, 11) else 1) for n in range(13))]


@pytest.mark.parametrize(
    ("kernels", "size", "stride"), [(VGG16, 212, 32), (MOBILENET, 315, 32), ([Kernel(1)], 1, 1)]
)
def test_sizes_are_those_that_araujo_et_al_list(
    kernels: list[Kernel], size: int, stride: int
) -> None:
    found = theoretical(kernels)
    assert (found.size, found.stride) == (size, stride)


CHAINS = [
    [Kernel(3, 2, 1), Kernel(5, 1, 2)],
    [Kernel(3, 2), Kernel(3, 1, dilation=2), Kernel(2, 2)],
    [Kernel(7, 3, 3), Kernel(1, 2, 0)],
]


def convolutions(kernels: list[Kernel]) -> nn.Sequential:
    layers = [
        nn.Conv2d(1, 1, kernel.size, kernel.stride, padding=kernel.before, dilation=kernel.dilation)
        for kernel in kernels
    ]
    return nn.Sequential(*layers).requires_grad_(False)


@pytest.mark.parametrize("kernels", CHAINS)
def test_a_unit_sees_its_span_and_no_pixel_more(kernels: list[Kernel]) -> None:
    network, field = convolutions(kernels), theoretical(kernels)
    pixels = torch.randn(1, 1, 31, 31)
    size = network(pixels).shape[-1]
    for unit in range(size):
        seen = effective(pixels, network, unit, size - 1 - unit).nonzero()
        for axis, place in enumerate((unit, size - 1 - unit)):
            first, last = field.span(place)
            found = int(seen[:, axis].min()), int(seen[:, axis].max()) + 1
            assert found == (max(first, 0), min(last, 31))


def test_a_share_is_the_gradient_that_moving_a_pixel_gives() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.Tanh(), nn.Conv2d(4, 2, 3, padding=1))
    network, pixels = network.double().requires_grad_(False), torch.randn(1, 3, 7, 6).double()
    for channel in (None, 1):

        def unit(given: Tensor, channel: int | None = channel) -> float:
            place = network(given)[0, :, 3, 2]
            return float(place.sum() if channel is None else place[channel])

        moved = torch.zeros(7, 6).double()
        for colour in range(3):
            for row in range(7):
                for column in range(6):
                    nudge = torch.zeros_like(pixels)
                    nudge[0, colour, row, column] = 1e-5
                    step = unit(pixels + nudge) - unit(pixels - nudge)
                    moved[row, column] += abs(step) / 2e-5
        found = effective(pixels, network, 3, 2, channel)
        torch.testing.assert_close(found, moved / moved.sum(), rtol=0, atol=1e-8)


def test_a_unit_that_nothing_moves_has_no_share() -> None:
    dead = nn.Sequential(nn.Conv2d(1, 1, 3), nn.Threshold(1e9, 0.0)).requires_grad_(False)
    share = effective(torch.randn(1, 1, 5, 5), dead, 0, 0)
    assert share.tolist() == torch.zeros(5, 5).tolist()
    assert deviation(share) == (0.0, 0.0)


def test_many_small_kernels_see_a_gaussian_far_smaller_than_their_field() -> None:
    """Luo et al. 2016: n kernels of ones have the deviation of a sum of n uniform steps."""
    layers, kernel = 20, 3
    network = nn.Sequential(
        *(nn.Conv2d(1, 1, kernel, padding=1, bias=False) for _ in range(layers))
    )
    for weight in network.parameters():
        nn.init.constant_(weight, 1 / kernel**2)
    network.requires_grad_(False)
    share = effective(torch.randn(1, 1, 61, 61), network, 30, 30)
    expected = (layers * (kernel**2 - 1) / 12) ** 0.5
    assert deviation(share) == pytest.approx((expected, expected), rel=1e-4)
    assert 4 * expected < 0.4 * theoretical([Kernel(kernel, 1, 1)] * layers).size


def test_squares_have_what_their_pixels_have_together() -> None:
    share = torch.arange(24.0).view(4, 6)
    assert pooled(share, 2).tolist() == [[14, 22, 30], [62, 70, 78]]


def test_a_span_may_begin_in_the_padding() -> None:
    assert ReceptiveField(5, 2, -3).span(0) == (-3, 2)
    assert ReceptiveField(5, 2, -3).span(4) == (5, 10)
