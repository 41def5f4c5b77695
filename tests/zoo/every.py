"""An encoder-decoder with a gate of every kind, as one file of the zoo would be.

Channels: Hu et al. 2018; places: Woo et al. 2018; branches: Li et al. 2019. Untrained: its mask
means nothing, and what is shown of it must hold all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from foveate.models.axis import Crop, Grid
from foveate.models.inputs.patches import centred, cut
from foveate.models.inputs.photo import Photo
from foveate.models.inputs.preparation import Preparation
from foveate.models.recording import record_gate
from foveate.models.trace import PhotoFrame
from foveate.models.zoo.gates import Part, Skip, SqueezeExcitation
from foveate.models.zoo.image.gating import GatedModel

CELL, SIDE = 8, 64
PLAIN = Preparation(mean=(0.0,) * 3, std=(1.0,) * 3)


class Places(nn.Module):
    """A gate of places."""

    def forward(self, maps: Tensor) -> Tensor:
        gate = maps.mean(1, keepdim=True).sigmoid()  # (B, 1, rows, columns)
        return maps * record_gate(self, gate, maps)


class Branches(nn.Module):
    """Shares of two branches for every channel."""

    labels = ("3x3", "5x5")

    def forward(self, maps: Tensor) -> Tensor:
        both = torch.stack([maps, maps.flip(-1)], 1)  # (B, 2, C, rows, columns)
        shares = (9 * both.mean((3, 4), keepdim=True)).softmax(1)  # (B, 2, C, 1, 1)
        return (both * record_gate(self, shares, both)).sum(1)


class Network(nn.Module):
    """(B, 3, 64, 64) to logits (B, 1, 64, 64)."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.down = nn.Conv2d(3, 8, 3, 2, 1)
        self.channel = SqueezeExcitation(8, 4)
        self.place, self.branch, self.skip = Places(), Branches(), Skip()
        self.head = nn.Conv2d(8, 1, 1)

    def forward(self, pixels: Tensor) -> Tensor:
        first = self.channel(self.down(pixels))
        low = self.branch(self.place(F.avg_pool2d(first, 2)))
        up = F.interpolate(low, scale_factor=2.0) + self.skip(first)
        logits: Tensor = F.interpolate(self.head(up), scale_factor=2.0)
        return logits

    def gates(self) -> dict[str, nn.Module]:
        parts = {"a.channel": self.channel, "b.place": self.place, "c.branch": self.branch}
        return parts  # type: ignore[return-value]

    def skips(self) -> dict[str, nn.Module]:
        return {"skip.1": self.skip}

    def parts(self) -> Iterator[Part]:
        """What is drawn, in the order of execution."""
        yield Part("a", self.channel, "block", "encoder", "Halves.", ("input",), site="a.channel")
        yield Part("b", self.place, "block", "encoder", "Halves again.", ("a",), site="b.place")
        yield Part("c", self.branch, "block", "bottleneck", "Mixes.", ("b",), site="c.branch")
        skips = {"skip.1": "a"}
        yield Part("output", self.head, "output", "decoder", "A mask.", ("c",), skips)


class Every(GatedModel):
    """The network as a model of photos."""

    output = "mask"

    def __init__(self, name: str, folder: Path, dtype: torch.dtype) -> None:
        super().__init__(name, Network())

    def fit(self, photo: Photo, resolution: int) -> tuple[Grid, Crop]:
        return Grid(SIDE // CELL, SIDE // CELL, CELL), centred(photo.width, photo.height, 1.0)

    def pixels(self, photo: Photo, cells: Grid, crop: Crop) -> Tensor:
        return PLAIN.pixels(cut(photo, crop, SIDE, SIDE))

    def made(self, output: Tensor, frame: PhotoFrame) -> Tensor:
        return output.sigmoid()[0, 0]
