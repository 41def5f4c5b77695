"""A Site is one place in a model where attention is computed.

Axis sizes in comments: H heads, T queries, S keys.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from foveate.models.attention import ALL, Attention, QueryKey
from foveate.models.axis import Axis
from foveate.models.errors import InputError, Unrecordable
from foveate.models.interruption import step

SiteKind = Literal["self", "cross", "gate"]
KINDS: tuple[SiteKind, ...] = ("self", "cross", "gate")
Head = int | Literal["mean", "max"]
CHUNK = 256  # queries whose weights are formed at a time


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """Two axes and what one has of the other. Layers count from 1, as in papers, heads from 0.

    Raises Unrecordable where the attention does not fit its axes.
    """

    name: str
    kind: SiteKind
    layer: int
    query: Axis
    key: Axis
    attention: Attention

    def __post_init__(self) -> None:
        _, queries, keys = self.attention.shape
        if (queries, keys) != (self.query.size, self.key.size):
            raise Unrecordable(
                f"site {self.name} was recorded with {queries} queries and {keys} keys, and its "
                f"axes have {self.query.size} {self.query.kind} and {self.key.size} "
                f"{self.key.kind} entries: this model's structure is not known."
            )

    @property
    def stack(self) -> str:
        """The chain of layers that the site is in: its name up to the first dot, the stages of one
        backbone (`stage1`, `stage2`) together.
        """
        return self.name.partition(".")[0].rstrip(string.digits)

    @property
    def heads(self) -> int:
        return self.attention.shape[0]

    @property
    def width(self) -> int:
        """Numbers of each query and key of a head; 0 where there are none."""
        return self.attention.query.shape[-1] if isinstance(self.attention, QueryKey) else 0

    @property
    def query_key(self) -> QueryKey:
        """The recorded queries and keys. Raises InputError where there are none."""
        if isinstance(self.attention, QueryKey):
            return self.attention
        what = "a gate" if self.attention.kind == "gate" else "weights"
        raise InputError(f"site {self.name} has {what} and no queries and keys.", "site")

    def rows(self, head: slice = ALL, query: slice = ALL) -> Tensor:
        """Weights, or a gate's values, (heads, queries, S) in float32 of a slice of both."""
        return self.attention.rows(head, query)

    def weights(self, head: Head | None = None, query: int | None = None) -> Tensor:
        """Weights in float32; every row sums to 1 over the keys, but for gates and under `max`.

        `head` None keeps all heads and `query` None all queries, so the shape is (H, T, S) less
        the axes that were chosen. Raises InputError for a head or query that is not there.
        """
        queries = self._one(query, self.query.size, "query")
        if isinstance(head, int):
            weights = self.rows(self._one(head, self.heads, "head"), queries)[0]
        elif head is None:
            weights = self.rows(ALL, queries)
        else:
            weights = torch.cat([reduce_heads(part, head) for part in self.chunks(queries)])
        return weights if query is None else weights.squeeze(-2)

    def chunks(self, query: slice = ALL, size: int = CHUNK) -> Iterator[Tensor]:
        """Weights of all heads, `size` queries at a time, so that (H, T, S) never exists whole; the
        work may stop between two of them.
        """
        first, last, _ = query.indices(self.query.size)
        for start in range(first, last, size):
            step()
            yield self.rows(ALL, slice(start, min(start + size, last)))

    def _one(self, number: int | None, size: int, parameter: str) -> slice:
        if number is None:
            return ALL
        if not 0 <= number < size:
            raise InputError(
                f"{parameter} {number} is not in {self.name}: give a number from 0 to {size - 1}"
                + (", 'mean' or 'max'." if parameter == "head" else "."),
                parameter,
            )
        return slice(number, number + 1)

    @property
    def nbytes(self) -> int:
        return self.attention.nbytes


def reduce_heads(weights: Tensor, head: Literal["mean", "max"]) -> Tensor:
    """(H, T, S) -> (T, S). The maximum over heads no longer sums to 1."""
    return weights.mean(0) if head == "mean" else weights.amax(0)


def parse_head(text: str) -> Head:
    """`mean`, `max` or a number from 0, as it comes from a URL or a command line."""
    word = text.strip().lower()
    match word:
        case "mean" | "max":
            return word
    if word.isascii() and word.isdigit() and len(word) < 6:
        return int(word)
    raise InputError(
        f"head {text[:40]!r} is unknown: give a number from 0, 'mean' or 'max'.", "head"
    )
