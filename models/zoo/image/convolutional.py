"""What convolutional classifiers offer: a verdict, class activation maps, receptive fields.

A network is a chain: named layers, each from a map (B, channels, rows, columns) to the next, then a
head from the last map to a logit a class. Nothing in it attends, so its trace has no sites: every
unit's view is fixed by the kernels before it, whatever the photo shows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.utils.checkpoint import checkpoint

from foveate.models.analysis.cam import METHODS, CamMethod, gradient_of
from foveate.models.analysis.receptive import (
    Kernel,
    LayerView,
    ReceptiveField,
    effective,
    theoretical,
)
from foveate.models.attention import Values
from foveate.models.axis import Crop, Grid, Patches
from foveate.models.errors import InputError, NoAttention
from foveate.models.inputs.patches import cut, fit
from foveate.models.inputs.photo import Photo
from foveate.models.inputs.preparation import Preparation
from foveate.models.intervention import NO_OFFERS, UNTOUCHED, Intervention
from foveate.models.trace import Deferred, PhotoFrame, Trace, finite
from foveate.models.zoo.embedding import PatchEmbedding

KERNELS = (nn.Conv2d, nn.MaxPool2d, PatchEmbedding)
CELL = 32  # pixels of the input a side that a unit of the last map stands for


class SameConvolution(nn.Conv2d):
    """A convolution with TensorFlow's "same" padding: ceil(size / stride) units come out.

    What is odd of the padding goes right and below.
    """

    def forward(self, input: Tensor) -> Tensor:
        (top, bottom), (left, right) = map(self.padding_of, input.shape[2:], (0, 1))
        return super().forward(F.pad(input, (left, right, top, bottom)))

    def padding_of(self, size: int, axis: int) -> tuple[int, int]:
        """Zeros before and after `size` units along an axis."""
        kernel, stride = self.kernel_size[axis], self.stride[axis]
        whole = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        return whole // 2, whole - whole // 2


@dataclass(frozen=True, slots=True)
class Chain:
    """Layers by name in their order, and what makes logits (B, classes) of the last map."""

    layers: Mapping[str, nn.Module]
    head: Callable[[Tensor], Tensor]

    def until(self, name: str, maps: Tensor) -> Tensor:
        """What a layer makes of pixels."""
        names = list(self.layers)
        return self._through(names[: names.index(name) + 1], maps)

    def after(self, name: str, maps: Tensor) -> Tensor:
        """The logits (B, classes) of what a layer made."""
        names = list(self.layers)
        return self.head(self._through(names[names.index(name) + 1 :], maps))

    def whole(self, pixels: Tensor) -> Tensor:
        """The logits (B, classes) of pixels."""
        return self.head(self._through(self.layers, pixels))

    def each(self, maps: Tensor) -> dict[str, Tensor]:
        """What every layer makes of pixels."""
        found = {}
        for name in self.layers:
            found[name] = maps = self._through((name,), maps)
        return found

    def _through(self, names: Iterable[str], maps: Tensor) -> Tensor:
        """Where a gradient will be asked for, only what lies between layers is kept: the rest is
        worked out once more, one layer after the other, in a fraction of the memory.
        """
        for name in names:
            layer = self.layers[name]
            if torch.is_grad_enabled() and maps.requires_grad:
                maps = checkpoint(layer, maps, use_reentrant=False, preserve_rng_state=False)
            else:
                maps = layer(maps)
        return maps


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
        side: int | None = None,
    ) -> None:
        """`side` is the longest one of the photos that it was trained on, in pixels, if known."""
        self.name, self.labels, self.preparation, self.side = name, labels, preparation, side
        self.network, self.chain = network.eval().requires_grad_(False), chain

    @property
    def nbytes(self) -> int:
        return sum(tensor.nbytes for tensor in self.network.state_dict().values())

    @torch.inference_mode()
    def trace(self, photo: Photo, resolution: int, intervention: Intervention = UNTOUCHED) -> Trace:
        """What the network says of a photo: its output `classes` (1, classes) are probabilities.

        Raises InputError for a resolution that is not offered or a photo thinner than a cell.
        """
        NO_OFFERS.check(self.name, intervention)
        pixels, cells, crop = self.pixels(photo, resolution)
        start = time.perf_counter()
        logits = self.forward(pixels)
        timings = {"forward_ms": (time.perf_counter() - start) * 1000}
        classes = Deferred(lambda: logits.softmax(-1), logits.nbytes, self.labels)
        frame = PhotoFrame(Patches(cells), crop, self._notes(resolution))
        return Trace(self.name, frame, (), {"classes": classes}, timings)

    @torch.inference_mode()
    def probabilities(self, photos: Sequence[Photo], resolution: int) -> Tensor:
        """The classes' probabilities of photos of one size (photos, classes). Raises as `trace`."""
        pixels = torch.cat([self.pixels(photo, resolution)[0] for photo in photos])
        return finite(self.forward(pixels).softmax(-1), f"what {self.name} computed")

    def _notes(self, resolution: int) -> tuple[str, ...]:
        if self.side is None or resolution <= self.side:
            return self.preparation.notes
        larger = (
            f"{self.name} was trained on {self.side} pixels: at {resolution} its verdict is less "
            "sure, and other classes may come first."
        )
        return (*self.preparation.notes, larger)

    def values(
        self, photo: Photo, resolution: int, site: str, intervention: Intervention = UNTOUCHED
    ) -> Values:
        """Raises NoAttention: a convolution has no values."""
        raise NoAttention(self.name)

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalised pixels (B, 3, height, width) to logits (B, classes)."""
        return self.chain.whole(pixels)

    def pixels(self, photo: Photo, resolution: int) -> tuple[Tensor, Grid, Crop]:
        """Normalised pixels (1, 3, height, width), the last map's grid, and its place."""
        cells, crop = fit(photo.width, photo.height, resolution, CELL)
        image = cut(photo, crop, cells.columns * CELL, cells.rows * CELL)
        return self.preparation.pixels(image), cells, crop

    def layer(self, name: str | None) -> str:
        """A layer's name as given, the last one's where none is. Raises InputError."""
        names = list(self.chain.layers)
        if name is None:
            return names[-1]
        if name not in names:
            raise InputError(
                f"layer {name[:40]!r} is not in {self.name}: it has {', '.join(names)}.", "layer"
            )
        return name

    def layers(self, photo: Photo, resolution: int) -> dict[str, LayerView]:
        """Where the units of every layer look, in the layers' order. Raises as `trace`."""
        cells, _ = fit(photo.width, photo.height, resolution, CELL)
        return self.views(cells.rows * CELL, cells.columns * CELL)

    def views(self, height: int, width: int) -> dict[str, LayerView]:
        """The same of pixels (B, 3, height, width)."""
        down = _fields(self.chain.layers.values(), height, 0)
        across = _fields(self.chain.layers.values(), width, 1)
        return {
            name: LayerView(Grid(rows, columns, field.stride), field, other)
            for name, (field, rows), (other, columns) in zip(
                self.chain.layers, down, across, strict=True
            )
        }

    def class_map(
        self, photo: Photo, resolution: int, method: CamMethod, number: int, layer: str
    ) -> Tensor:
        """A layer's class activation map (rows, columns) for a class by its number.

        Raises as `trace` and `layer`, and NotFinite.
        """
        pixels, _, _ = self.pixels(photo, resolution)
        layer = self.layer(layer)
        with torch.inference_mode():
            maps = self.chain.until(layer, pixels)
        gradient = gradient_of(maps, lambda given: self.chain.after(layer, given), number)
        return finite(METHODS[method](maps[0], gradient[0]), method)

    def class_maps(
        self, photo: Photo, resolution: int, method: CamMethod, number: int
    ) -> dict[str, Tensor]:
        """The same of every layer, from one pass forth and back. Raises as `trace`, NotFinite."""
        pixels, _, _ = self.pixels(photo, resolution)
        with torch.inference_mode(False), torch.enable_grad():
            made = self.chain.each(pixels.clone().requires_grad_())
            last = list(made.values())[-1]
            gradients = torch.autograd.grad(self.chain.head(last)[0, number], list(made.values()))
        maps = zip(made.items(), gradients, strict=True)
        return {
            name: finite(METHODS[method](found[0].detach(), gradient[0]), method)
            for (name, found), gradient in maps
        }

    def unit_share(
        self,
        photo: Photo,
        resolution: int,
        layer: str,
        row: int,
        column: int,
        channel: int | None = None,
    ) -> Tensor:
        """The share (height, width) of the input's pixels in a unit, its effective receptive field.

        Raises as `trace` and `layer`, InputError for a unit that is not there, and NotFinite.
        """
        pixels, _, _ = self.pixels(photo, resolution)
        grid = self.layers(photo, resolution)[self.layer(layer)].grid
        _check("row", row, grid.rows, layer)
        _check("column", column, grid.columns, layer)

        def until(given: Tensor) -> Tensor:
            maps = self.chain.until(layer, given)
            if channel is not None:
                _check("channel", channel, maps.shape[1], layer)
            return maps

        return finite(effective(pixels, until, row, column, channel), "a unit's gradient")


