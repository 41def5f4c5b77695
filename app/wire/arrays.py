"""Numbers of a trace, of images and texts alike."""

from __future__ import annotations

from typing import Literal, Self

from foveate.app.wire.axes import Axis, axis_of
from foveate.app.wire.base import Wire
from foveate.app.wire.choices import Method
from foveate.app.wire.numbers import Matrix, Row
from foveate.models.analysis.statistics import distance_unit, head_statistics
from foveate.models.analysis.steps import steps
from foveate.models.attention import Values
from foveate.models.site import KINDS, Site
from foveate.models.trace import Trace

OF_A_KEY = ("keys", "scores", "weights", "values")
OF_THE_QUERY = ("query", "scale", "weighted_sum", "output", "layer_output")
MASKED = -1e30  # a scaled score below it was hidden by a mask


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
    saliency: Matrix


class HeadStatistics(Wire):
    """A head's means over all patch (or token) queries; a cross-attention has no distance."""

    site: str
    stack: str
    layer: int
    head: int
    entropy: float
    distance: float | None


class Statistics(Wire):
    """How the heads of a trace spread their attention, site by site."""

    entropy_unit: Literal["bits"] = "bits"
    distance_unit: Literal["pixels", "tokens"]
    heads: list[HeadStatistics]

    @classmethod
    def of(cls, trace: Trace, stack: str | None = None) -> Self:
        """Of every head, or of a stack's, whose weights sum to 1; gates have no entropy.

        Raises InputError for a stack that is not there, NoAttention.
        """
        asked = trace.attended if stack is None else trace.stack(stack, KINDS)
        sites = [site for site in asked if site.attention.normalised]
        found = [each for site in sites for each in head_statistics(site)]
        return cls(distance_unit=distance_unit(trace), heads=found)


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
    query: Row
    keys: Matrix
    scores: Row
    scale: float
    scaled: list[float | None]
    weights: Row
    values: Matrix
    weighted_sum: Row
    output: Row
    layer_output: Row

    @classmethod
    def of(cls, site: Site, head: int, query: int, values: Values, top: int | None) -> Self:
        """At most `top` keys, those with the most weight. Raises InputError."""
        found = steps(site, head, query, values)
        shown = list(range(site.key.size))
        if top is not None and top < len(shown):
            shown = sorted(found.weights.topk(top).indices.tolist())
        scaled = [None if value < MASKED else value for value in found.scaled[shown].tolist()]
        return cls.model_validate(
            {
                "site": site.name,
                "head": head,
                "query_number": query,
                "query_label": site.query.label(query),
                "key": axis_of(site.key),
                "shown": shown,
                "scaled": scaled,
                **{name: getattr(found, name)[shown] for name in OF_A_KEY},
                **{name: getattr(found, name) for name in OF_THE_QUERY},
            }
        )


class Output(Wire):
    """What a model shows of itself, as rows: encoder states a token, the one vector of `fixed`."""

    name: str
    values: Matrix
