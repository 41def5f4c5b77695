"""Pyramid vision transformer (Wang et al. 2021): keys and values of a reduced map.

https://arxiv.org/abs/2102.12122, equations 3 to 5: a convolution of 2 x 2 with stride 2, and a
norm, make 7 x 7 keys of 14 x 14 places, so that one key stands for four places.
"""

from __future__ import annotations

from torch import Tensor, nn

from foveate.models.axis import Axis, Grid, Patches
from foveate.models.intervention import Intervention
from foveate.models.zoo.image.heads.attention import MultiHead
from foveate.models.zoo.image.heads.base import as_maps, as_tokens, grid_axis, only, place_of
from foveate.models.zoo.image.heads.vision_transformer import BLOCKS, Transformed
from foveate.models.zoo.image.stem import PLACES

REDUCTION = 2
KEYS = Grid(PLACES.rows // REDUCTION, PLACES.columns // REDUCTION, PLACES.patch_size * REDUCTION)


class ReducedAttention(MultiHead):
    """Every place looks at keys that stand for 2 x 2 places each."""

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.reduce = nn.Conv2d(width, width, REDUCTION, REDUCTION)
        self.norm = nn.LayerNorm(width)

    def forward(self, tokens: Tensor, intervention: Intervention) -> Tensor:
        seen = self.norm(as_tokens(self.reduce(as_maps(tokens))))  # (B, S / 4, C)
        mask = self.pinned(intervention.pin, seen.shape[1], seen)
        return self.attend(tokens, seen, intervention, mask=mask)

    def pinned(self, pin: tuple[int, int] | None, keys: int, like: Tensor) -> Tensor | None:
        if pin is None:
            return None
        key = place_of((pin[0] // REDUCTION, pin[1] // REDUCTION), KEYS.columns)
        return only(key, keys, like)[None, None, None]

    def axes(self) -> tuple[Axis, Axis]:
        return grid_axis(), Patches(KEYS)


class Reduced(Transformed):
    """PVT's blocks."""

    def attentions(self, width: int) -> list[MultiHead]:
        return [ReducedAttention(width) for _ in range(BLOCKS)]
