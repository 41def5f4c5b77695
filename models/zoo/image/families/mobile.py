"""MobileViT and MobileViTv2: transformers inside a convolutional network.

Mehta and Rastegari 2022 (arXiv 2110.02178, 2206.02680). A map is cut into patches of 2 x 2 pixels,
and pixels at the same place of their patches attend to each other: four sets that attend apart. In
the second version the pixels of a set have no queries of their own; one weighting serves them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from foveate.models.attention import Partition
from foveate.models.axis import Grid, Patches, Tokens
from foveate.models.errors import Unrecordable
from foveate.models.recording import Calls
from foveate.models.site import Site
from foveate.models.zoo.hooks import hook_context, hook_projections
from foveate.models.zoo.image.families.structure import Hooked, staged


def interleaved(grid: Grid, side: int) -> torch.Tensor:
    """The places of a grid by their place in their patch of `side` x `side`: (W, patches)."""
    places = torch.arange(grid.size).view(grid.rows // side, side, grid.columns // side, side)
    return places.permute(1, 3, 0, 2).reshape(side * side, -1)


class Interleaved(Hooked):
    """MobileViT: every second pixel of every second row attends to those alike."""

    unused = (*Hooked.unused, "conv_1x1_exp.")  # the last convolution, for classifying

    def prepare(self) -> None:
        for _, _, layer in self._layers():
            hook_projections(layer.attention.attention)

    def _layers(self) -> list[tuple[int, int, Any]]:
        """Stage, block and layer of every transformer's layers."""
        found = [part for part in self.model.encoder.layer if hasattr(part, "transformer")]
        return [
            (stage, block, layer)
            for stage, part in enumerate(found, start=1)
            for block, layer in enumerate(part.transformer.layer, start=1)
        ]

    @property
    def cell(self) -> int:
        return 32 * int(self.config.patch_size)

    def frame(self, cells: Grid) -> Patches:
        return Patches(self._grids(cells)[0])

    def _grids(self, cells: Grid) -> list[Grid]:
        """The map of every transformer: halved from one to the next, unless it is dilated."""
        smallest = self.config.output_stride
        strides = [min(stride, smallest) for stride in (8, 16, 32)]
        parts = [self.cell // stride for stride in strides]
        return [Grid(cells.rows * p, cells.columns * p, cells.patch_size // p) for p in parts]

    def partitions(self, cells: Grid) -> Sequence[Partition]:
        side, grids = int(self.config.patch_size), self._grids(cells)
        sets = [interleaved(grid, side) for grid in grids]
        return [
            Partition(
                sets[stage - 1], sets[stage - 1], grids[stage - 1].size, grids[stage - 1].size
            )
            for stage, _, _ in self._layers()
        ]

    def sites(self, cells: Grid, calls: Calls, output: Any) -> tuple[Site, ...]:
        kinds = [(stage, block) for stage, block, _ in self._layers()]
        axes = [Patches(self._grids(cells)[stage - 1]) for stage, _ in kinds]
        return staged(kinds, calls, [(axis, axis) for axis in axes])


class Context(Interleaved):
    """MobileViTv2: for each of the four sets one row of weights, its context."""

    def prepare(self) -> None:
        for _, _, layer in self._layers():
            hook_context(layer.attention)

    def partitions(self, cells: Grid) -> Sequence[Partition]:
        sets = torch.arange(int(self.config.patch_size) ** 2)[:, None]
        return [
            Partition(sets, whole.key, len(sets), whole.keys) for whole in super().partitions(cells)
        ]

    def sites(self, cells: Grid, calls: Calls, output: Any) -> tuple[Site, ...]:
        side = int(self.config.patch_size)
        query = Tokens(tuple(f"context {r},{c}" for r in range(side) for c in range(side)))
        layers, attentions = self._layers(), calls.attentions()
        if len(layers) != len(attentions):
            raise Unrecordable(f"{len(attentions)} of {len(layers)} layers were recorded.")
        return tuple(
            Site(f"stage{s}.{b}.cross", "cross", n, query, Patches(self._grids(cells)[s - 1]), a)
            for n, ((s, b, _), a) in enumerate(zip(layers, attentions, strict=True), start=1)
        )