def _check(what: str, number: int, count: int, layer: str) -> None:
    if not 0 <= number < count:
        raise InputError(
            f"{what} {number} is not in {layer}: give a number from 0 to {count - 1}.", what
        )


def _fields(layers: Iterable[nn.Module], size: int, axis: int) -> list[tuple[ReceptiveField, int]]:
    """What a unit can see after each of the layers, along one axis of so many pixels, and how many
    units there are. A shortcut beside a block's kernels sees no more than they do.
    """
    found: list[Kernel] = []
    fields = []
    for layer in layers:
        for name, module in layer.named_modules():
            if isinstance(module, KERNELS) and "shortcut" not in name:
                kernel, size = _kernel(module, size, axis)
                found.append(kernel)
        fields.append((theoretical(found), size))
    return fields


def _kernel(module: Any, size: int, axis: int) -> tuple[Kernel, int]:
    """A module as a kernel along one axis, and the size of what it makes of `size` units."""
    if isinstance(module, PatchEmbedding):
        side = module.kernel_size[axis]
        return Kernel(side, side), size // side
    sizes = (module.kernel_size, module.stride, module.dilation, module.padding)
    width, stride, dilation, zeros = (_along(each, axis) for each in sizes)
    before, after = zeros, zeros
    if isinstance(module, SameConvolution):
        before, after = module.padding_of(size, axis)
    made = (size + before + after - dilation * (width - 1) - 1) // stride + 1
    return Kernel(width, stride, before, dilation), made


def _along(sides: Any, axis: int) -> int:
    """Of what torch holds as one number or as a pair."""
    return int(sides[axis] if isinstance(sides, tuple) else sides)
