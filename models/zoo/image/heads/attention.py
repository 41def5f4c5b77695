"""Scaled dot-product attention of several heads, as far as the lab's heads share it.

Vaswani et al. 2017, "Attention is all you need", equation 1 and section 3.2.2. Axis sizes in
comments: B pictures or windows, H heads, T queries, S keys, D width a head, C = H D channels.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from foveate.models.attention import Attention, Partition
from foveate.models.axis import Axis
from foveate.models.intervention import Intervention
from foveate.models.recording import record
from foveate.models.site import Site
from foveate.models.zoo.image.heads.base import Attending, grid_axis, only, place_of

HEADS = 4  # each 28 wide


class MultiHead(Attending):
    """Queries, keys and values of H heads; subclasses say of what, and which places the keys are.

    Attention that is off prefers nothing: every key that may be seen has the same weight. Attention
    that is pinned sees the key at one place alone.
    """

    part, of = "encoder", "self"

    def __init__(self, width: int, heads: int = HEADS) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key = nn.Linear(width, width), nn.Linear(width, width)
        self.value, self.output = nn.Linear(width, width), nn.Linear(width, width)

    def attend(
        self,
        given: Tensor,
        seen: Tensor,
        intervention: Intervention,
        bias: Tensor | None = None,
        mask: Tensor | None = None,
        partition: Partition | None = None,
    ) -> Tensor:
        """(B, T, C) that look at (B, S, C), to (B, T, C).

        `bias` prefers and is gone when attention is off; `mask` (additive) forbids and stays.
        """
        query, key, value = self.split(self.query(given)), self.key(seen), self.value(seen)
        query, bias = self._preference(query, bias, intervention)
        added = self._sum(bias, mask)
        return self.mix(query, self.split(key), self.split(value), added, partition)

    def _preference(
        self, query: Tensor, bias: Tensor | None, intervention: Intervention
    ) -> tuple[Tensor, Tensor | None]:
        off = intervention.attention == "off"
        return (torch.zeros_like(query), None) if off else (query, bias)

    def _sum(self, bias: Tensor | None, mask: Tensor | None) -> Tensor | None:
        if bias is None or mask is None:
            return mask if bias is None else bias
        return bias + mask

    def mix(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        added: Tensor | None,
        partition: Partition | None = None,
    ) -> Tensor:
        """softmax(q k^T / sqrt D + added) v, and the heads' projection together."""
        scale = query.shape[-1] ** -0.5
        record(self, query, key, scale, added, value=value, partition=partition)
        sums = F.scaled_dot_product_attention(query, key, value, added, scale=scale)
        mixed: Tensor = self.output(sums.transpose(1, 2).flatten(2))  # (B, T, C)
        return mixed

    def split(self, made: Tensor) -> Tensor:
        """(B, T, C) -> (B, H, T, D)."""
        return made.view(*made.shape[:2], self.heads, -1).transpose(1, 2)

    def pinned(self, pin: tuple[int, int] | None, keys: int, like: Tensor) -> Tensor | None:
        """What hides all keys (1, 1, 1, S) but the one at a place."""
        return None if pin is None else only(place_of(pin), keys, like)[None, None, None]

    def axes(self) -> tuple[Axis, Axis]:
        return grid_axis(), grid_axis()

    def site(self, held: Attention) -> Site:
        kind = "self" if self.of == "self" else "cross"
        return Site(self.name, kind, self.layer, *self.axes(), held)  # type: ignore[arg-type]


class Block(nn.Module):
    """A transformer's block with the norms first: x + attention(norm x), x + MLP(norm x)."""

    def __init__(self, width: int, attention: MultiHead, ratio: int = 2) -> None:
        super().__init__()
        self.attention = attention
        self.before, self.after = nn.LayerNorm(width), nn.LayerNorm(width)
        self.wide, self.narrow = nn.Linear(width, ratio * width), nn.Linear(ratio * width, width)

    def forward(self, tokens: Tensor, intervention: Intervention) -> Tensor:
        """(B, S, C) -> (B, S, C)."""
        tokens = tokens + self.attention(self.before(tokens), intervention)
        mixed: Tensor = tokens + self.narrow(F.gelu(self.wide(self.after(tokens))))
        return mixed


def numbered(blocks: list[Block]) -> nn.ModuleList:
    """Blocks whose attentions know which layer they are."""
    for layer, block in enumerate(blocks, start=1):
        block.attention.layer = layer
    return nn.ModuleList(blocks)
