"""Global self-attention: an image is worth 16 x 16 words (Dosovitskiy et al. 2021).

https://arxiv.org/abs/2010.11929, equations 1 to 4: positions that are learned are added to the
places, every place looks at all. Without them it does not know where anything is. The average
stands in the place of CLS, as it does in every other head.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn

from foveate.models.intervention import Intervention, Offers, set_positions
from foveate.models.zoo.image.heads.attention import Block, MultiHead, numbered
from foveate.models.zoo.image.heads.base import WIDTH, Head, as_maps, as_tokens
from foveate.models.zoo.image.stem import PLACES

BLOCKS = 1  # it sees all places at once


class GlobalAttention(MultiHead):
    """Every place looks at every place."""

    def forward(self, tokens: Tensor, intervention: Intervention) -> Tensor:
        mask = self.pinned(intervention.pin, tokens.shape[1], tokens)
        return self.attend(tokens, tokens, intervention, mask=mask)


class Transformed(Head):
    """Blocks of a transformer before the average; subclasses say how they attend."""

    positions = True

    def __init__(self, classes: int, width: int = WIDTH) -> None:
        super().__init__(classes, width)
        self.blocks = numbered([Block(width, each) for each in self.attentions(width)])
        self.norm = nn.LayerNorm(width)
        if self.positions:
            self.position = nn.Parameter(torch.randn(1, PLACES.size, width) * 0.02)

    def attentions(self, width: int) -> list[MultiHead]:
        return [GlobalAttention(width) for _ in range(BLOCKS)]

    def change(self, maps: Tensor, intervention: Intervention) -> Tensor:
        tokens = as_tokens(maps)
        if self.positions:
            tokens = tokens + set_positions(self.position, intervention.positions)
        for block in self.blocks:
            tokens = block(tokens, intervention)
        return as_maps(self.norm(tokens))

    @property
    def offers(self) -> Offers:
        return replace(super().offers, positions=self.positions)


class Global(Transformed):
    """ViT's blocks."""


class GlobalUnplaced(Transformed):
    """ViT's blocks without position embeddings."""

    positions = False
