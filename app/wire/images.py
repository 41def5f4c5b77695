"""Images: their traces and heatmaps."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime
from typing import Self

import numpy as np
from torch import Tensor

from foveate.app.wire import view
from foveate.app.wire.axes import Grid, Site
from foveate.app.wire.base import Wire
from foveate.app.wire.choices import Choice, Method
from foveate.app.wire.interventions import Intervention, Offers
from foveate.app.wire.numbers import Matrix, Row
from foveate.models.analysis.heatmap import patches_of, query_heatmaps
from foveate.models.inputs.photo import Photo
from foveate.models.site import Site as Attended
from foveate.models.trace import PhotoFrame, Trace

HEATMAP_HEADS = ("mean", "max")


class Crop(Wire):
    """The part of the photo that the patch grid covers, in pixels of the upright photo."""

    left: float
    top: float
    width: float
    height: float


class ImageInput(Wire):
    """The upright photo's size in its own pixels; `notes` are sentences on what was changed."""

    width: int
    height: int
    sha256: str
    crop: Crop
    notes: list[str]

    @classmethod
    def of(cls, photo: Photo, frame: PhotoFrame) -> Self:
        return cls(
            width=photo.width,
            height=photo.height,
            sha256=photo.sha256,
            crop=frame.crop,
            notes=[*photo.notes, *frame.notes],
        )


class Heatmaps(Wire):
    """One query's weights on the patches, for every head, their mean and maximum.

    `data` is base64 of uint8 (heads, rows, columns); a weight is
    minimum + byte / 255 * (maximum - minimum) of its head.
    """

    site: str
    heads: list[str]
    minimum: Row
    maximum: Row
    data: str

    @classmethod
    def of(cls, found: Attended, query: int = 0) -> Self:
        """What one query sees in every head, in eight bits: enough for a first paint."""
        heads = [*map(str, range(found.heads)), *HEATMAP_HEADS]
        return cls.packed(found.name, heads, query_heatmaps(found, query))

    @classmethod
    def packed(cls, name: str, heads: list[str], values: Tensor) -> Self:
        """Of a place in a model by its name: maps (heads, rows, columns)."""
        maps = values.numpy()
        low = maps.min(axis=(1, 2), keepdims=True)
        high = maps.max(axis=(1, 2), keepdims=True)
        levels = (maps - low) / np.maximum(high - low, 1e-12) * 255
        return cls(
            site=name,
            heads=heads,
            minimum=low.ravel(),
            maximum=high.ravel(),
            data=base64.b64encode(levels.round().astype(np.uint8).tobytes()).decode(),
        )


class Timings(Wire):
    """Milliseconds; `total_ms` also has the wait for other visitors' images."""

    decode_ms: float
    forward_ms: float
    heatmaps_ms: float
    total_ms: float

    @classmethod
    def of(cls, decode_ms: float, forward_ms: float, drawn: float, begun: float) -> Self:
        """Of heatmaps drawn since `drawn`, of an image asked for when `begun` (perf_counter)."""
        now = time.perf_counter()
        return cls(
            decode_ms=round(decode_ms, 2),
            forward_ms=round(forward_ms, 2),
            heatmaps_ms=round((now - drawn) * 1000, 2),
            total_ms=round((now - begun) * 1000, 2),
        )


class ImageTrace(Wire):
    """What one forward pass over one image left; `methods` are those that its heatmaps may show,
    `offers` what can be changed in the model, and `intervention` what was. `drawn` says whether
    /traces/{id}/network and /traces/{id}/pictures tell how the model is built.
    """

    id: str
    model: str
    resolution: int
    precision: str
    input: ImageInput
    grid: Grid
    prefix: list[str]
    suffix: list[str]
    sites: list[Site]
    outputs: list[str]
    methods: list[Method]
    offers: Offers
    intervention: Intervention
    drawn: bool
    heatmaps: list[Heatmaps]
    timings: Timings
    expires_at: datetime

    @classmethod
    def of(
        cls,
        trace: Trace,
        photo: Photo,
        *,
        id: str,
        resolution: int,
        precision: str,
        begun: float,
        decode_ms: float,
        forward_ms: float,
        expires: float,
    ) -> Self:
        """Of a trace asked for when `begun` (perf_counter), kept until `expires` (epoch)."""
        frame, start = trace.photo, time.perf_counter()
        heatmaps = [Heatmaps.of(site) for site in view.mapped_sites(trace)]
        return cls(
            id=id,
            model=trace.model,
            resolution=resolution,
            precision=precision,
            input=ImageInput.of(photo, frame),
            grid=frame.grid,
            prefix=frame.axis.prefix,
            suffix=frame.axis.suffix,
            sites=[Site.of(site) for site in trace.sites],
            outputs=list(trace.outputs),
            methods=view.methods_of(trace),
            offers=Offers.model_validate(trace.offers),
            intervention=Intervention.of(trace.intervention),
            drawn=trace.network is not None,
            heatmaps=heatmaps,
            timings=Timings.of(decode_ms, forward_ms, start, begun),
            expires_at=datetime.fromtimestamp(expires, UTC),
        )


class Heatmap(Wire):
    """One image's heatmap: weights (or saliency) on the patch grid, row by row."""

    model: str
    resolution: int
    site: str | None
    head: str | None
    query: str | None
    method: Method
    grid: Grid
    crop: Crop
    minimum: float
    maximum: float
    heatmap: Matrix

    @classmethod
    def of(cls, found: Trace, choice: Choice, resolution: int) -> Self:
        """What a choice shows of a trace, in numbers. Raises InputError."""
        site, values = view.drawn_site(found, choice), view.heatmap_of(found, choice).numpy()
        of_site = choice.method is Method.weights
        return cls(
            model=found.model,
            resolution=resolution,
            site=site.name if of_site else None,
            head=choice.head if of_site else None,
            query=None if choice.method is Method.saliency else choice.query,
            method=choice.method,
            grid=patches_of(site.key).grid,
            crop=found.photo.crop,
            minimum=float(values.min()),
            maximum=float(values.max()),
            heatmap=values,
        )
