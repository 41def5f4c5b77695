"""Street scenes: a decoder on a frozen encoder says of every pixel which of eleven classes it is.

On EfficientNet-Lite0's stem (decoders/base.py), with or without skips and gates, or on DINOv2's
patches (decoders/patches.py). Both see the photo whole, at the size of CamVid's pictures.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from foveate.models.attention import Values
from foveate.models.axis import Crop, Grid
from foveate.models.errors import InputError, WeightsError
from foveate.models.inputs.patches import check_resolution, cut
from foveate.models.inputs.photo import Photo
from foveate.models.intervention import UNTOUCHED, Intervention, Offers, switches
from foveate.models.recording import Calls
from foveate.models.site import Site
from foveate.models.trace import Deferred, PhotoFrame
from foveate.models.weights import cache
from foveate.models.weights.source import MODEL_FILE
from foveate.models.zoo.gates import gate_sites
from foveate.models.zoo.image.decoders.base import Decoder
from foveate.models.zoo.image.decoders.classes import COLOURS, LABELS
from foveate.models.zoo.image.decoders.encoder import SharedTaps, shared
from foveate.models.zoo.image.decoders.patches import BACKBONE, as_map
from foveate.models.zoo.image.decoders.table import decoder_of
from foveate.models.zoo.image.gating import GatedModel
from foveate.models.zoo.image.vit import VisionTransformer
from foveate.models.zoo.pretrained import values_at

SETTINGS_FILE = "config.json"
LONGEST = 480  # pixels of the longest side: CamVid's pictures are 480 x 360
CELL = 16  # of them a side that a place at the bottom stands for
OUTPUT: Final = "segmentation"


def whole(photo: Photo, cell: int) -> tuple[Grid, Crop]:
    """A photo's cells, LONGEST pixels along its longest side, and all of it.

    Either side takes as many whole cells as come nearest: it is stretched or pressed by half a cell
    at most. Raises InputError for a photo thinner than half a cell.
    """
    by = LONGEST / max(photo.width, photo.height) / cell
    rows, columns = (math.floor(side * by + 0.5) for side in (photo.height, photo.width))
    if min(rows, columns) < 1:
        raise InputError(
            f"The image is {photo.width} x {photo.height} pixels: its short side must be at least "
            f"one {round(2 * LONGEST / cell)}th of its long side. Crop it.",
            "file",
        )
    return Grid(rows, columns, cell), Crop(0, 0, photo.width, photo.height)


def note_of(name: str, cells: Grid) -> str:
    """How a photo was given to a model, in a sentence."""
    height, width = cells.rows * cells.patch_size, cells.columns * cells.patch_size
    return (
        f"{name} saw the whole photo at {width} x {height} pixels, whatever the resolution: it was "
        "trained on pictures of 480 x 360."
    )


def labelled(logits: Tensor, cells: Grid) -> Tensor:
    """The class of every pixel of the model's input (height, width), uint8, by bilinear
    interpolation of logits (1, classes, rows, columns).
    """
    size = cells.rows * cells.patch_size, cells.columns * cells.patch_size
    fine = F.interpolate(logits, size, mode="bilinear", align_corners=False)
    return fine[0].argmax(0).to(torch.uint8)


class StreetNetwork(nn.Module):
    """Pixels (B, 3, rows, columns), whole cells, to logits at half the size."""

    def __init__(self, encoder: SharedTaps, decoder: Decoder) -> None:
        super().__init__()
        self._encoder, self.decoder = encoder, decoder
        self.gates, self.skips, self.parts = decoder.named_gates, decoder.named_skips, decoder.parts

    def forward(self, pixels: Tensor) -> Tensor:
        logits: Tensor = self.decoder(self._encoder.taps(pixels))
        return logits


class Streets(GatedModel):
    """A decoder on the stem, from the folder that models/training/streets made."""

    output = OUTPUT
    labels, colours = LABELS, COLOURS

    def __init__(self, name: str, folder: Path, dtype: torch.dtype) -> None:
        settings, decoder = opened(folder)
        self.encoder = shared(settings["stem"], settings["deep"])
        super().__init__(name, StreetNetwork(self.encoder, decoder))

    def fit(self, photo: Photo, resolution: int) -> tuple[Grid, Crop]:
        return whole(photo, CELL)

    def pixels(self, photo: Photo, cells: Grid, crop: Crop) -> Tensor:
        return self.encoder.pixels(photo, crop, (cells.columns * CELL, cells.rows * CELL))

    def made(self, output: Tensor, frame: PhotoFrame) -> Tensor:
        """The class of every pixel (height, width)."""
        return labelled(output, frame.grid)

    def notes(self, cells: Grid) -> tuple[str, ...]:
        return (note_of(self.name, cells),)

    def sites(self, calls: Calls, pixels: Tensor, frame: PhotoFrame) -> tuple[Site, ...]:
        """Gates, or what the bottom attends to: every place of the last map to every other."""
        attentions = {part: name for name, part in self.network.decoder.attentions().items()}
        attended = (
            Site(attentions[call.module], "self", 1, frame.axis, frame.axis, call.item(0))
            for call in calls
            if call.module in attentions
        )
        return (*attended, *gate_sites(self.gates, calls, pixels.shape[-1]))

    @torch.inference_mode()
    def values(
        self, photo: Photo, resolution: int, site: str, intervention: Intervention = UNTOUCHED
    ) -> Values:
        """The values and output projection at the bottom's attention. InputError for a gate."""
        if site in self.gates:
            return super().values(photo, resolution, site, intervention)
        check_resolution(resolution)
        cells, crop = self.fit(photo, resolution)
        pixels, frame = self.pixels(photo, cells, crop), self.frame(cells, crop)

        def sites(calls: Calls) -> tuple[Site, ...]:
            return self.sites(calls, pixels, frame)

        changed = switches(intervention, self.gates, self.skips)
        return values_at(self.name, site, lambda: self.network(pixels), sites, changed=changed)


