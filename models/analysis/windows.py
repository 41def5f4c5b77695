"""Window rollout: what a patch sees through layers that attend in windows, approximately.

Attention rollout (Abnar and Zuidema 2020) multiplies whole layers over one sequence. Swin's layers
have no such sequence: patches merge four to one between stages. Here each layer is taken as 0.5 I +
0.5 A as there, and a merged patch is taken as the even mean of the four it was made of. It was made
by a linear layer of them, which may prefer one, so that this is an approximation and called one.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from foveate.models.attention import Partition, QueryKey
from foveate.models.axis import Grid, Patches
from foveate.models.errors import InputError
from foveate.models.interruption import step
from foveate.models.site import Site
from foveate.models.trace import Trace

WINDOWS = 64  # gone through at once


def window_rollout(trace: Trace, query: int) -> Tensor:
    """What one patch of the photo's grid sees, on that grid: (patches,).

    It starts from the patch of the last stage under it. What goes to padding is lost, so that the
    sum may be less than 1. Raises InputError where the model does not attend in windows.
    """
    layers = [_layer(site) for site in windowed(trace)]
    frame, last = trace.photo.axis, layers[-1][0]
    share = torch.zeros(last.size)
    share[last.seen_from(frame, frame.place(query))] = 1.0
    grid = last.grid
    for axis, held, partition in reversed(layers):
        step()
        share, grid = _unmerged(share, grid, axis.grid), axis.grid
        share = 0.5 * share + 0.5 * _through(held, partition, share)
    return share


def windowed(trace: Trace) -> Sequence[Site]:
    """The layers it goes through. Raises InputError, NoAttention."""
    sites = [site for site in trace.attended if site.kind == "self"]
    if not sites or not all(map(_is_windowed, sites)):
        raise InputError(
            f"{trace.model} does not attend in windows alone: give method=rollout, or the weights "
            "of one site.",
            "method",
        )
    return sites


def _is_windowed(site: Site) -> bool:
    held, query, key = site.attention, site.query, site.key
    if not isinstance(query, Patches) or not isinstance(key, Patches) or query.grid != key.grid:
        return False
    if not isinstance(held, QueryKey) or held.partition is None:
        return False
    first, second = held.partition.query[0, :2].tolist()
    return bool(second == first + 1)  # else sets of patches that lie apart, as in MobileViT


def _layer(site: Site) -> tuple[Patches, QueryKey, Partition]:
    held = site.attention
    assert isinstance(site.query, Patches)
    assert isinstance(held, QueryKey)
    assert held.partition is not None
    return site.query, held, held.partition


def _unmerged(share: Tensor, coarse: Grid, fine: Grid) -> Tensor:
    """Shares (patches,) of a coarser grid, each divided evenly over the patches it was made of."""
    if coarse == fine:
        return share
    rows = torch.arange(fine.rows) * coarse.rows // fine.rows
    columns = torch.arange(fine.columns) * coarse.columns // fine.columns
    parent = (rows[:, None] * coarse.columns + columns).flatten()  # (fine patches,)
    return share[parent] / parent.bincount(minlength=coarse.size)[parent]


def _through(held: QueryKey, partition: Partition, share: Tensor) -> Tensor:
    """`share` (T,) sent through one site's head-mean weights, over the patches alone: (T,)."""
    lost = torch.cat([share, share.new_zeros(1)])  # what padding asks for counts for nothing
    total = torch.zeros(partition.keys)
    for start in range(0, len(partition.query), WINDOWS):
        some = slice(start, start + WINDOWS)
        weights = held.inside(some).mean(1)  # (w, t, s)
        given = lost[partition.query[some]][:, None] @ weights  # -1 is the last: (w, 1, s)
        total.index_add_(0, partition.key[some].flatten(), given.flatten())
    return total[: len(share)]
