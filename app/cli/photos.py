"""Photos through a model without a server, one after another."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np

from foveate.app import render
from foveate.app.cli.terminal import opened
from foveate.app.runtime.decoding import BATCH_SECONDS, Decoder
from foveate.app.wire import view
from foveate.app.wire.choices import Picture
from foveate.app.wire.images import Heatmap
from foveate.models.catalog.load import Precision, load
from foveate.models.inputs.photo import Photo
from foveate.models.trace import Trace
from foveate.models.zoo.base import ImageModel


class Photos:
    """One model and one choice of picture for any number of photos."""

    def __init__(
        self,
        model: str | None,
        catalog: Path | None,
        precision: Precision,
        resolution: int,
        picture: Picture,
        report: Callable[[str], None],
    ) -> None:
        card = opened(catalog).card(model, "image")
        # By the service's door: a file that crashes its decoder ends neither the run nor the rest.
        self._decoder = Decoder(1, BATCH_SECONDS)
        self._model: ImageModel = load(card, precision, report)
        self._resolution = resolution
        self._picture = picture

    def run(self, data: bytes, kind: str) -> tuple[bytes, tuple[str, ...]]:
        """One photo's result as png, json or npy, and notes on what was changed. InputError."""
        photo = self._decoder.decode(data)
        trace = self._model.trace(photo, self._resolution)
        return self._encode(trace, photo, kind), photo.notes

    def _encode(self, trace: Trace, photo: Photo, kind: str) -> bytes:
        match kind:
            case "json":
                body = Heatmap.of(trace, self._picture, self._resolution)
                return body.model_dump_json().encode()
            case "npy":
                buffer = io.BytesIO()
                np.save(buffer, view.heatmap_of(trace, self._picture).numpy(), allow_pickle=False)
                return buffer.getvalue()
            case _:
                image = render.picture_of(trace, photo, self._picture)
                return render.png(image, render.caption(trace, self._picture))
