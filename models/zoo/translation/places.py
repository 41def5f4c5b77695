"""Where an encoder-decoder attends, and its calls, step after step, put together as sites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from foveate.models.attention import Attention, QueryKey, Weights
from foveate.models.axis import Tokens
from foveate.models.calls import Call, QueryKeyCall
from foveate.models.inputs.text import Text
from foveate.models.recording import Calls
from foveate.models.site import Site, SiteKind


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One attention of a network: the name, kind and layer (from 1) of its site.

    `projection` takes the weighted sums back to the network's width; None lets them go on as they
    are.
    """

    name: str
    kind: SiteKind
    layer: int
    projection: nn.Linear | None = None

    @property
    def causal(self) -> bool:
        """Whether a query sees only what was written before it."""
        return self.kind == "self" and self.name.startswith("decoder")

    def axes(self, source: Text, target: Text) -> tuple[Tokens, Tokens]:
        """The queries and keys. A decoder's query is named after the token that it writes; what it
        reads of its own words begins with the start token.
        """
        if self.kind == "cross":
            return Tokens(target.labels), Tokens(source.labels)
        if self.causal:
            return Tokens(target.labels), Tokens(("<s>", *target.labels[:-1]))
        return Tokens(source.labels), Tokens(source.labels)


Places = Mapping[nn.Module, Place]


def sites(
    places: Places, calls: Calls, source: Text, target: Text, item: int, bias: Tensor | None = None
) -> Iterator[Site]:
    """The sites of one item of the batch, in order of execution.

    `bias` (T, S) is what limited the cross-attention.
    """
    for module, parts in calls.by_module().items():
        place = places[module]
        query, key = place.axes(source, target)
        limit = bias if place.kind == "cross" else None
        attention = _joined(parts, item, query.size, key.size, place.causal, limit)
        yield Site(place.name, place.kind, place.layer, query, key, attention)


def _joined(
    parts: Sequence[Call],
    item: int,
    queries: int,
    keys: int,
    causal: bool,
    bias: Tensor | None,
) -> Attention:
    """The calls of one attention, a step or all steps each, as one over the real tokens."""
    calls = [part for part in parts if isinstance(part, QueryKeyCall)]
    if not calls:
        given = torch.cat([part.item(item).rows() for part in parts], 1)
        return Weights(given[:, :queries, :keys].contiguous())
    asked = torch.cat([call.query[item] for call in calls], 1)[:, :queries].contiguous()
    answered = calls[-1].key[item][:, :keys].clone(memory_format=torch.contiguous_format)
    limit = _beside(calls, item, queries, keys) if bias is None else bias[:queries]
    return QueryKey(asked, answered, calls[0].scale, limit, causal)


def _beside(calls: Sequence[QueryKeyCall], item: int, queries: int, keys: int) -> Tensor | None:
    """What the calls add to the scores of real tokens (H or 1, T, S); None where it is nothing.

    T5 adds a bias of distances. What hides padding lies outside, what hides later tokens is 0.
    """
    if all(call.bias is None for call in calls):
        return None
    rows = [_bias(call, item, keys) for call in calls]
    heads = max(len(row) for row in rows)
    added = torch.cat([row.expand(heads, -1, -1) for row in rows], 1)[:, :queries]
    return added.contiguous() if added.any() else None


def _bias(call: QueryKeyCall, item: int, keys: int) -> Tensor:
    """A call's bias (H or 1, t, S) over the keys of all; 0 where a call knew of none."""
    steps, bias = call.query.shape[2], call.bias
    if bias is None:
        return torch.zeros(1, steps, keys)
    bias = bias[item if len(bias) > 1 else 0][..., :keys].expand(-1, steps, -1)
    return pad(bias, (0, keys - bias.shape[-1]))