class StreetPatches(VisionTransformer):
    """DINOv2's patches with a linear decoder: its sites are DINOv2's."""

    def __init__(self, name: str, folder: Path, dtype: torch.dtype) -> None:
        settings, self.decoder = opened(folder)
        super().__init__(name, backbone(settings["backbone"]), dtype)

    @property
    def offers(self) -> Offers:
        return replace(super().offers, output=OUTPUT)

    @property
    def nbytes(self) -> int:
        decoder = self.decoder.state_dict().values()
        return int(super().nbytes + sum(tensor.nbytes for tensor in decoder))

    def outputs(self, output: Any, cells: Grid, crop: Crop) -> dict[str, Deferred]:
        hidden: Tensor = output.last_hidden_state  # (1, S, WIDTH)
        size = cells.rows * cells.columns * cells.patch_size**2
        work = torch.inference_mode()(lambda: self._labelled(hidden, cells))
        return {OUTPUT: Deferred(work, max(size, hidden.nbytes), LABELS, COLOURS)}

    def _labelled(self, hidden: Tensor, cells: Grid) -> Tensor:
        tokens = as_map(hidden.float(), cells.rows, cells.columns)
        return labelled(self.decoder([tokens]), cells)

    def _pixels(self, photo: Photo, resolution: int) -> tuple[Tensor, Grid, Crop]:
        check_resolution(resolution)
        cells, crop = whole(photo, self.structure.cell)
        size = cells.columns * cells.patch_size, cells.rows * cells.patch_size
        return self.preparation.pixels(cut(photo, crop, *size)), cells, crop

    def _notes(self, cells: Grid) -> tuple[str, ...]:
        return (note_of(self.name, cells),)


def opened(folder: Path) -> tuple[dict[str, str], Any]:
    """A decoder's settings, and the decoder as it is used: float16 weights in float32."""
    settings: dict[str, str] = json.loads((folder / SETTINGS_FILE).read_text())
    decoder = decoder_of(settings["decoder"])
    weights = load_file(folder / MODEL_FILE)
    decoder.load_state_dict({key: value.float() for key, value in weights.items()})
    return settings, decoder.eval().requires_grad_(False)


def backbone(sha256: str) -> Path:
    """The folder of the DINOv2 that the linear decoder was trained on. Raises WeightsError."""
    folder = cache.kept_folder(BACKBONE, sha256)
    if not cache.is_whole(folder):
        raise WeightsError(
            f"The decoder stands on {BACKBONE}, which is not fetched: run `foveate fetch "
            f"{BACKBONE}` first."
        )
    return folder
