"""The frozen encoder of each decoder: EfficientNet-Lite0, or DINOv2."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.training.streets.features import Encoder, StemTaps
from foveate.models.training.vision.features import deep_sha256, stem_sha256
from foveate.models.zoo.image.decoders.encoder import Lite0Taps
from foveate.models.zoo.image.decoders.patches import BACKBONE, as_map
from foveate.models.zoo.image.dinov2 import PATCH
from foveate.models.zoo.image.stem import deep, stem

PATCHES = "patches"  # the decoder that is not on the stem


class DinoPatches:
    """DINOv2-small's normalised patch tokens of a whole picture."""

    name, rows, columns, cell = "dinov2", 26, 34, PATCH

    def __init__(self, model: Any) -> None:
        self._model = model

    @torch.inference_mode()
    def maps(self, picture: Image.Image) -> list[Tensor]:
        output = self._model.forward(self._model.preparation.pixels(picture))
        return [as_map(output.last_hidden_state, self.rows, self.columns).float()]


@cache
def encoder_of(decoder: str) -> Encoder:
    """Loaded once for all decoders on it."""
    if decoder == PATCHES:
        return DinoPatches(load(_backbone()))
    return StemTaps(Lite0Taps(stem(stem_sha256()), deep(deep_sha256())))


def settings_of(decoder: str) -> dict[str, str]:
    """What a decoder's folder says: which it is, and the checksum of what it stands on."""
    if decoder == PATCHES:
        return {"decoder": decoder, "backbone": _backbone().source.sha256}
    return {"decoder": decoder, "stem": stem_sha256(), "deep": deep_sha256()}


def _backbone() -> Any:
    return Catalog()[BACKBONE]
