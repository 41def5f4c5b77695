"""Attention rollout: what one query sees through all layers (Abnar and Zuidema 2020)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from foveate.models.errors import InputError
from foveate.models.site import Site
from foveate.models.trace import ClipFrame, Trace


def chain(trace: Trace, stack: str | None = None) -> tuple[Site, ...]:
    """The layers that rollout goes through: the self-attention of one stack, else of the only one.

    An encoder and a decoder attend to different sequences: their product means nothing, not even
    where both are of one length. Raises InputError, NoAttention.
    """
    if isinstance(trace.frame, ClipFrame):
        raise InputError(
            f"rollout is of photos and texts: {trace.model} was given a clip. Ask for the weights "
            "of one site.",
            "method",
        )
    if not any(site.kind == "self" for site in trace.attended):
        raise InputError(f"rollout needs self-attention; {trace.model} has none.", "method")
    sites = trace.stack(stack)
    _check_chain(trace.model, sites)
    return sites


def rollout(trace: Trace, query: int, stack: str | None = None) -> Tensor:
    """Attention rollout of one query (Abnar and Zuidema 2020, section 3), over the keys: (S,).

    Each layer is taken as 0.5 I + 0.5 A, A the head mean. Only one row of the product over the
    layers is asked for, so it is a chain of vector-matrix products from the last layer down, and
    A is formed a few hundred queries at a time: no T x T product, no T x T array. Query and keys
    are those of `chain`. Raises InputError, NoAttention.
    """
    sites = chain(trace, stack)
    size = sites[0].query.size
    if not 0 <= query < size:
        raise InputError(f"query {query} is not in this trace: 0 to {size - 1}.", "query")
    share = torch.zeros(1, size)
    share[0, query] = 1.0
    return _rolled(sites, share)[0]


def rollouts(trace: Trace, stack: str | None = None) -> Tensor:
    """Attention rollout of every query: (T, S). Raises as `rollout`."""
    sites = chain(trace, stack)
    return _rolled(sites, torch.eye(sites[0].query.size))


def _rolled(sites: Sequence[Site], share: Tensor) -> Tensor:
    """`share` (Q, T) sent from the last layer down."""
    for site in reversed(sites):
        share = 0.5 * share + 0.5 * _through(site, share)
    return share


def _check_chain(model: str, sites: Sequence[Site]) -> None:
    """Raises InputError where the layers are no chain over one sequence."""
    axes = {site.query for site in sites}
    if len(axes) > 1:
        raise InputError(
            f"rollout needs layers that attend to one sequence; {model} has self-attention over "
            f"{len(axes)}: ask for the weights of one site, or for method=window-rollout where "
            "it attends in windows.",
            "method",
        )
    for site in sites:
        if site.query.size != site.key.size or not site.attention.normalised:
            raise InputError(
                f"rollout needs layers from a sequence to itself whose weights sum to 1; "
                f"{site.name} of {model} has {site.query.size} queries and {site.key.size} keys.",
                "method",
            )


def _through(site: Site, share: Tensor) -> Tensor:
    """`share` sent through one site's head-mean weights: (Q, T) x (T, S) -> (Q, S)."""
    total = torch.zeros(len(share), site.key.size)
    start = 0
    for weights in site.chunks():  # (H, t, S)
        part = share[:, start : start + weights.shape[1]]
        total += part @ weights.mean(0)
        start += weights.shape[1]
    return total
