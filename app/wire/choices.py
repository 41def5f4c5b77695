"""What a caller chooses: method, lens, colours, and which weights."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from foveate.app.wire.base import Sent


class Method(StrEnum):
    weights = "weights"
    rollout = "rollout"
    window_rollout = "window-rollout"  # approximate
    saliency = "saliency"


class Lens(StrEnum):
    overlay = "overlay"
    heat = "heat"
    filter = "filter"
    attenuate = "attenuate"


class Colormap(StrEnum):
    viridis = "viridis"
    inferno = "inferno"
    vik = "vik"
    grey = "grey"


MOST_LETTERS = 200  # of a name; labels of tokens are shorter

Format = Literal["json", "npy", "csv"]
ImageFormat = Literal["jpg", "png", "webp"]
By = Literal["keys", "features", "attention"]  # models.analysis.propagation's, without torch
Precision = Literal["auto", "float32", "bfloat16"]  # models.catalog's, without importing torch


class Choice(Sent):
    """Which weights: a site by name or by layer of a stack (else the last), head and query."""

    site: Annotated[
        str | None,
        Field(description="Site by name", max_length=MOST_LETTERS, examples=["encoder.12.self"]),
    ] = None
    layer: Annotated[int | None, Field(description="Or by layer, from 1", examples=[12])] = None
    stack: Annotated[
        str | None,
        Field(
            description="Whose layer or rollout: encoder or decoder; else the only one",
            max_length=MOST_LETTERS,
        ),
    ] = None
    head: Annotated[
        str,
        Field(
            description="A number from 0, mean or max", max_length=MOST_LETTERS, examples=["mean"]
        ),
    ] = "mean"
    query: Annotated[
        str,
        Field(
            description="cls, row,column of the patch grid, or a token",
            max_length=MOST_LETTERS,
            examples=["cls"],
        ),
    ] = "cls"
    method: Annotated[Method, Field(description="What the heatmap shows")] = Method.weights


class Look(Sent):
    """How a heatmap is drawn on the photo."""

    lens: Annotated[Lens, Field(description="overlay, heat, filter or attenuate")] = Lens.overlay
    colormap: Annotated[Colormap, Field(description="Colour table")] = Colormap.inferno
    opacity: Annotated[float, Field(ge=0, le=1, description="Of the heat over the photo")] = 0.6
    keep: Annotated[float, Field(ge=1, le=100, description="filter: percent of weight kept")] = 60
    floor: Annotated[float, Field(ge=0, le=1, description="attenuate: least brightness")] = 0.3
    smooth: Annotated[bool, Field(description="Smooth, or one flat square a patch")] = True


class Picture(Look, Choice):
    """Which weights, and how they are drawn on the photo."""

    mode: Annotated[Lens | None, Field(description="The old name of lens", deprecated=True)] = None

    @model_validator(mode="after")
    def _take_mode(self) -> Self:
        """The old name is as good as the new one, where both do not say different things."""
        mode = vars(self)["mode"]  # past the warning that reading a deprecated field gives
        if mode is None:
            return self
        if "lens" in self.model_fields_set and self.lens is not mode:
            raise PydanticCustomError(
                "conflict",
                "it is the old name of lens, and lens is '{lens}': leave mode out",
                {"parameter": "mode", "value": mode.value, "lens": self.lens.value},
            )
        self.lens = mode
        return self
