"""Wire types. `python -m app.schemas` writes static/js/schema.d.ts from them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from models.catalog import Card
from models.trace import AxisKind, SiteKind


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(Wire):
    """An error (RFC 9457); `detail` is a sentence to show to the visitor."""

    type: str
    title: str
    status: int
    detail: str
    parameter: str | None = None


class ModelCard(Card):
    """A model of the catalog, and whether it is in memory."""

    loaded: bool


class Sample(Wire):
    """A photo that comes with the service; width and height in pixels."""

    name: str
    title: str
    alt: str
    author: str
    licence: str
    source: str
    url: str
    width: int
    height: int


class Grid(Wire):
    rows: int
    columns: int
    patch_size: int


class Axis(Wire):
    """What the queries or keys of a site are; `prefix` leading entries are no patches."""

    kind: AxisKind
    size: int
    prefix: int
    grid: Grid | None
    labels: list[str] | None


class Site(Wire):
    """A place where attention is computed. `scale` multiplies q.k before the softmax."""

    name: str
    kind: SiteKind
    layer: int
    heads: int
    scale: float | None
    query: Axis
    key: Axis


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


class Weights(Wire):
    """Attention weights over the keys; nested lists where all heads or all queries were asked."""

    site: str | None
    head: str | None
    query: str | None
    method: Method
    key: Axis
    weights: list[float] | list[list[float]] | list[list[list[float]]]


class Saliency(Wire):
    """Saliency 0..1 of every pixel of the model's input, row by row."""

    width: int
    height: int
    saliency: list[list[float]]


class HeadStatistics(Wire):
    """A head's means over all patch queries: entropy in bits, attention distance in pixels."""

    site: str
    layer: int
    head: int
    entropy: float
    distance: float


class Heads(Wire):
    entropy_unit: Literal["bits"] = "bits"
    distance_unit: Literal["pixels"] = "pixels"
    heads: list[HeadStatistics]


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


class Method(StrEnum):
    weights = "weights"
    rollout = "rollout"
    saliency = "saliency"


class Mode(StrEnum):
    overlay = "overlay"
    heat = "heat"
    filter = "filter"
    attenuate = "attenuate"


class Colormap(StrEnum):
    viridis = "viridis"
    inferno = "inferno"
    vik = "vik"
    grey = "grey"


Format = Literal["json", "npy", "csv"]


class Choice(Wire):
    """Which weights: a site by name or by layer (else the last), head and query."""

    site: Annotated[str | None, Field(description="Site by name", examples=["encoder.12.self"])] = (
        None
    )
    layer: Annotated[int | None, Field(description="Or by layer, from 1", examples=[12])] = None
    head: Annotated[str, Field(description="A number from 0, mean or max", examples=["mean"])] = (
        "mean"
    )
    query: Annotated[
        str, Field(description="cls, row,column of the patch grid, or a token", examples=["cls"])
    ] = "cls"
    method: Annotated[Method, Field(description="What the heatmap shows")] = Method.weights


class Picture(Choice):
    """Which weights, and how they are drawn on the photo."""

    mode: Annotated[Mode, Field(description="overlay, heat, filter or attenuate")] = Mode.overlay
    colormap: Annotated[Colormap, Field(description="Colour table")] = Colormap.inferno
    opacity: Annotated[float, Field(ge=0, le=1, description="Of the heat over the photo")] = 0.6
    keep: Annotated[float, Field(ge=1, le=100, description="filter: percent of weight kept")] = 60
    floor: Annotated[float, Field(ge=0, le=1, description="attenuate: least brightness")] = 0.1
    smooth: Annotated[bool, Field(description="Smooth, or one flat square a patch")] = True


Weights.model_rebuild()
Heatmap.model_rebuild()

WIRE_TYPES: tuple[type[BaseModel], ...] = (
    *(Problem, ModelCard, Sample, Grid, Axis, Site, Crop, ImageInput, Heatmaps, Timings),
    *(ImageTrace, Weights, Saliency, HeadStatistics, Heads, Heatmap, Choice, Picture),
)

if __name__ == "__main__":
    from app.typescript import declarations

    target = Path(__file__).parent.parent / "static" / "js" / "schema.d.ts"
    target.write_text(declarations(WIRE_TYPES), encoding="utf-8")
