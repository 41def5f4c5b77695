"""Swin: attention in shifted windows (Liu et al. 2021).

https://arxiv.org/abs/2103.14030, section 3.2. Places look inside windows of 7 x 7, with a bias for
each way from query to key; the second block's windows are shifted by 3, and a mask keeps apart what
only the shift has brought side by side. Where attention is pinned, the window that holds the place
is; the others know nothing of it and attend as they do.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor, nn

from foveate.models.attention import Partition
from foveate.models.intervention import Intervention
from foveate.models.zoo.image.families.windows import windows
from foveate.models.zoo.image.heads.attention import MultiHead
from foveate.models.zoo.image.heads.base import place_of
from foveate.models.zoo.image.heads.vision_transformer import Transformed
from foveate.models.zoo.image.stem import PLACES

WINDOW, SHIFT = 7, 3
APART = -100.0  # added between places of two regions, as in the authors' code


class WindowAttention(MultiHead):
    """Every place looks at those of its window: softmax(q k^T / sqrt D + B + mask) v."""

    index: Tensor
    mask: Tensor

    def __init__(self, width: int, shift: int) -> None:
        super().__init__(width)
        self.shift = shift
        ways = (2 * WINDOW - 1) ** 2
        self.table = nn.Parameter(torch.randn(ways, self.heads) * 0.02)
        self.register_buffer("index", relative_index(WINDOW), persistent=False)
        self.register_buffer("mask", shifted_mask(shift), persistent=False)

    def forward(self, tokens: Tensor, intervention: Intervention) -> Tensor:
        partition = parted(self.shift)
        order, size = partition.query.flatten(), partition.query.shape[1]
        inside = tokens[:, order].reshape(-1, size, tokens.shape[2])  # (B W, t, C)
        mask, bias = self._mask(len(tokens), intervention), self.bias()
        mixed = self.attend(inside, inside, intervention, bias, mask, partition)
        return mixed.reshape(tokens.shape)[:, order.argsort()]

    def bias(self) -> Tensor:
        """B of the relative positions, (1, H, t, t)."""
        return self.table[self.index].permute(2, 0, 1)[None]

    def _mask(self, pictures: int, intervention: Intervention) -> Tensor:
        """What may not be seen, (B W, 1, t, t) or (B W, 1, 1, t)."""
        mask = self.mask[:, None]
        if intervention.pin is not None:
            inside = parted(self.shift).query
            place = place_of(intervention.pin)
            home = (inside == place).any(1)[:, None] & (inside != place)  # (W, t)
            mask = mask + torch.zeros(home.shape).masked_fill(home, float("-inf"))[:, None, None]
        return mask.repeat(pictures, 1, 1, 1)


class Swin(Transformed):
    """A block of windows and one of shifted ones; their bias says where, not positions."""

    positions = False

    def attentions(self, width: int) -> list[MultiHead]:
        return [WindowAttention(width, 0), WindowAttention(width, SHIFT)]


@cache
def parted(shift: int) -> Partition:
    """The places of every window, after a roll by `shift` up and left."""
    return windows(PLACES, WINDOW, shift)


def relative_index(window: int) -> Tensor:
    """The row of the bias table for every query and key of a window, (t, t):
    (dr + M - 1)(2 M - 1) + (dc + M - 1).
    """
    places = torch.arange(window * window)
    row, column = places // window, places % window
    down, across = (each[:, None] - each[None] + window - 1 for each in (row, column))
    return down * (2 * window - 1) + across


def shifted_mask(shift: int) -> Tensor:
    """-100 between places of a window that come from two of the nine regions, (W, t, t)."""
    inside = parted(shift).query
    row, column = inside // PLACES.columns, inside % PLACES.columns
    # What was rolled around an edge lies before the shift: it is another region than what was not.
    region = 2 * (row < shift) + (column < shift)
    apart = region[:, :, None] != region[:, None]
    return torch.zeros(apart.shape).masked_fill(apart, APART)
