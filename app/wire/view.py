"""What a choice of site, head, query and method shows of a trace, for API and command line."""

from __future__ import annotations

from torch import Tensor

from app.wire.choices import Choice, Method
from models.analysis.heatmap import heatmap
from models.analysis.rollout import chain, rollout
from models.axis import Patches
from models.errors import InputError
from models.site import KINDS, Site, parse_head
from models.trace import Trace


def site_of(trace: Trace, choice: Choice) -> Site:
    """The chosen site: by name, by layer, or the last one, of a stack if named. InputError."""
    if choice.site is not None:
        site = trace.site(choice.site)
        if choice.layer is not None and choice.layer != site.layer:
            raise InputError(
                f"site {site.name} is in layer {site.layer}, not {choice.layer}: give one of them.",
                "layer",
            )
        if choice.stack not in (None, site.stack):
            raise InputError(
                f"site {site.name} is in stack {site.stack}, not {choice.stack}: give one of them.",
                "stack",
            )
        return site
    if choice.layer is not None:
        return trace.layer(choice.layer, stack=choice.stack)
    return trace.attended[-1] if choice.stack is None else trace.stack(choice.stack, KINDS)[-1]


def drawn_site(trace: Trace, choice: Choice) -> Site:
    """The same for a picture: where none is chosen, the last one whose keys are patches."""
    free = (choice.site, choice.layer, choice.stack) == (None, None, None)
    mapped = mapped_sites(trace)
    return mapped[-1] if free and mapped else site_of(trace, choice)


def mapped_sites(trace: Trace) -> list[Site]:
    """The sites that a heatmap can be drawn of. Raises NoAttention."""
    return [site for site in trace.attended if isinstance(site.key, Patches)]


def query_of(site: Site, query: str) -> int:
    """The query on a site's own axis: a gate has one alone, whatever is looked from. InputError."""
    return 0 if site.query.size == 1 else site.query.index(query)


def heatmap_of(trace: Trace, choice: Choice) -> Tensor:
    """What is drawn on the photo: weights (rows, columns), or saliency by pixel of the input."""
    if choice.method is Method.saliency:
        return saliency_of(trace)
    if choice.method is Method.rollout:
        first = chain(trace, choice.stack)[0]
        return heatmap(rollout(trace, first.query.index(choice.query), choice.stack), first.key)
    site = drawn_site(trace, choice)
    weights = site.weights(parse_head(choice.head), query_of(site, choice.query))
    return heatmap(weights, site.key)


def saliency_of(trace: Trace) -> Tensor:
    """The trace's saliency (height, width). Raises InputError where the model has no decoder."""
    if "saliency" not in trace.outputs:
        raise InputError(f"{trace.model} has no saliency decoder: give method=weights.", "method")
    return trace.outputs["saliency"].value()


def output_of(trace: Trace, name: str) -> Tensor:
    """An output of the model as rows. Raises InputError where the trace has none of that name."""
    if name not in trace.outputs:
        known = ", ".join(trace.outputs) or "none"
        raise InputError(f"output {name[:40]!r} is not in this trace: it has {known}.", "name")
    found = trace.outputs[name].value()
    return found.reshape(-1, found.shape[-1])
