"""DINOv2's patches with a linear decoder (Oquab et al. 2023, section 7.4, "linear").

https://arxiv.org/abs/2304.07193: every patch token is classified alone, and the map of logits is
brought to the picture's size by bilinear interpolation. The backbone is frozen.
"""

from __future__ import annotations

from torch import Tensor, nn

from foveate.models.zoo.image.decoders.base import Taps
from foveate.models.zoo.image.dinov2 import WIDTH

BACKBONE = "dinov2-small"  # its name in the catalog


class Linear(nn.Module):
    """Patch tokens as a map (B, 384, rows, columns) to logits (B, classes, rows, columns)."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.scale = nn.BatchNorm2d(WIDTH, affine=False)
        self.classifier = nn.Conv2d(WIDTH, classes, 1)

    def forward(self, taps: Taps) -> Tensor:
        logits: Tensor = self.classifier(self.scale(taps[0]))
        return logits


def as_map(tokens: Tensor, rows: int, columns: int) -> Tensor:
    """Tokens (B, 1 + rows * columns, WIDTH), the class first, as (B, WIDTH, rows, columns)."""
    return tokens[:, 1:].mT.reshape(len(tokens), WIDTH, rows, columns)
