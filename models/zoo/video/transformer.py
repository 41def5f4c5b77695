"""Models of clips that transformers loads from a folder: TimeSformer, VideoMAE, ViViT."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoModel

from foveate.models.attention import Values
from foveate.models.axis import Crop
from foveate.models.errors import InputError, OversizedInput, Unrecordable
from foveate.models.inputs.clip import Clip
from foveate.models.inputs.patches import cut
from foveate.models.inputs.preparation import Preparation, square
from foveate.models.intervention import NO_OFFERS, UNTOUCHED, Intervention
from foveate.models.recording import recording
from foveate.models.trace import ClipFrame, Deferred, Trace
from foveate.models.weights.folder import configuration
from foveate.models.zoo.pretrained import pretrained, values_at
from foveate.models.zoo.video.layouts import FAMILIES, Divided


class VideoTransformer:
    """A video model of transformers, loaded from a folder; `trace` may run in any thread.

    Raises WeightsError for a folder that cannot be loaded, Unrecordable for a model that has
    nothing to show.
    """

    def __init__(self, name: str, folder: Path, dtype: torch.dtype) -> None:
        self.name = name
        kind = configuration(name, folder)["model_type"]
        if kind not in FAMILIES:
            raise Unrecordable(f"{kind} is not a family of video models that is known here.")
        self.family = FAMILIES[kind]
        model = pretrained(name, AutoModel, folder, dtype, self.family.layout.check)
        self.layout = self.family.layout(model, self.family.prefix)
        self.model, self.dtype = model, model.dtype
        self.preparation = Preparation.of(folder)

    @property
    def precision(self) -> str:
        return str(self.dtype).removeprefix("torch.")

    @property
    def nbytes(self) -> int:
        return sum(t.nbytes for t in (*self.model.parameters(), *self.model.buffers()))

    @property
    def frames(self) -> int | None:
        return self.layout.frames

    def trace(
        self,
        clip: Clip,
        resolution: int,
        most: float = math.inf,
        intervention: Intervention = UNTOUCHED,
    ) -> Trace:
        """What the model looks at in a clip: the square in the middle of its frames, at the size it
        was trained on, whatever the resolution; output `features` as of `Framewise`.

        Raises InputError for another number of frames than it was made for and for any
        intervention, OversizedInput where queries and keys take more than `most` bytes.
        """
        NO_OFFERS.check(self.name, intervention)
        found = self.trace_pixels(self._pixels(clip), square(clip.frames[0]))
        if found.nbytes > most:
            raise OversizedInput(
                f"{self.name} leaves {found.nbytes / 1e6:.0f} MB of a clip, and at most "
                f"{most / 1e6:.0f} MB are kept of one: choose a smaller model.",
                "model",
            )
        return found

    @torch.inference_mode()
    def trace_pixels(self, pixels: Tensor, crop: Crop) -> Trace:
        """The trace of normalised pixels (1, frames, 3, side, side) cut from `crop`."""
        start = time.perf_counter()
        with recording(partitions=self.layout.partitions) as calls:
            output = self.forward(pixels)
        timings = {"forward_ms": (time.perf_counter() - start) * 1000}
        features = self.layout.features(output.last_hidden_state).float()
        outputs = {"features": Deferred(lambda: features, features.nbytes)}
        frame = ClipFrame(self.layout.axis, crop, self.layout.tubelet, notes=self._notes())
        return Trace(self.name, frame, self.layout.sites(calls), outputs, timings)

    def forward(self, pixels: Tensor) -> Any:
        """Normalised pixels (B, frames, 3, side, side) to what the model gives."""
        return self.model(pixels.to(self.dtype))

    @torch.inference_mode()
    def values(self, clip: Clip, resolution: int, site: str) -> Values:
        """The values and output projection at one site, from a pass of its own. InputError."""
        if isinstance(self.layout, Divided):
            raise InputError(f"site {site[:80]} attends in windows: it has no steps.", "site")
        pixels = self._pixels(clip)
        return values_at(self.name, site, lambda: self.forward(pixels), self.layout.sites)

    def _pixels(self, clip: Clip) -> Tensor:
        if len(clip.frames) != self.layout.frames:
            raise InputError(
                f"{self.name} was made for clips of {self.layout.frames} frames, and this one has "
                f"{len(clip.frames)}: give frames={self.layout.frames}, of a part that has them.",
                "frames",
            )
        side, crop = self.layout.grid.rows * self.layout.grid.patch_size, square(clip.frames[0])
        seen = (self.preparation.pixels(cut(frame, crop, side, side)) for frame in clip.frames)
        return torch.cat(list(seen))[None]

    def _notes(self) -> tuple[str, ...]:
        side, several = self.layout.grid.rows * self.layout.grid.patch_size, self.layout.tubelet
        fixed = (
            f"{self.family.title} takes {self.layout.frames} frames of {side} x {side} pixels "
            "alone, whatever the resolution: it saw the square in the middle of each."
        )
        tubelets = (
            f"A token is of a tubelet of {several} frames: maps are of {several} frames at a time.",
        )
        return (*self.preparation.notes, fixed, *(tubelets if several > 1 else ()))
