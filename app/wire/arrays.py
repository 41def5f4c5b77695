"""Numbers of a trace, of images and texts alike."""

from __future__ import annotations

from typing import Literal

from app.schemas.base import Axis, Wire
from app.schemas.choices import Method


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
    """A head's means over all patch (or token) queries; a cross-attention has no distance."""

    site: str
    layer: int
    head: int
    entropy: float
    distance: float | None


class Heads(Wire):
    entropy_unit: Literal["bits"] = "bits"
    distance_unit: Literal["pixels", "tokens"]
    heads: list[HeadStatistics]


class QueryKeyValue(Wire):
    """One query of one head with its real numbers, step by step.

    scores = keys . query; scaled = scores * scale (with mask and bias; null where masked);
    weights = softmax(scaled); weighted_sum = weights . values; output is what this head alone adds
    to the model's width, layer_output what all heads and the bias give. `shown` numbers the keys
    that are listed, all or the `top` most weighted: the softmax is always over all of them.
    """

    site: str
    head: int
    query_number: int
    query_label: str
    key: Axis
    shown: list[int]
    query: list[float]
    keys: list[list[float]]
    scores: list[float]
    scale: float
    scaled: list[float | None]
    weights: list[float]
    values: list[list[float]]
    weighted_sum: list[float]
    output: list[float]
    layer_output: list[float]


class Output(Wire):
    """What a model shows of itself, as rows: encoder states a token, the one vector of `fixed`."""

    name: str
    values: list[list[float]]
