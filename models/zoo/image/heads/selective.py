"""Selective kernel networks (Li et al. 2019): which kernel, for each channel.

https://arxiv.org/abs/1903.06586, section 3.1. Two branches look at 3 x 3 and, dilated, at 5 x 5
places; a softmax over the branches says for each channel how much of which goes on.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from foveate.models.attention import Attention
from foveate.models.axis import Branches, Channels
from foveate.models.intervention import Intervention
from foveate.models.recording import record_weights
from foveate.models.site import Site
from foveate.models.zoo.image.heads.base import WIDTH, Attending, Head, squeezed, uniform

LABELS = ("3x3", "5x5")
GROUPS, RATIO, LEAST = 28, 16, 32  # four channels a group


class SelectiveKernel(Attending):
    """V = sum of a_i U_i; z = relu(norm(FC(average of U))), a = softmax over branches of FC_i z."""

    part, of = "kernel", "branch"

    def __init__(self, width: int) -> None:
        super().__init__()
        self.branches = nn.ModuleList(_branch(width, dilation) for dilation in (1, 2))
        inner = max(width // RATIO, LEAST)
        self.fuse = nn.Sequential(
            nn.Linear(width, inner, bias=False), nn.BatchNorm1d(inner), nn.ReLU()
        )
        self.select = nn.Linear(inner, len(LABELS) * width, bias=False)

    def forward(self, maps: Tensor, intervention: Intervention) -> Tensor:
        made = torch.stack(
            [branch(maps) for branch in self.branches], 1
        )  # (B, 2, C, rows, columns)
        fused = self.fuse(squeezed(made.sum(1), intervention))  # (B, inner)
        scores = self.select(fused).unflatten(1, (len(LABELS), -1))  # (B, 2, C)
        weights = (uniform(scores) if intervention.attention == "off" else scores).softmax(1)
        record_weights(self, weights.mT[:, None])
        return (weights[..., None, None] * made).sum(1)

    def site(self, held: Attention) -> Site:
        return Site(self.name, "gate", self.layer, Channels(held.shape[1]), Branches(LABELS), held)


def _branch(width: int, dilation: int) -> nn.Sequential:
    """3 x 3 in groups of channels; dilated by two it spans 5 x 5 places."""
    return nn.Sequential(
        nn.Conv2d(width, width, 3, padding=dilation, dilation=dilation, groups=GROUPS, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
    )


class Selective(Head):
    """SK before the average."""

    def __init__(self, classes: int, width: int = WIDTH) -> None:
        super().__init__(classes, width)
        self.selective = SelectiveKernel(width)

    def change(self, maps: Tensor, intervention: Intervention) -> Tensor:
        chosen: Tensor = self.selective(maps, intervention)
        return chosen
