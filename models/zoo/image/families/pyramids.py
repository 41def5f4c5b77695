"""Pyramids whose keys are fewer than their queries: PVT, PVT v2, SegFormer.

Wang et al. 2021 (arXiv 2102.12122), 2022 (2106.13797); Xie et al. 2021 (2105.15203). A strided
convolution of the map gives keys and values: one key stands for R x R patches, so that a stage has
queries at its full resolution and keys on a coarser grid.
"""

from __future__ import annotations

from typing import Any

from foveate.models.axis import Axis, Grid, Patches
from foveate.models.calls import GateCall
from foveate.models.errors import Unrecordable
from foveate.models.recording import Calls
from foveate.models.site import Site
from foveate.models.zoo.hooks import hook_projections
from foveate.models.zoo.image.families.structure import (
    Hooked,
    Structure,
    blocks_of,
    finer,
    one_side,
    staged,
)


class Pyramid(Structure):
    """SegFormer: through transformers' interface."""

    @property
    def cell(self) -> int:
        cell = 1
        for stride in self.strides:
            cell *= int(stride)
        return cell

    @property
    def strides(self) -> Any:
        return self.config.strides

    def frame(self, cells: Grid) -> Patches:
        parts = self.cell // int(self.strides[0])
        return Patches(finer(cells, cells.size * parts * parts))

    def sites(self, cells: Grid, calls: Calls, output: Any) -> tuple[Site, ...]:
        kinds = blocks_of(self.config.depths)
        axes = []
        for (stage, _), call in zip(kinds, calls, strict=False):
            assert not isinstance(call, GateCall)
            _, queries, keys = call.shape
            axes.append((self._axis(cells, stage, queries), self._axis(cells, stage, keys)))
        return staged(kinds, calls, axes)

    def _axis(self, cells: Grid, stage: int, tokens: int) -> Axis:
        return Patches(finer(cells, tokens))


class PyramidVisionTransformer(Hooked, Pyramid):
    """PVT: its last stage has a class token, and it takes pictures of one size alone."""

    def prepare(self) -> None:
        for stage in self.model.encoder.block:
            for block in stage:
                hook_projections(block.attention.self)

    @property
    def strides(self) -> Any:
        return self.config.patch_sizes  # transformers has the two the wrong way round

    @property
    def side(self) -> int:
        return one_side(self.config.image_size)

    def _axis(self, cells: Grid, stage: int, tokens: int) -> Axis:
        prefix = ("cls",) if stage == len(self.config.depths) else ()
        return Patches(finer(cells, tokens - len(prefix)), prefix)


class PyramidVisionTransformerV2(Hooked, Pyramid):
    """PVT v2: overlapping patches, no positions to interpolate."""

    def prepare(self) -> None:
        if self.config.linear_attention:
            raise Unrecordable(
                "This PVT v2 pools its keys to 7 x 7 whatever the photo's grid, so that a key "
                "stands for no whole patches: choose a PVT v2 that is not the linear one."
            )
        for stage in self.model.encoder.layers:
            for block in stage.blocks:
                hook_projections(block.attention)
