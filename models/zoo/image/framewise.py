"""Space-time attention of a model of single pictures, without training.

Every frame goes through the model alone, and the queries and keys of its patches are kept. A query
of one frame is then compared with the keys of all frames: softmax(q k^T * scale) over space and
time. The model never did this itself, it was trained on single pictures; but the keys of one thing
are alike in whichever frame it is, which is what label propagation rests on (Caron et al. 2021,
section 4.2.2).
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from foveate.models.attention import QueryKey, Values
from foveate.models.axis import Crop, Grid, Patches
from foveate.models.calls import QueryKeyCall
from foveate.models.errors import InputError, OversizedInput, Unrecordable
from foveate.models.inputs.clip import RESOLUTIONS, Clip
from foveate.models.inputs.patches import cut, fit
from foveate.models.interruption import step
from foveate.models.intervention import NO_OFFERS, UNTOUCHED, Intervention
from foveate.models.recording import Calls, recording
from foveate.models.site import Site
from foveate.models.trace import ClipFrame, Deferred, Trace
from foveate.models.zoo.image.families.structure import Structure
from foveate.models.zoo.image.vit import VisionTransformer

BATCH = 8  # frames a pass
KEPT = torch.float16  # queries and keys of a clip are many
NOTE = (
    "The model was trained on single pictures, and saw each frame alone: that a patch looks at "
    "other frames is worked out from its queries and keys, not what the model did."
)


class Framewise:
    """A vision transformer of photos as a model of clips. Raises Unrecordable for one whose layers
    have other than plain patches.
    """

    def __init__(self, model: VisionTransformer) -> None:
        self.model = model
        self.name, self.precision = model.name, model.precision
        structure = model.structure
        if type(structure).sites is not Structure.sites or structure.side is not None:
            raise Unrecordable(
                f"{model.name} is of {model.family.title}, whose patches are not the same in every "
                "layer: choose a plain vision transformer (ViT, DINO, DINOv2) for clips."
            )

    @property
    def nbytes(self) -> int:
        return self.model.nbytes

    @property
    def frames(self) -> int | None:
        return None

    @torch.inference_mode()
    def trace(
        self,
        clip: Clip,
        resolution: int,
        most: float = math.inf,
        intervention: Intervention = UNTOUCHED,
    ) -> Trace:
        """What a patch of any frame sees in all of them, layer by layer; output `features`: the
        last layer's patch tokens, normalised by the model's own norm, (frames * patches, width).

        Raises InputError for a resolution that is not offered and for any intervention,
        OversizedInput where queries and keys would take more than `most` bytes.
        """
        NO_OFFERS.check(self.name, intervention)
        start = time.perf_counter()
        grid, crop = fit(*clip.size, resolution, self.model.structure.cell, RESOLUTIONS)
        kept = _Kept(len(clip.frames), grid, len(self.model.structure.prefix), most)
        for first in range(0, len(clip.frames), BATCH):
            step()
            pixels = self._pixels(clip, slice(first, first + BATCH), grid, crop)
            with recording(len(pixels)) as calls:
                output = self.model.forward(pixels)
            kept.take(first, calls, output.last_hidden_state)
        axis = Patches(grid, frames=len(clip.frames))
        frame = ClipFrame(axis, crop, apart=True, notes=(*self.model.preparation.notes, NOTE))
        timings = {"forward_ms": (time.perf_counter() - start) * 1000}
        return Trace(self.name, frame, kept.sites(axis), kept.outputs(), timings)

    def values(self, clip: Clip, resolution: int, site: str) -> Values:
        """Raises InputError: values of other frames were never summed up by the model."""
        raise InputError(
            f"{self.name} saw every frame alone, so there is no sum over frames to go through step "
            "by step: ask for the steps of one frame as an image.",
            "trace_id",
        )

    def _pixels(self, clip: Clip, some: slice, grid: Grid, crop: Crop) -> Tensor:
        size = grid.columns * grid.patch_size, grid.rows * grid.patch_size
        seen = (cut(photo, crop, *size) for photo in clip.frames[some])
        return torch.cat([self.model.preparation.pixels(image) for image in seen])


class _Kept:
    """Queries, keys and features of all frames, filled batch by batch."""

    def __init__(self, frames: int, grid: Grid, prefix: int, most: float) -> None:
        self._frames, self._grid, self._most = frames, grid, most
        self._patches = slice(prefix, prefix + grid.size)
        self._layers: list[Tensor] = []  # (2, H, F, N, D) each
        self._scales: list[float] = []
        self._features: Tensor | None = None  # (F, N, width)

    def take(self, first: int, calls: Calls, hidden: Tensor) -> None:
        """What a pass over the frames from `first` on left. Raises OversizedInput, Unrecordable."""
        found = [_plain(call) for call in calls]
        if not self._layers:
            self._make_room(found, hidden)
        some = slice(first, first + len(hidden))
        for layer, call in zip(self._layers, found, strict=True):
            for kept, made in zip(layer, (call.query, call.key), strict=True):
                kept[:, some] = made[:, :, self._patches].transpose(0, 1)
        assert self._features is not None
        self._features[some] = hidden[:, self._patches]

    def sites(self, axis: Patches) -> tuple[Site, ...]:
        held = (
            QueryKey(layer[0].flatten(1, 2), layer[1].flatten(1, 2), scale)
            for layer, scale in zip(self._layers, self._scales, strict=True)
        )
        return tuple(
            Site(f"encoder.{layer}.self", "self", layer, axis, axis, attention)
            for layer, attention in enumerate(held, start=1)
        )

    def outputs(self) -> dict[str, Deferred]:
        assert self._features is not None
        features = self._features.flatten(0, 1)
        return {"features": Deferred(lambda: features, features.nbytes)}

    def _make_room(self, calls: Sequence[QueryKeyCall], hidden: Tensor) -> None:
        places = self._frames * self._grid.size
        shapes = [
            (2, c.query.shape[1], self._frames, self._grid.size, c.query.shape[3]) for c in calls
        ]
        needed = sum(2 * 2 * places * shape[1] * shape[4] for shape in shapes)
        if needed > self._most:
            raise OversizedInput(
                f"{self._frames} frames of {self._grid.rows} x {self._grid.columns} patches would "
                f"take {needed / 1e6:.0f} MB, and at most {self._most / 1e6:.0f} MB are kept of "
                "one clip: take fewer frames or a smaller resolution.",
                "frames",
            )
        self._layers = [torch.empty(shape, dtype=KEPT) for shape in shapes]
        self._scales = [call.scale for call in calls]
        self._features = torch.empty(self._frames, self._grid.size, hidden.shape[-1])


def _plain(call: Any) -> QueryKeyCall:
    """A call of queries and keys alone. Raises Unrecordable."""
    if not isinstance(call, QueryKeyCall) or call.bias is not None or call.causal:
        raise Unrecordable(
            "This model adds a bias to the scores of a single picture, which says nothing of other "
            "frames: choose a plain vision transformer (ViT, DINO, DINOv2) for clips."
        )
    if call.key.shape[1] != call.query.shape[1]:
        return QueryKeyCall(
            call.module,
            call.query,
            call.key.repeat_interleave(call.query.shape[1] // call.key.shape[1], 1),
            call.scale,
        )
    return call
