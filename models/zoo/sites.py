"""The attention calls of an encoder-decoder, step after step, put together as sites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from models.recording import Call, Calls, Weighed
from models.text import Text
from models.trace import Axis, Recorded, Site, SiteKind

Labels = tuple[str, ...]
Names = Mapping[nn.Module, tuple[str, SiteKind, int]]


def sites(
    names: Names, calls: Calls, source: Text, target: Text, item: int, bias: Tensor | None = None
) -> tuple[Site, ...]:
    """The sites of one item of the batch, in order of execution.

    A decoder's query at a step is named after the token that it writes; what it reads of its own
    words begins with the start token. `bias` (T, S) is what limited the cross-attention.
    """
    made = []
    for module, parts in calls.by_module().items():
        name, kind, layer = names[module]
        queries, keys, causal = _labels(name, kind, source, target)
        limit = bias if kind == "cross" else None
        made.append(_site(name, kind, layer, parts, item, queries, keys, causal, limit))
    return tuple(made)


def _labels(name: str, kind: SiteKind, source: Text, target: Text) -> tuple[Labels, Labels, bool]:
    """Of queries and keys, and whether a query sees only what came before it."""
    if kind == "cross":
        return target.labels, source.labels, False
    if name.startswith("decoder"):
        return target.labels, ("<s>", *target.labels[:-1]), True
    return source.labels, source.labels, False


def _site(
    name: str,
    kind: SiteKind,
    layer: int,
    parts: Sequence[Call | Weighed],
    item: int,
    queries: Labels,
    keys: Labels,
    causal: bool,
    bias: Tensor | None,
) -> Site:
    query, key = (Axis("token", len(labels), labels=labels) for labels in (queries, keys))
    calls = [part for part in parts if isinstance(part, Call)]
    if not calls:
        given = torch.cat([part.weights(item) for part in parts], 1)
        given = given[:, : query.size, : key.size].contiguous()
        return Site(name, kind, layer, len(given), query, key, given=given)
    asked = torch.cat([call.query[item] for call in calls], 1)[:, : query.size].contiguous()
    answered = calls[-1].key[item][:, : key.size].contiguous()
    limit = None if bias is None else bias[: query.size]
    recorded = Recorded(asked, answered, calls[0].scale, limit, causal)
    return Site(name, kind, layer, len(asked), query, key, recorded)
