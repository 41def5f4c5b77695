"""U-Net with self-attention at the bottleneck, in the place of its second convolution.

Chen et al. 2021, "TransUNet: Transformers Make Strong Encoders for Medical Image Segmentation"
(https://arxiv.org/abs/2102.04306), with one block instead of twelve. Every place looks at every
place; what a place knows of where it is comes from the convolution before it, whose padding shows
the borders (Islam et al. 2020), so that a picture may have any size.
"""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn

from foveate.models.intervention import UNTOUCHED, Intervention
from foveate.models.zoo.image.decoders.base import BOTTOM, DEEPEST, Convolution
from foveate.models.zoo.image.decoders.unet import UNet
from foveate.models.zoo.image.heads.attention import Block, MultiHead
from foveate.models.zoo.image.heads.base import as_maps, as_tokens


class EveryPlace(MultiHead):
    """Queries, keys and values of all places."""

    def forward(self, tokens: Tensor, intervention: Intervention) -> Tensor:
        """(B, S, C) -> (B, S, C)."""
        return self.attend(tokens, tokens, intervention)


class AttentiveBottom(nn.Module):
    """A convolution, then a transformer's block over all places."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = Convolution(DEEPEST, BOTTOM)
        self.block = Block(BOTTOM, EveryPlace(BOTTOM))

    def forward(self, maps: Tensor) -> Tensor:
        filtered = self.convolution(maps)
        return as_maps(self.block(as_tokens(filtered), UNTOUCHED), filtered.shape[-1])


class AttentionBottleneck(UNet):
    """Skips, and a bottom that attends."""

    words = "A convolution, then self-attention: every place looks at every other."

    def attentions(self) -> dict[str, nn.Module]:
        bottom = cast(AttentiveBottom, self.bottom)
        return {"bottleneck.1.self": bottom.block.attention}

    def bottleneck(self) -> nn.Module:
        return AttentiveBottom()
