"""Pure functions of a trace: what can be read off attention weights without the model.

Axis sizes in comments: H heads, T queries, S keys, P patches.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from models.trace import Axis, InputError, Site, Trace, Valued


def heatmap(weights: Tensor, axis: Axis) -> Tensor:
    """Weights (..., S) over a patch axis laid out on its grid, prefix tokens left out.

    Returns (..., rows, columns). Raises InputError where the axis has no grid.
    """
    if axis.grid is None:
        raise InputError(f"a heatmap needs keys that are patches; these are {axis.kind}s.", "site")
    patches = weights[..., axis.prefix :]
    return patches.reshape(*patches.shape[:-1], axis.grid.rows, axis.grid.columns)


def query_heatmaps(site: Site, query: int) -> Tensor:
    """What one query sees: heatmaps of every head, then their mean, then their maximum.

    Returns (H + 2, rows, columns).
    """
    weights = site.weights(query=query)  # (H, S)
    both = torch.stack([weights.mean(0), weights.amax(0)])
    return heatmap(torch.cat([weights, both]), site.key)


def rollout(trace: Trace, query: int) -> Tensor:
    """Attention rollout of one query (Abnar and Zuidema 2020, section 3), over the keys: (S,).

    Each layer is taken as 0.5 I + 0.5 A, A the head mean. Only one row of the product over the
    layers is asked for, so it is a chain of vector-matrix products from the last layer down, and
    A is formed a few hundred queries at a time: no T x T product, no T x T array.
    """
    sites = [site for site in trace.sites if site.kind == "self"]
    if not sites:
        raise InputError(f"rollout needs self-attention; {trace.model} has none.", "method")
    size = sites[0].query.size
    if not 0 <= query < size:
        raise InputError(f"query {query} is not in this trace: 0 to {size - 1}.", "query")
    share = torch.zeros(size)
    share[query] = 1.0
    for site in reversed(sites):
        share = 0.5 * share + 0.5 * _through(site, share)
    return share


def _through(site: Site, share: Tensor) -> Tensor:
    """`share` (T,) sent through one site's head-mean weights: (T,) x (T, S) -> (S,)."""
    total = torch.zeros(site.key.size)
    start = 0
    for weights in site.chunks():  # (H, t, S)
        part = share[start : start + weights.shape[1]]
        total += torch.einsum("t,hts->s", part, weights) / site.heads
        start += weights.shape[1]
    return total


@dataclass(frozen=True, slots=True)
class HeadStatistics:
    """One head, averaged over its queries; where they are patches, over those alone.

    `entropy` is in bits over all keys; `distance` in pixels of the model's input or in tokens, None
    where queries and keys are not the same things.
    """

    site: str
    layer: int
    head: int
    entropy: float
    distance: float | None


def head_statistics(site: Site) -> list[HeadStatistics]:
    """Entropy and mean attention distance of every head of a site.

    The distance is that between the centres of query patch and key patch, weighted by attention
    (Dosovitskiy et al. 2021, appendix D.7); prefix keys have no place, so weights are renormalised
    over the patches.
    """
    if site.kind == "cross":
        entropy = torch.cat([entropy_bits(part) for part in site.chunks()], 1).mean(-1)
        return [
            HeadStatistics(site.name, site.layer, head, bits, None)
            for head, bits in enumerate(entropy.tolist())
        ]
    centres = _centres(site.key)
    entropy = torch.zeros(site.heads)
    distance = torch.zeros(site.heads)
    first = site.query.prefix
    for weights in site.chunks(slice(first, None)):  # (H, t, S)
        queries = centres[first - site.query.prefix :][: weights.shape[1]]
        first += weights.shape[1]
        entropy += entropy_bits(weights).sum(-1)
        patches = weights[..., site.key.prefix :]
        apart = torch.cdist(queries, centres)  # (t, P)
        distance += ((patches * apart).sum(-1) / patches.sum(-1).clamp_min(1e-12)).sum(-1)
    count = site.query.size - site.query.prefix
    return [
        HeadStatistics(site.name, site.layer, head, float(e), float(d))
        for head, (e, d) in enumerate(zip(entropy / count, distance / count, strict=True))
    ]


def _centres(axis: Axis) -> Tensor:
    """Centres of an axis's patches in pixels of the model's input (P, 2); token numbers (S, 1)."""
    if axis.grid is None:
        return torch.arange(axis.size).float()[:, None]
    rows, columns = torch.arange(axis.grid.rows), torch.arange(axis.grid.columns)
    return torch.cartesian_prod(rows, columns).float() * axis.grid.patch_size


def entropy_bits(weights: Tensor) -> Tensor:
    """Shannon entropy over the last axis, in bits: (..., S) -> (...)."""
    nats: Tensor = torch.special.entr(weights).sum(-1)
    return nats / math.log(2)


def kept(weights: Tensor, share: float) -> Tensor:
    """The fewest entries that together hold `share` (0 to 1) of the weight, as a mask.

    Works over all axes of `weights`; ties go to the earlier entry. At least one entry is kept.
    """
    if not 0 < share <= 1:
        raise InputError(f"keep {share * 100:g} is out of range: give 1 to 100 percent.", "keep")
    flat = weights.flatten()
    order = flat.argsort(descending=True, stable=True)
    total = flat[order].double().cumsum(0)
    count = int((total < share * total[-1] * (1 - 1e-9)).sum()) + 1
    mask = torch.zeros_like(flat, dtype=torch.bool)
    mask[order[:count]] = True
    return mask.reshape(weights.shape)


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """One query of one head, step by step (Vaswani et al. 2017, equation 1), in float32.

    `query` (D); `keys` and `values` (S, D); `scores` = keys . query, `scaled` = scores * scale with
    mask and bias, `weights` = softmax(scaled) (S each); `weighted_sum` = weights . values (D);
    `output` (width): what this head alone adds; `layer_output` (width): all heads and the bias.
    """

    query: Tensor
    keys: Tensor
    scores: Tensor
    scale: float
    scaled: Tensor
    weights: Tensor
    values: Tensor
    weighted_sum: Tensor
    output: Tensor
    layer_output: Tensor


def steps(site: Site, head: int, query: int, valued: Valued) -> Steps:
    """The numbers of one query and head. Raises InputError where the site has no Q and K."""
    recorded = site.recorded
    if recorded is None:
        raise InputError(f"site {site.name} has weights and no queries and keys.", "site")
    weights = site.weights(query=query)  # (H, S)
    chosen = site.weights(head, query)
    q, keys = recorded.query[head, query].float(), recorded.keys()[head].float()
    scores = keys @ q
    sums = (weights[:, None] @ valued.value)[:, 0]  # (H, 1, S) x (H, S, D) -> (H, D)
    width = sums.shape[1]
    output = valued.weight[:, head * width : (head + 1) * width] @ sums[head]
    layer_output = valued.weight @ sums.flatten()
    if valued.bias is not None:
        layer_output = layer_output + valued.bias
    return Steps(
        q,
        keys,
        scores,
        recorded.scale,
        recorded.scaled(slice(head, head + 1), slice(query, query + 1))[0, 0],
        chosen,
        valued.value[head],
        sums[head],
        output,
        layer_output,
    )
