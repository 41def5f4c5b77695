"""A head over time on frozen features of frames, as a model of clips: what is there, and when.

Every frame is seen alone (frames.py); which head makes them one vector is in the folder's
config.json (heads/table.py has them). It says which of twenty classes is in the clip, and which
frames that was decided by.
"""

from __future__ import annotations

import json
import math
import time
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from foveate.models.attention import Values
from foveate.models.errors import InputError
from foveate.models.inputs.clip import RESOLUTIONS, Clip
from foveate.models.inputs.patches import check_resolution
from foveate.models.intervention import UNTOUCHED, Intervention, Offers
from foveate.models.recording import recording
from foveate.models.trace import ClipFrame, Deferred, Trace
from foveate.models.weights.source import MODEL_FILE
from foveate.models.zoo.pretrained import values_at
from foveate.models.zoo.video.frames import frame_features, whole
from foveate.models.zoo.video.heads.base import frames_axis
from foveate.models.zoo.video.heads.query import TRAINED
from foveate.models.zoo.video.heads.table import HEADS, head_of

SETTINGS_FILE = "config.json"


class When:
    """A head from the folder that models/training/when made; `trace` may run in any thread."""

    precision = "float32"

    def __init__(self, name: str, folder: Path, dtype: torch.dtype) -> None:
        settings = json.loads((folder / SETTINGS_FILE).read_text())
        self.name, self.labels = name, tuple(settings["classes"])
        self.features = frame_features(settings["stem"], settings["deep"])
        self.entry = HEADS[settings["head"]]
        head = head_of(settings["head"], len(self.labels))
        weights = load_file(folder / MODEL_FILE)
        head.load_state_dict({key: value.float() for key, value in weights.items()})
        self.head = head.eval().requires_grad_(False)

    @property
    def nbytes(self) -> int:
        """Of the head alone: the stem is there once, however many heads there are."""
        return sum(tensor.nbytes for tensor in self.head.state_dict().values())

    @property
    def frames(self) -> int | None:
        return None

    @property
    def offers(self) -> Offers:
        return self.head.offers

    @torch.inference_mode()
    def trace(
        self,
        clip: Clip,
        resolution: int,
        most: float = math.inf,
        intervention: Intervention = UNTOUCHED,
    ) -> Trace:
        """What the head says is in a clip, `classes` (1, classes), and how much it had of each
        frame, whatever the resolution.

        Raises InputError for a resolution or an intervention that is not offered.
        """
        check_resolution(resolution, RESOLUTIONS)
        self.offers.check(self.name, intervention)
        _check_frame(clip, intervention)
        start = time.perf_counter()
        seen = self.features.of(clip)
        with recording(needed=False) as calls:
            logits = self.head(seen[None], intervention)
        timings = {"forward_ms": (time.perf_counter() - start) * 1000}
        classes = Deferred(lambda: logits.softmax(-1), logits.nbytes, self.labels)
        axis, crop = frames_axis(len(seen)), whole(clip.frames[0])
        frame = ClipFrame(axis, crop, apart=False, notes=self._notes(seen))
        sites = self.head.sites(calls)
        outputs = {"classes": classes}
        return Trace(self.name, frame, sites, outputs, timings, intervention, self.offers)

    @torch.inference_mode()
    def values(self, clip: Clip, resolution: int, site: str) -> Values:
        """The values and output projection at one site, from a pass of its own. InputError."""
        seen = self.features.of(clip)
        return values_at(self.name, site, lambda: self.head(seen[None]), self.head.sites)

    def _notes(self, seen: Tensor) -> tuple[str, ...]:
        if not self.head.placed or len(seen) == TRAINED:
            return ()
        return (
            f"{self.name} was trained on clips of {TRAINED} frames: the {len(seen)} of this one "
            f"are given times from the first to the last of those.",
        )


def _check_frame(clip: Clip, intervention: Intervention) -> None:
    """Raises InputError for a frame that the clip does not have."""
    frame = intervention.frame
    if frame is not None and not 0 <= frame < len(clip.frames):
        raise InputError(
            f"frame {frame} is not in this clip: give a number from 0 to {len(clip.frames) - 1}.",
            "intervention",
        )
