"""A learned query with keys and values of frames, with and without their place in time.

Vaswani et al. 2017, "Attention is all you need", equation 1 and sections 3.2.2 and 3.5; a pooling
by Lee et al. 2019 (section 3.2, one seed). https://arxiv.org/abs/1706.03762,
https://arxiv.org/abs/1810.00825. Axis sizes in comments: B clips, H heads, F frames, D width a
head, C = H D.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from foveate.models.intervention import Intervention
from foveate.models.recording import record
from foveate.models.zoo.video.frames import WIDTH
from foveate.models.zoo.video.heads.base import Head, Pooling, only

HEADS = 4
TRAINED = 16  # frames of the clips that it was trained on
LONGEST = 100.0  # the slowest sinusoid has a wave of 2 pi times as many frames


class QueryPooling(Pooling):
    """One query a head, learned; keys and values of every frame.

    `placed` adds sinusoids of each frame's time to its features. The times of a clip go from 0 to
    15 whatever the number of its frames, so that they are those that were trained on.
    """

    def __init__(self, width: int, placed: bool = False, heads: int = HEADS) -> None:
        super().__init__()
        self.heads, self.placed = heads, placed
        self.asked = nn.Parameter(torch.randn(1, 1, width) * width**-0.5)
        self.query, self.key = nn.Linear(width, width), nn.Linear(width, width)
        self.value, self.output = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, frames: Tensor, intervention: Intervention) -> Tensor:
        """(B, F, C) -> (B, C)."""
        if self.placed:
            frames = frames + sinusoids(frames.shape[1], frames.shape[2]).to(frames)
        asked = self.query(self.asked).expand(len(frames), -1, -1)
        if intervention.attention == "off":
            asked = torch.zeros_like(asked)
        query, key, value = map(self._split, (asked, self.key(frames), self.value(frames)))
        mask = None if intervention.frame is None else only(intervention.frame, key[..., 0])
        scale = query.shape[-1] ** -0.5
        bias = None if mask is None else mask[None, None, None]
        record(self, query, key, scale, bias, value=value)
        mixed = F.scaled_dot_product_attention(query, key, value, bias, scale=scale)
        pooled: Tensor = self.output(mixed.transpose(1, 2).flatten(2))[:, 0]
        return pooled

    def _split(self, made: Tensor) -> Tensor:
        """(B, T, C) -> (B, H, T, D)."""
        return made.view(*made.shape[:2], self.heads, -1).transpose(1, 2)


class Query(Head):
    """The heads' answers in the average's stead; frames are a bag, in no order."""

    placed_frames = False

    def __init__(self, classes: int, width: int = WIDTH) -> None:
        super().__init__(classes, width)
        self.pooler = QueryPooling(width, self.placed_frames)

    def pool(self, frames: Tensor, intervention: Intervention) -> Tensor:
        pooled: Tensor = self.pooler(frames, intervention)
        return pooled


class QueryPlaced(Query):
    """The same, and every frame knows its time."""

    placed_frames = True


def sinusoids(frames: int, width: int) -> Tensor:
    """Sines and cosines of the times of evenly spaced frames (F, C): section 3.5's, but for their
    longest wave, which is that of a short clip.
    """
    times = torch.linspace(0, TRAINED - 1, frames)
    rates = torch.exp(torch.arange(0, width, 2) * (-math.log(LONGEST) / width))
    angles = times[:, None] * rates  # (F, C / 2)
    return torch.stack([angles.sin(), angles.cos()], 2).flatten(1)
