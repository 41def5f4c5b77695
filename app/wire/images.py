"""Images: their traces and heatmaps."""

from __future__ import annotations

from datetime import datetime

from app.schemas.base import Grid, Site, Wire
from app.schemas.choices import Method


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


class Heatmaps(Wire):
    """One query's weights on the patches, for every head, their mean and maximum.

    `data` is base64 of uint8 (heads, rows, columns); a weight is
    minimum + byte / 255 * (maximum - minimum) of its head.
    """

    site: str
    heads: list[str]
    minimum: list[float]
    maximum: list[float]
    data: str


class Timings(Wire):
    """Milliseconds; `total_ms` also has the wait for other visitors' images."""

    decode_ms: float
    forward_ms: float
    heatmaps_ms: float
    total_ms: float


class ImageTrace(Wire):
    """What one forward pass over one image left."""

    id: str
    model: str
    resolution: int
    precision: str
    input: ImageInput
    grid: Grid
    prefix: list[str]
    sites: list[Site]
    outputs: list[str]
    heatmaps: list[Heatmaps]
    timings: Timings
    expires_at: datetime


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
    heatmap: list[list[float]]
