"""Hiera: a hierarchical vision transformer without the bells-and-whistles (Ryali et al. 2023).

https://arxiv.org/abs/2306.00989. The first stages attend inside mask units of 8 x 8 patches, the
last over the whole map. Between stages queries are pooled two by two by a maximum, in the first
block of the next one: its queries are on the coarser grid, its keys still on the finer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from transformers.models.hiera.modeling_hiera import unroll

from foveate.models.attention import Partition
from foveate.models.axis import Axis, Grid, Patches
from foveate.models.recording import Calls
from foveate.models.site import Site
from foveate.models.zoo.hooks import hook_mask_units
from foveate.models.zoo.image.families.structure import Hooked, blocks_of, finer, staged


class MaskUnits(Hooked):
    """Hiera: its layers are hooked, and the order of its tokens is the one it says itself."""

    def prepare(self) -> None:
        for layer in self._layers():
            hook_mask_units(layer.attn)

    def _layers(self) -> list[Any]:
        return [layer for stage in self.model.encoder.stages for layer in stage.layers]

    @property
    def cell(self) -> int:
        stride, unit = int(self.config.patch_stride[0]), int(self.config.masked_unit_size[0])
        stages = len(self.config.depths)
        return stride * max(unit, 1 << (stages - 1))

    def frame(self, cells: Grid) -> Patches:
        parts = cells.patch_size // int(self.config.patch_stride[0])
        return Patches(finer(cells, cells.size * parts * parts))

    def partitions(self, cells: Grid) -> Sequence[Partition]:
        return [partition for _, _, partition in self._steps(cells)]

    def sites(self, cells: Grid, calls: Calls, output: Any) -> tuple[Site, ...]:
        axes: list[tuple[Axis, Axis]] = [
            (Patches(query), Patches(key)) for query, key, _ in self._steps(cells)
        ]
        return staged(blocks_of(self.config.depths), calls, axes)

    def _steps(self, cells: Grid) -> list[tuple[Grid, Grid, Partition]]:
        """The grids of every layer's queries and keys, and which of them are in one unit."""
        grid = self.frame(cells).grid
        order, found = self._unrolled(grid), []
        for layer in self._layers():
            attention = layer.attn
            inside = attention.query_stride * attention.window_size
            inside = inside if attention.use_mask_unit_attn else len(order)
            key, before = order.view(inside, -1).T, grid  # (W, s)
            query = key
            if attention.query_stride > 1:
                grid = Grid(grid.rows // 2, grid.columns // 2, grid.patch_size * 2)
                query = _pooled(key[:, : inside // attention.query_stride], before)
                order = query.T.flatten()
            found.append((grid, before, Partition(query, key, grid.size, before.size)))
        return found

    def _unrolled(self, grid: Grid) -> Tensor:
        """Which patch each token is when the layers begin: (tokens,)."""
        places = torch.arange(grid.size)[None, :, None]
        stride = self.config.patch_stride
        shape = grid.rows * stride[0], grid.columns * stride[1]
        schedule = [self.config.query_stride] * (len(self.config.depths) - 1)
        return unroll(places, shape, stride, schedule).flatten()


def _pooled(places: Tensor, grid: Grid) -> Tensor:
    """The same places on a grid of half as many rows and columns."""
    rows, columns = places // grid.columns // 2, places % grid.columns // 2
    return rows * (grid.columns // 2) + columns
