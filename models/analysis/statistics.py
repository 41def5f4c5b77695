"""How a head spreads its attention: entropy and mean distance.

Axis sizes in comments: H heads, t some queries, S keys, P patches; w windows, s keys of one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from foveate.models.attention import Partition, QueryKey, Weights
from foveate.models.axis import Axis, Patches
from foveate.models.errors import InputError
from foveate.models.interruption import step
from foveate.models.site import Site
from foveate.models.trace import Trace

WINDOWS = 64  # gone through at once


@dataclass(frozen=True, slots=True)
class HeadStatistics:
    """One head, averaged over its queries; where some are patches, over those alone.

    `entropy` is in bits over all keys; `distance` in pixels of the model's input or in tokens, None
    where queries and keys are not the same things.
    """

    site: str
    stack: str
    layer: int
    head: int
    entropy: float
    distance: float | None


def head_statistics(site: Site) -> list[HeadStatistics]:
    """Entropy and mean attention distance of every head of a site.

    The distance is that between the centres of query patch and key patch, weighted by attention
    (Dosovitskiy et al. 2021, appendix D.7); what is no patch has no place, so weights are
    renormalised over the patches. Raises InputError for a gate, which has no entropy.
    """
    if not site.attention.normalised:
        raise InputError(
            f"site {site.name} is a gate: its values need not sum to 1, so they have no entropy.",
            "site",
        )
    if site.kind != "self":  # queries and keys are not the same things
        entropy = torch.cat([entropy_bits(part) for part in site.chunks()], 1).mean(-1)
        return _listed(site, entropy, None)
    held = site.attention
    if isinstance(held, QueryKey | Weights) and held.partition is not None:
        return _listed(site, *_by_windows(site, held, held.partition))
    entropy, distance = torch.zeros(site.heads), torch.zeros(site.heads)
    centres, queries = _centres(site.key), _places(site.query)
    first = queries.start
    own = _centres(site.query)
    for weights in site.chunks(queries):  # (H, t, S)
        asking = own[first - queries.start :][: weights.shape[1]]
        first += weights.shape[1]
        entropy += entropy_bits(weights).sum(-1)
        patches = weights[..., _places(site.key)]
        apart = torch.cdist(asking, centres)  # (t, P)
        distance += ((patches * apart).sum(-1) / patches.sum(-1).clamp_min(1e-12)).sum(-1)
    count = queries.stop - queries.start
    return _listed(site, entropy / count, distance / count)


def _by_windows(
    site: Site, held: QueryKey | Weights, partition: Partition
) -> tuple[Tensor, Tensor]:
    """Mean entropy and distance of every head, worked out inside the windows alone: (H,) each."""
    entropy, distance = torch.zeros(site.heads), torch.zeros(site.heads)
    centres, own, places = _centres(site.key), _centres(site.query), _places(site.key)
    for start in range(0, len(partition.query), WINDOWS):
        step()
        some = slice(start, start + WINDOWS)
        weights = held.inside(some)  # (w, H, t, s)
        query, key = partition.query[some], partition.key[some]  # (w, t), (w, s)
        real = (key >= places.start) & (key < places.stop)
        patches = weights * real[:, None, None]
        beside = (weights * (key >= places.stop)[:, None, None]).sum(-1, keepdim=True)
        apart = torch.cdist(own[query.clamp(0)], centres[(key - places.start) * real])  # (w, t, s)
        far = (patches * apart[:, None]).sum(-1) / patches.sum(-1).clamp_min(1e-12)  # (w, H, t)
        asking = (query >= 0)[:, None]
        entropy += (entropy_bits(torch.cat([patches, beside], -1)) * asking).sum((0, 2))
        distance += (far * asking).sum((0, 2))
    return entropy / partition.queries, distance / partition.queries


def _listed(site: Site, entropy: Tensor, distance: Tensor | None) -> list[HeadStatistics]:
    apart = [None] * site.heads if distance is None else distance.tolist()
    return [
        HeadStatistics(site.name, site.stack, site.layer, head, bits, far)
        for head, (bits, far) in enumerate(zip(entropy.tolist(), apart, strict=True))
    ]


def distance_unit(trace: Trace) -> Literal["pixels", "tokens"]:
    """What distances of a trace's heads are counted in. Raises NoAttention."""
    own = [site for site in trace.attended if site.kind == "self"]
    return "pixels" if isinstance((own or trace.attended)[0].query, Patches) else "tokens"


def _places(axis: Axis) -> slice:
    """The entries that have a place: patches, or all tokens."""
    return axis.patches if isinstance(axis, Patches) else slice(0, axis.size)


def _centres(axis: Axis) -> Tensor:
    """Centres of an axis's patches in pixels of the model's input (P, 2); token numbers (S, 1).

    Patches of several frames are as far apart as they would be in one.
    """
    if not isinstance(axis, Patches):
        return torch.arange(axis.size).float()[:, None]
    rows, columns = torch.arange(axis.grid.rows), torch.arange(axis.grid.columns)
    centres: Tensor = (torch.cartesian_prod(rows, columns) + 0.5) * axis.grid.patch_size
    return centres.repeat(axis.frames, 1)


def entropy_bits(weights: Tensor) -> Tensor:
    """Shannon entropy over the last axis, in bits: (..., S) -> (...)."""
    nats: Tensor = torch.special.entr(weights).sum(-1)
    return nats / math.log(2)
