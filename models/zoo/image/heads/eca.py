"""Efficient channel attention (Wang et al. 2020): a gate a channel of its neighbours alone.

https://arxiv.org/abs/1910.03151, equations 9 and 12: one convolution along the channels, no bias,
whose width is |log2(C) / 2 + 1 / 2| made odd: 3 for 112 channels.
"""

from __future__ import annotations

import math

from torch import Tensor, nn

from foveate.models.intervention import Intervention
from foveate.models.zoo.image.heads.base import WIDTH, squeezed
from foveate.models.zoo.image.heads.gates import Gate, Gated


def kernel_of(channels: int) -> int:
    """How many neighbouring channels a gate is worked out from."""
    near = int(abs(math.log2(channels) / 2 + 1 / 2))
    return near if near % 2 else near + 1


class EfficientChannel(Gate):
    """s = sigmoid(conv(z)), z the average over places, as a row of channels."""

    of = "channel"

    def __init__(self, width: int) -> None:
        super().__init__()
        kernel = kernel_of(width)
        self.near = nn.Conv1d(1, 1, kernel, padding=kernel // 2, bias=False)

    def forward(self, maps: Tensor, intervention: Intervention) -> Tensor:
        row = self.near(squeezed(maps, intervention)[:, None])[:, 0]  # (B, C)
        return self.multiplied(maps, row.sigmoid()[..., None, None], intervention)


class Efficient(Gated):
    """ECA before the average."""

    def __init__(self, classes: int, width: int = WIDTH) -> None:
        super().__init__(EfficientChannel(width), classes, width)
