"""A learned query with keys and values (Vaswani et al. 2017; a pooling by Lee et al. 2019).

https://arxiv.org/abs/1706.03762, https://arxiv.org/abs/1810.00825 (section 3.2, one seed). Every
head asks one question of all places, and the answers together are the picture's vector.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from foveate.models.axis import Axis
from foveate.models.intervention import Intervention
from foveate.models.zoo.image.heads.attention import MultiHead
from foveate.models.zoo.image.heads.base import PICTURE, WIDTH, Head, as_tokens, grid_axis


class QueryPooling(MultiHead):
    """One query a head, learned; keys and values of every place."""

    part, of = "pooler", "cross"

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.asked = nn.Parameter(torch.randn(1, 1, width) * width**-0.5)

    def forward(self, maps: Tensor, intervention: Intervention) -> Tensor:
        """(B, C, rows, columns) -> (B, C)."""
        places = as_tokens(maps)
        mask = self.pinned(intervention.pin, places.shape[1], places)
        asked = self.asked.expand(len(places), -1, -1)
        return self.attend(asked, places, intervention, mask=mask)[:, 0]

    def axes(self) -> tuple[Axis, Axis]:
        return PICTURE, grid_axis()


class Multiplicative(Head):
    """The heads' answers in the average's stead."""

    def __init__(self, classes: int, width: int = WIDTH) -> None:
        super().__init__(classes, width)
        self.pooler = QueryPooling(width)

    def pool(self, maps: Tensor, intervention: Intervention) -> Tensor:
        pooled: Tensor = self.pooler(maps, intervention)
        return pooled
