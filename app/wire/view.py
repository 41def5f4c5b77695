"""What a choice of site, head, query and method shows of a trace, for API and command line."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from foveate.app.wire.choices import Choice, Method
from foveate.models.analysis.heatmap import heatmap
from foveate.models.analysis.rollout import chain, rollout
from foveate.models.analysis.windows import window_rollout, windowed
from foveate.models.axis import Patches
from foveate.models.errors import InputError
from foveate.models.site import KINDS, Site, parse_head
from foveate.models.trace import Trace


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
    """The same for a picture: where none is chosen, the last one whose keys are patches.

    Window rollout ends on the first site's grid.
    """
    if choice.method is Method.window_rollout:
        return windowed(trace)[0]
    free = (choice.site, choice.layer, choice.stack) == (None, None, None)
    mapped = mapped_sites(trace)
    return mapped[-1] if free and mapped else site_of(trace, choice)


def mapped_sites(trace: Trace) -> list[Site]:
    """The sites that a heatmap can be drawn of: none where a model attends to no place."""
    return [site for site in trace.sites if isinstance(site.key, Patches)]


def query_of(trace: Trace, site: Site, query: str) -> int:
    """The query of a picture on a site's own axis. Raises InputError.

    It is said on the photo's grid: a site on a coarser or finer one has it at the same place. A
    gate has one query alone, whatever is looked from.
    """
    if site.query.size == 1:
        return 0
    if isinstance(site.query, Patches):
        return site.query.seen_from(trace.photo.axis, query)
    return site.query.index(query)


def queries_of(trace: Trace, query: str) -> list[tuple[Site, int]]:
    """The sites that a heatmap can be drawn of and that have the query. Raises InputError where
    there is none.
    """
    found, missing = [], None
    for site in mapped_sites(trace):
        try:
            found.append((site, query_of(trace, site, query)))
        except InputError as error:  # the queries of a decoder are no patches
            missing = error
    if missing is not None and not found:
        raise missing
    return found


def heatmap_of(trace: Trace, choice: Choice) -> Tensor:
    """What is drawn on the photo: weights (rows, columns), or saliency by pixel of the input."""
    if choice.method is Method.saliency:
        return saliency_of(trace)
    if choice.method is Method.rollout:
        first = chain(trace, choice.stack)[0]
        return heatmap(rollout(trace, first.query.index(choice.query), choice.stack), first.key)
    site = drawn_site(trace, choice)
    if choice.method is Method.window_rollout:
        number = query_of(trace, site, choice.query)
        return heatmap(window_rollout(trace, number), site.key)
    weights = site.weights(parse_head(choice.head), query_of(trace, site, choice.query))
    return heatmap(weights, site.key)


def methods_of(trace: Trace) -> list[Method]:
    """What `heatmap_of` can show of a trace."""
    return [method for method, look in _NEEDS.items() if _holds(look, trace)]


def _holds(look: Callable[[Trace], object], trace: Trace) -> bool:
    try:
        return bool(look(trace))
    except InputError:
        return False


_NEEDS: dict[Method, Callable[[Trace], object]] = {
    Method.weights: mapped_sites,
    Method.rollout: chain,
    Method.window_rollout: windowed,
    Method.saliency: lambda trace: "saliency" in trace.outputs,
}


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
