"""What a choice of site, head, query and method shows of a trace, for API and command line."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from app.wire.choices import Choice, Method
from models import analysis
from models.inputs import Crop, Photo, fit
from models.trace import Axis, Grid, Head, InputError, Recorded, Site, Trace, parse_head


@dataclass(frozen=True, slots=True)
class Frame:
    """The patch grid of a photo's trace, the part of the photo it covers, what comes before it."""

    grid: Grid
    crop: Crop
    prefix: tuple[str, ...]


def frame_of(trace: Trace, photo: Photo, resolution: int) -> Frame:
    """Raises InputError where the model's keys are no patches."""
    axis = attended(trace)[-1].key
    if axis.grid is None:
        raise InputError(f"{trace.model} has no patch grid: choose a model of images.", "model")
    _, crop = fit(photo.width, photo.height, resolution, axis.grid.patch_size)
    return Frame(axis.grid, crop, axis.labels or ())


def attended(trace: Trace) -> tuple[Site, ...]:
    """The sites, of which there is one at least. Raises InputError."""
    if not trace.sites:
        raise InputError(
            f"model {trace.model} has no attention, so its trace has no weights: choose another "
            "model.",
            "model",
        )
    return trace.sites


def site_named(trace: Trace, name: str) -> Site:
    """Raises InputError where there is none of that name."""
    attended(trace)
    return trace.site(name)


def site_of(trace: Trace, choice: Choice) -> Site:
    """The chosen site: by name, by layer, or the last one. Raises InputError."""
    last = attended(trace)[-1]
    if choice.site is not None:
        site = trace.site(choice.site)
        if choice.layer is not None and choice.layer != site.layer:
            raise InputError(
                f"site {site.name} is in layer {site.layer}, not {choice.layer}: give one of them.",
                "layer",
            )
        return site
    return last if choice.layer is None else trace.layer(choice.layer)


def recorded_of(site: Site) -> Recorded:
    """A site's queries and keys. Raises InputError where it has weights alone."""
    if site.recorded is None:
        raise InputError(
            f"site {site.name} has weights and no queries and keys: ask for /weights.", "site"
        )
    return site.recorded


def width_of(site: Site) -> int:
    """Numbers of each query and key of a head; 0 where the site has weights alone."""
    return 0 if site.recorded is None else site.recorded.query.shape[-1]


def query_axis(trace: Trace) -> Axis:
    """The queries of the first site, which rollout starts from. Raises InputError."""
    return attended(trace)[0].query


def rollout_of(trace: Trace, query: int) -> Tensor:
    """Rollout of one query over all layers. Raises InputError where they are no one chain."""
    attended(trace)
    sequences = {site.query for site in trace.sites if site.kind == "self"}
    if len(sequences) > 1:
        raise InputError(
            f"rollout needs layers that attend to one sequence; {trace.model} has self-attention "
            f"over {len(sequences)}: ask for the weights of one site.",
            "method",
        )
    return analysis.rollout(trace, query)


def heatmap_of(trace: Trace, choice: Choice) -> Tensor:
    """What is drawn on the photo: weights (rows, columns), or saliency by pixel of the input."""
    if choice.method is Method.saliency:
        return saliency_of(trace)
    site = site_of(trace, choice)
    head, query = parse_head(choice.head), site.query.index(choice.query)
    return analysis.heatmap(_weights_of(trace, site, choice.method, head, query), site.key)


def _weights_of(trace: Trace, site: Site, method: Method, head: Head, query: int) -> Tensor:
    if method is Method.rollout:
        return rollout_of(trace, query)
    return site.weights(head, query)


def saliency_of(trace: Trace) -> Tensor:
    """The trace's saliency (height, width). Raises InputError where the model has no decoder."""
    if "saliency" not in trace.outputs:
        raise InputError(f"{trace.model} has no saliency decoder: give method=weights.", "method")
    return trace.outputs["saliency"].value()


def neutral(site: Site) -> float:
    """The weight of every key where none is preferred: the middle of a diverging scale."""
    return 1 / site.key.size


def output_of(trace: Trace, name: str) -> Tensor:
    """An output of the model as rows. Raises InputError where the trace has none of that name."""
    if name not in trace.outputs:
        known = ", ".join(trace.outputs) or "none"
        raise InputError(f"output {name[:40]!r} is not in this trace: it has {known}.", "name")
    found = trace.outputs[name].value()
    return found.reshape(-1, found.shape[-1])
