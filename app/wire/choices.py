"""What a caller chooses: method, lens, colours, and which weights."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from app.wire.base import Wire


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
Precision = Literal["auto", "float32", "bfloat16"]  # models.catalog's, without importing torch


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
