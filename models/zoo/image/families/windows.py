"""Swin and Swin V2: attention in shifted windows (Liu et al. 2021, arXiv 2103.14030; 2022).

A map is cut into windows of 7 x 7 or so patches that attend apart; every second block shifts them
by half a window around the map's edges, and a mask keeps apart what lies on two sides of an edge.
Patches merge two by two from stage to stage. Where a map is no multiple of the window, it is padded
right and below, and padded tokens are real keys: they share one entry named `padding`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch

from models.attention import Partition
from models.axis import Axis, Grid, Patches
from models.recording import Calls
from models.site import Site
from models.zoo.hooks import cosine, hook_projections
from models.zoo.image.families.structure import Hooked, Structure, blocks_of, staged

PADDING = ("padding",)


def windows(grid: Grid, window: int, shift: int) -> Partition:
    """Swin's windows of a grid: rolled by `shift` up and left, then cut (section 3.2)."""
    rows, columns = (-(-side // window) * window for side in (grid.rows, grid.columns))
    places = torch.full((rows, columns), -1)
    places[: grid.rows, : grid.columns] = torch.arange(grid.size).view(grid.rows, grid.columns)
    rolled = places.roll((-shift, -shift), (0, 1))
    parts = rolled.view(rows // window, window, columns // window, window).transpose(1, 2)
    query = parts.reshape(-1, window * window)  # (W, window * window)
    padded = int((query < 0).any())
    return Partition(query, query.where(query >= 0, grid.size), grid.size, grid.size + padded)


class Windows(Structure):
    """Swin: through transformers' interface, with bias and mask.

    A stage that was trained on a map no larger than one window is never shifted. Which stages these
    are is settled by the size the model was trained at, not by the photo at hand.
    """

    def prepare(self) -> None:
        for block in self._blocks():
            if min(block.input_resolution) <= block.window_size:
                block.shift_size = 0
        self.options["always_partition"] = True  # else a small photo changes the model for good

    def _blocks(self) -> Iterator[Any]:
        return (block for stage in self.model.encoder.layers for block in stage.blocks)

    @property
    def cell(self) -> int:
        return int(self.config.patch_size * 2 ** (len(self.config.depths) - 1))

    def frame(self, cells: Grid) -> Patches:
        return Patches(self._grids(cells)[0])

    def _grids(self, cells: Grid) -> list[Grid]:
        """The grid of every stage, from the finest."""
        factors = [2**n for n in reversed(range(len(self.config.depths)))]
        return [Grid(cells.rows * f, cells.columns * f, cells.patch_size // f) for f in factors]

    def partitions(self, cells: Grid) -> Sequence[Partition]:
        stages = (stage for stage, _ in blocks_of(self.config.depths))
        grids = self._grids(cells)
        return [
            windows(grids[stage - 1], int(block.window_size), int(block.shift_size))
            for stage, block in zip(stages, self._blocks(), strict=True)
        ]

    def sites(self, cells: Grid, calls: Calls, output: Any) -> tuple[Site, ...]:
        kinds = blocks_of(self.config.depths)
        grids = self._grids(cells)
        axes: list[tuple[Axis, Axis]] = [
            (Patches(grid), Patches(grid, suffix=PADDING[: partition.keys - grid.size]))
            for grid, partition in zip(
                (grids[stage - 1] for stage, _ in kinds), self.partitions(cells), strict=True
            )
        ]
        return staged(kinds, calls, axes)


class CosineWindows(Hooked, Windows):
    """Swin V2: scaled cosine attention, which transformers' interface does not see."""

    def prepare(self) -> None:
        for block in self._blocks():
            hook_projections(block.attention.self, cosine)
