"""What convolutional classifiers offer: a verdict, class activation maps, receptive fields.

A network is a chain: named layers, each from a map (B, channels, rows, columns) to the next, then a
head from the last map to a logit a class. Nothing in it attends, so its trace has no sites: every
unit's view is fixed by the kernels before it, whatever the photo shows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from foveate.models.attention import Values
from foveate.models.axis import Crop, Grid, Patches
from foveate.models.errors import InputError, NoAttention
from foveate.models.inputs.patches import cut, fit
from foveate.models.inputs.photo import Photo
from foveate.models.inputs.preparation import Preparation
from foveate.models.trace import Deferred, PhotoFrame, Trace

CELL = 32  # pixels of the input a side that a unit of the last map stands for


@dataclass(frozen=True, slots=True)
class Chain:
    """Layers by name in their order, and what makes logits (B, classes) of the last map."""

    layers: Mapping[str, nn.Module]
    head: Callable[[Tensor], Tensor]

    def until(self, name: str, maps: Tensor) -> Tensor:
        """What a layer makes of pixels."""
        for each, layer in self.layers.items():
            maps = layer(maps)
            if each == name:
                break
        return maps

    def after(self, name: str, maps: Tensor) -> Tensor:
        """The logits (B, classes) of what a layer made."""
        names = list(self.layers)
        for each in names[names.index(name) + 1 :]:
            maps = self.layers[each](maps)
        return self.head(maps)


class Convolutional:
    """A classifier that is a chain of convolutions; `trace` may run in any thread.

    It computes in float32 whatever was asked for: its last maps can be one unit wide, where torch's
    bfloat16 convolution gives wrong numbers on some processors (see zoo/embedding.py).
    """

    precision = "float32"

    def __init__(
        self,
        name: str,
        network: nn.Module,
        chain: Chain,
        labels: tuple[str, ...],
        preparation: Preparation,
        side: int,
    ) -> None:
        """`side` is the longest one, in pixels, of the photos that it was trained on."""
        self.name, self.labels, self.preparation, self.side = name, labels, preparation, side
        self.network, self.chain = network.eval().requires_grad_(False), chain

    @property
    def nbytes(self) -> int:
        return sum(tensor.nbytes for tensor in self.network.state_dict().values())

    @torch.inference_mode()
    def trace(self, photo: Photo, resolution: int) -> Trace:
        """What the network says of a photo: its output `classes` (1, classes) are probabilities.

        Raises InputError for a resolution that is not offered or a photo thinner than a cell.
        """
        pixels, cells, crop = self.pixels(photo, resolution)
        start = time.perf_counter()
        logits = self.forward(pixels)
        timings = {"forward_ms": (time.perf_counter() - start) * 1000}
        classes = Deferred(lambda: logits.softmax(-1), logits.nbytes, self.labels)
        frame = PhotoFrame(Patches(cells), crop, self._notes(resolution))
        return Trace(self.name, frame, (), {"classes": classes}, timings)

    def _notes(self, resolution: int) -> tuple[str, ...]:
        if resolution <= self.side:
            return self.preparation.notes
        larger = (
            f"{self.name} was trained on {self.side} pixels: at {resolution} its verdict is less "
            "sure, and other classes may come first."
        )
        return (*self.preparation.notes, larger)

    def values(self, photo: Photo, resolution: int, site: str) -> Values:
        """Raises NoAttention: a convolution has no values."""
        raise NoAttention(self.name)

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalised pixels (B, 3, height, width) to logits (B, classes)."""
        maps = pixels
        for layer in self.chain.layers.values():
            maps = layer(maps)
        return self.chain.head(maps)

    def pixels(self, photo: Photo, resolution: int) -> tuple[Tensor, Grid, Crop]:
        """Normalised pixels (1, 3, height, width), the last map's grid, and its place."""
        cells, crop = fit(photo.width, photo.height, resolution, CELL)
        image = cut(photo, crop, cells.columns * CELL, cells.rows * CELL)
        return self.preparation.pixels(image), cells, crop

    def layer(self, name: str | None) -> str:
        """A layer's name, the last one's without any. Raises InputError."""
        names = list(self.chain.layers)
        if name is None:
            return names[-1]
        if name not in names:
            raise InputError(
                f"layer {name[:40]!r} is not in {self.name}: it has {', '.join(names)}.", "layer"
            )
        return name
