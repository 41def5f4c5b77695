"""Receptive fields: what part of a photo a unit of a convolutional network can see, and does see.

The theoretical field follows from the kernels alone (Araujo et al. 2019, "Computing receptive
fields of convolutional neural networks", Distill); the effective one is the gradient of the unit by
the pixels (Luo et al. 2016, arXiv 1701.04128), and is about Gaussian and far smaller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from foveate.models.axis import Grid


class Kernel(NamedTuple):
    """A convolution or a pooling along one axis: `before` are the zeros before the first unit."""

    size: int
    stride: int = 1
    before: int = 0
    dilation: int = 1


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """Along one axis, in pixels of the input: unit i sees `size` from `start + i * stride` on."""

    size: int
    stride: int
    start: int

    def span(self, unit: int) -> tuple[int, int]:
        """The first pixel that a unit sees, and the one after the last: padding lies outside."""
        first = self.start + unit * self.stride
        return first, first + self.size


@dataclass(frozen=True, slots=True)
class LayerView:
    """Where the units of a layer's map look: the grid that they divide the input into, and what one
    can see along rows and along columns.
    """

    grid: Grid
    rows: ReceptiveField
    columns: ReceptiveField

    def box(self, row: int, column: int) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of what a unit can see, in pixels of the input; the zeros of
        a padding lie outside.
        """
        (top, bottom), (left, right) = self.rows.span(row), self.columns.span(column)
        return left, top, right, bottom


def theoretical(kernels: Iterable[Kernel]) -> ReceptiveField:
    """The field of a unit behind these kernels, in their order (Araujo et al. 2019).

    With j the product of the strides before a kernel of size k: the size grows by (k - 1) j, the
    start moves back by j for every zero before.
    """
    size, stride, start = 1, 1, 0
    for kernel in kernels:
        size += (kernel.size - 1) * kernel.dilation * stride
        start -= kernel.before * stride
        stride *= kernel.stride
    return ReceptiveField(size, stride, start)


def effective(
    pixels: Tensor,
    until: Callable[[Tensor], Tensor],
    row: int,
    column: int,
    channel: int | None = None,
) -> Tensor:
    """The share (height, width) that each pixel has in what moves a unit.

    It is the absolute gradient of the unit by the pixels (1, colours, height, width), summed over
    colours and divided by its sum; zeros where nothing moves the unit, which ReLU can do. `until`
    makes the unit's map (1, C, rows, columns) of pixels; without a channel, the unit is the sum of
    all channels at its place.
    """
    with torch.inference_mode(False), torch.enable_grad():
        leaf = pixels.clone().requires_grad_()
        place = until(leaf)[0, :, row, column]  # (C,)
        unit = place.sum() if channel is None else place[channel]
        gradient = torch.autograd.grad(unit, leaf)[0][0]  # (colours, height, width)
    moved = gradient.abs().sum(0)
    return moved / moved.sum().clamp(min=torch.finfo(moved.dtype).tiny)


def pooled(share: Tensor, side: int) -> Tensor:
    """What squares of `side` pixels have together of a share (height, width): what is drawn, since
    neighbours' gradients differ more than an eye can follow.
    """
    return avg_pool2d(share[None], side, divisor_override=1)[0]


def deviation(share: Tensor) -> tuple[float, float]:
    """The standard deviation of a share (height, width) along rows and columns, in pixels.

    Of a Gaussian field, 95 % lies in four of them.
    """
    return _deviation(share.sum(1)), _deviation(share.sum(0))


def _deviation(share: Tensor) -> float:
    total = float(share.sum())
    if total == 0:
        return 0.0
    places, weights = torch.arange(len(share), dtype=torch.float64), share.double() / total
    mean = (weights * places).sum()
    return float((weights * (places - mean) ** 2).sum().sqrt())
