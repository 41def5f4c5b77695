"""A head of the vision lab on its frozen stem, as a model of photos.

The stem is EfficientNet-Lite0's first blocks (stem.py), one in memory for all heads; which head it
is, is in the folder's config.json (heads/table.py has them). It says which of twenty classes it
takes a photo for, and where, or to what, it attended.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from foveate.models.attention import Values
from foveate.models.errors import InputError
from foveate.models.inputs.patches import check_resolution
from foveate.models.inputs.photo import Photo
from foveate.models.inputs.preparation import square
from foveate.models.intervention import UNTOUCHED, Intervention, Offers, switches
from foveate.models.recording import recording
from foveate.models.trace import Deferred, PhotoFrame, Trace
from foveate.models.weights.source import MODEL_FILE
from foveate.models.zoo.image.heads.base import ACTIVATION, grid_axis
from foveate.models.zoo.image.heads.table import HEADS, head_of
from foveate.models.zoo.image.stem import PLACES, SIDE, stem
from foveate.models.zoo.pretrained import values_at

SETTINGS_FILE = "config.json"


class Headed:
    """A head from the folder that models/training/vision made; `trace` may run in any thread."""

    precision = "float32"

    def __init__(self, name: str, folder: Path, dtype: torch.dtype) -> None:
        settings = json.loads((folder / SETTINGS_FILE).read_text())
        self.name, self.labels = name, tuple(settings["classes"])
        self.stem = stem(settings["stem"])
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
    def offers(self) -> Offers:
        return self.head.offers

    @torch.inference_mode()
    def trace(self, photo: Photo, resolution: int, intervention: Intervention = UNTOUCHED) -> Trace:
        """What the head says of a photo, `classes` (1, classes), and what it attended to.

        Raises InputError for a resolution or an intervention that is not offered.
        """
        self.offers.check(self.name, intervention)
        check_pin(intervention)
        start = time.perf_counter()
        maps = self._maps(photo, resolution)
        switched = switches(intervention, self.head.gates(), {})
        with recording(needed=False, switches=switched) as calls:
            changed = self.head.changed(maps, intervention)
            logits = self.head.concluded(changed, intervention)
        timings = {"forward_ms": (time.perf_counter() - start) * 1000}
        frame = PhotoFrame(grid_axis(), square(photo), self._notes(photo))
        sites, outputs = self.head.sites(calls), self._outputs(logits, changed)
        return Trace(self.name, frame, sites, outputs, timings, intervention, self.offers)

    @torch.inference_mode()
    def values(
        self, photo: Photo, resolution: int, site: str, intervention: Intervention = UNTOUCHED
    ) -> Values:
        """The values and output projection at one site, from a pass of its own. InputError."""
        maps = self._maps(photo, resolution)
        return values_at(self.name, site, lambda: self.head(maps, intervention), self.head.sites)

    def _outputs(self, logits: Tensor, changed: Tensor) -> dict[str, Deferred]:
        """The classes; and of a head that averages, what each place adds to each of them."""
        found = {"classes": Deferred(lambda: logits.softmax(-1), logits.nbytes, self.labels)}
        if self.head.averages:
            added = self.head.activation(changed)[0]  # (classes, rows, columns)
            found[ACTIVATION] = Deferred(lambda: added, added.nbytes)
        return found

    def _maps(self, photo: Photo, resolution: int) -> Tensor:
        check_resolution(resolution)
        return self.stem.maps(photo)

    def _notes(self, photo: Photo) -> tuple[str, ...]:
        if photo.width == photo.height:
            return ()
        return (
            f"{self.name} takes {SIDE} x {SIDE} pixels alone: it saw the square in the middle of "
            "the photo.",
        )


def check_pin(intervention: Intervention) -> None:
    """Raises InputError for a pin outside the grid."""
    if intervention.pin is not None:
        row, column = intervention.pin
        if not (0 <= row < PLACES.rows and 0 <= column < PLACES.columns):
            raise InputError(
                f"pin {row},{column} is outside the grid: give row,column from 0,0 to "
                f"{PLACES.rows - 1},{PLACES.columns - 1}.",
                "intervention",
            )
