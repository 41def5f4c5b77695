"""Swin and Swin V2: attention in shifted windows (Liu et al. 2021, arXiv 2103.14030; 2022).

A map is cut into windows of 7 x 7 or so patches that attend apart; every second block shifts them
by half a window around the map's edges, and a mask keeps apart what lies on two sides of an edge.
Patches merge two by two from stage to stage. Where a map is no multiple of the window, it is padded
right and below, and padded tokens are real keys: they share one entry named `padding`.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from foveate.models.attention import Partition
from foveate.models.axis import Axis, Grid, Patches
from foveate.models.calls import GateCall
from foveate.models.recording import Calls
from foveate.models.site import Site
from foveate.models.zoo.hooks import cosine, hook_projections
from foveate.models.zoo.image.families.structure import Hooked, Structure, blocks_of, staged

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

    A map no larger than one window is not shifted. transformers finds that out as it runs, and
    then never shifts again, whatever the next photo's size; here the model is left as it was.
    """

    def prepare(self) -> None:
        self.options["always_partition"] = True  # else transformers writes into its layers
        self._lock = threading.Lock()  # of the shifts: two photos may be of two sizes

    def run(self, pixels: Tensor) -> Any:
        rows, columns = (side // self.cell for side in pixels.shape[-2:])
        blocks = self._blocks(Grid(rows, columns, self.cell))
        with self._lock:
            usual = [block.shift_size for block, _ in blocks]
            try:
                for block, grid in blocks:
                    block.shift_size = self.shift(block, grid)
                return super().run(pixels)
            finally:
                for (block, _), shift in zip(blocks, usual, strict=True):
                    block.shift_size = shift

    def shift(self, block: Any, grid: Grid) -> int:
        """By how many patches a block shifts its windows on a grid."""
        fits = min(grid.rows, grid.columns) <= block.window_size
        return 0 if fits else int(block.shift_size)

    def _blocks(self, cells: Grid) -> list[tuple[Any, Grid]]:
        """Every block with the grid it works on."""
        stages = zip(self.model.encoder.layers, self._grids(cells), strict=True)
        return [(block, grid) for stage, grid in stages for block in stage.blocks]

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
        with self._lock:  # else a shift could be read that another photo's pass has set
            return [
                windows(grid, int(block.window_size), self.shift(block, grid))
                for block, grid in self._blocks(cells)
            ]

    def sites(self, cells: Grid, calls: Calls, output: Any) -> tuple[Site, ...]:
        axes: list[tuple[Axis, Axis]] = []
        for (_, grid), call in zip(self._blocks(cells), calls, strict=False):
            assert not isinstance(call, GateCall)
            assert call.partition is not None
            padded = call.partition.keys - grid.size
            axes.append((Patches(grid), Patches(grid, suffix=PADDING[:padded])))
        return staged(blocks_of(self.config.depths), calls, axes)


class CosineWindows(Hooked, Windows):
    """Swin V2: scaled cosine attention, which transformers' interface does not see.

    Windows and shifts of every stage are settled by the size the model was trained at.
    """

    def prepare(self) -> None:
        self._lock = threading.Lock()
        for stage in self.model.encoder.layers:
            for block in stage.blocks:
                hook_projections(block.attention.self, cosine)

    def run(self, pixels: Tensor) -> Any:
        return Structure.run(self, pixels)

    def shift(self, block: Any, grid: Grid) -> int:
        return int(block.shift_size)
