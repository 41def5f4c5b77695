"""What every answer is made of: errors, the catalog, axes and sites."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

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


class Sentence(Wire):
    """A text to start from; `task` "" suits any model, `target` is a translation to align."""

    title: str
    language: str
    text: str
    target: str = ""
    task: Literal["", "translate", "read"] = ""


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
    """A place where attention is computed: softmax(q.k * scale), if `causal` over the keys up to
    the query's own. `scale` is null where that is not all there is to it: ask for the weights.
    """

    name: str
    kind: SiteKind
    layer: int
    heads: int
    scale: float | None
    causal: bool
    query: Axis
    key: Axis
