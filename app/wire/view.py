"""What a choice of site, head, query and method shows of a trace, for API and command line."""

from __future__ import annotations

from torch import Tensor

from app.schemas import Choice, Method
from models import analysis
from models.trace import Axis, Head, InputError, Site, Trace, parse_head


def site_of(trace: Trace, choice: Choice) -> Site:
    """The chosen site: by name, by layer, or the last one. Raises InputError."""
    if choice.site is not None:
        site = trace.site(choice.site)
        if choice.layer is not None and choice.layer != site.layer:
            raise InputError(
                f"site {site.name} is in layer {site.layer}, not {choice.layer}: give one of them.",
                "layer",
            )
        return site
    return trace.sites[-1] if choice.layer is None else trace.layer(choice.layer)


def weights_of(
    trace: Trace, site: Site, method: Method, head: Head | None, query: int | None
) -> Tensor:
    """Weights over the keys of a site by `method`; (H, T, S) less the axes that were chosen."""
    if method is Method.rollout:
        if query is None:
            raise InputError(
                "rollout needs one query: give query=cls or query=row,column.", "query"
            )
        return analysis.rollout(trace, query)
    if method is Method.saliency:
        raise InputError(
            "saliency is no attention: ask for /saliency, or method=weights.", "method"
        )
    return site.weights(head, query)


def heatmap_of(trace: Trace, choice: Choice) -> Tensor:
    """What is drawn on the photo: weights (rows, columns), or saliency by pixel of the input."""
    if choice.method is Method.saliency:
        return saliency_of(trace)
    site = site_of(trace, choice)
    head, query = parse_head(choice.head), site.query.index(choice.query)
    return analysis.heatmap(weights_of(trace, site, choice.method, head, query), site.key)


def saliency_of(trace: Trace) -> Tensor:
    """The trace's saliency (height, width). Raises InputError where the model has no decoder."""
    if "saliency" not in trace.outputs:
        raise InputError(f"{trace.model} has no saliency decoder: give method=weights.", "method")
    return trace.outputs["saliency"].value()


def uniform(axis: Axis) -> float:
    """The weight of every key where none is preferred: the middle of a diverging scale."""
    return 1 / axis.size


def output_of(trace: Trace, name: str) -> Tensor:
    """An output of the model as rows. Raises InputError where the trace has none of that name."""
    if name not in trace.outputs:
        known = ", ".join(trace.outputs) or "none"
        raise InputError(f"output {name[:40]!r} is not in this trace: it has {known}.", "name")
    found = trace.outputs[name].value()
    return found.reshape(-1, found.shape[-1])
