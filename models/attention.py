"""What a site holds: recorded queries and keys, weights as they were given, or a gate.

Queries and keys are kept, not weights: `softmax(q k^T * scale + bias)` is worked out for the rows
somebody looks at (Vaswani et al. 2017, equation 1). Whoever shows an attention asks it what it may
do: whether its rows sum to 1 (else they have no entropy), what its neutral value is, which bounds
its colours have, and whether it can be gone through step by step. Axis sizes in comments: H heads,
T queries, S keys, D width a head, W windows of t queries and s keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor
from torch.nn.functional import pad

from foveate.models.errors import InputError

ALL = slice(None)
LARGEST = torch.finfo(torch.float16).max
Kind = Literal["query-key", "weights", "gate"]


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """Which entry of a site's axes each row of a window, a frame or a patch is.

    `query` (W, t) and `key` (W, s) number the entries of the query axis (`queries` in all) and of
    the key axis (`keys`); -1 is padding. A query is in one window, a key may be in several. Where
    padding is a key like others, as in Swin, it has an entry of its own on the key axis, which
    stands for all of it.
    """

    query: Tensor
    key: Tensor
    queries: int
    keys: int

    def __post_init__(self) -> None:
        real = self.query[self.query >= 0].sort().values
        once = torch.equal(real, torch.arange(self.queries))
        if len(self.query) != len(self.key) or not once:
            raise ValueError("a partition puts every query into exactly one window")

    def homes(self, query: slice) -> tuple[Tensor, Tensor]:
        """The window and the row in it of each of the queries."""
        home = torch.empty(self.queries, 2, dtype=torch.long)
        window, row = (self.query >= 0).nonzero().unbind(1)
        home[self.query[window, row]] = torch.stack([window, row], 1)
        return home[query].unbind(1)  # type: ignore[return-value]

    def spread(self, inside: Tensor, window: Tensor) -> Tensor:
        """Weights (n, H, s) of n queries over the keys of their windows, on the whole key axis.

        Returns (H, n, keys): 0 outside a window. What several keys of one entry have is added up.
        """
        places = self.key[window][:, None].expand_as(inside)
        whole = inside.new_zeros(*inside.shape[:2], self.keys + 1)  # the last is no entry
        whole.scatter_add_(2, places.where(places >= 0, self.keys), inside)
        return whole[..., :-1].transpose(0, 1)

    @property
    def nbytes(self) -> int:
        return self.query.nbytes + self.key.nbytes


@dataclass(frozen=True, slots=True, eq=False)
class QueryKey:
    """Queries and keys of one attention, in the precision the model ran in.

    `query` (H, T, D), `key` (H or fewer, S, D): grouped heads share keys. `bias` is added to the
    scaled scores and broadcasts to (H, T, S); a mask is a bias of 0 and -inf. `causal` hides from
    each query the keys that come after it. Under a `partition` all of them have the windows first:
    (W, H, t, D), (W, H or fewer, s, D), (W or 1, H or 1, t or 1, s).
    """

    query: Tensor
    key: Tensor
    scale: float
    bias: Tensor | None = None
    causal: bool = False
    partition: Partition | None = None
    kind: ClassVar[Kind] = "query-key"
    normalised: ClassVar[bool] = True
    bounds: ClassVar[tuple[float, float] | None] = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Heads, queries, keys: (H, T, S)."""
        heads, queries = self.query.shape[-3:-1]
        if self.partition is not None:
            return heads, self.partition.queries, self.partition.keys
        return heads, queries, self.key.shape[-2]

    @property
    def beside(self) -> str:
        """What it does beside softmax(q k^T * scale) of each query and all keys; "" for nothing."""
        if self.partition is not None:
            return "attends in windows"
        return "" if self.bias is None else "adds a bias to its scores"

    def neutral(self) -> float:
        """The weight of every key where none is preferred: the middle of a diverging scale."""
        return 1 / self.shape[2]

    def rows(self, head: slice = ALL, query: slice = ALL) -> Tensor:
        """Weights (heads, queries, S) in float32 of a slice of the heads and queries.

        A query of a window has weight 0 on what lies outside; what it gives to padding that has no
        entry on the axis is missing, so that such a row sums to less than 1.
        """
        if self.partition is None:
            return self.scaled(head, query).softmax(-1)
        window, row = self.partition.homes(query)
        inside = self._windowed(head, window, row).softmax(-1)  # (queries, heads, s)
        return self.partition.spread(inside, window)

    def inside(self, windows: slice) -> Tensor:
        """Weights (windows, H, t, s) in float32 of a slice of the partition's windows."""
        q, k = self.query[windows].float(), self.keys()[windows].float()
        scores = q @ k.mT * self.scale  # (w, H, t, D) x (w, H, s, D) -> (w, H, t, s)
        if self.bias is not None:
            scores = scores + (self.bias if len(self.bias) == 1 else self.bias[windows]).float()
        return scores.softmax(-1)

    def scaled(self, head: slice = ALL, query: slice = ALL) -> Tensor:
        """What the softmax is taken of: scaled scores with bias and mask (heads, queries, S).

        Of windows there is no such row over all keys: see `rows`.
        """
        assert self.partition is None
        q = self.query[head, query].float()
        k = self.keys()[head].float()
        scores = q @ k.mT * self.scale  # (H, T, D) x (H, S, D) -> (H, T, S)
        if self.bias is not None:
            bias = self.bias.expand(self.query.shape[0], self.query.shape[1], -1)
            scores = scores + bias[head, query].float()
        if self.causal:
            scores = scores.masked_fill(self._hidden(query), float("-inf"))
        return scores

    def keys(self) -> Tensor:
        """One set of keys for every query head: (H, S, D)."""
        groups = self.query.shape[-3] // self.key.shape[-3]
        return self.key if groups == 1 else self.key.repeat_interleave(groups, -3)

    def half(self) -> Tensor:
        """Queries and keys together as float16: (2, H, T, D), what the browser's pointer needs.

        Where there are fewer of the one than of the other (cross-attention), zeros fill its end.
        Queries and keys alone make the weights only where there is nothing `beside` them. Raises
        InputError for a number that float16 does not hold.
        """
        both = self.query, self.keys()
        longest = max(part.shape[1] for part in both)
        found = torch.stack([pad(part, (0, 0, 0, longest - part.shape[1])) for part in both])
        largest = float(found.abs().max())
        if largest > LARGEST:
            raise InputError(
                f"queries or keys of this site go up to {largest:.0f}, and float16 holds no number "
                f"over {LARGEST:.0f}: ask for its weights.",
                "site",
            )
        return found.half()

    def _windowed(self, head: slice, window: Tensor, row: Tensor) -> Tensor:
        """Scaled scores of queries over the keys of their windows: (queries, heads, s)."""
        q = self.query[window, head, row].float()[:, :, None]
        k = self.keys()[window, head].float()
        scores = (q @ k.mT)[:, :, 0] * self.scale  # (n, H, 1, D) x (n, H, s, D) -> (n, H, s)
        if self.bias is None:
            return scores
        bias = self.bias.expand(len(self.query), *self.query.shape[1:3], -1)
        return scores + bias[window, head, row].float()

    def _hidden(self, query: slice) -> Tensor:
        queries, keys = self.query.shape[1], self.key.shape[1]
        position = torch.arange(keys - queries, keys)[query]
        return torch.arange(keys) > position[:, None]

    @property
    def nbytes(self) -> int:
        held = (self.query, self.key, self.bias, self.partition)
        return sum(part.nbytes for part in held if part is not None)


def _sizes(values: Tensor) -> tuple[int, int, int]:
    heads, queries, keys = values.shape
    return heads, queries, keys


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """Weights (H, T, S) of an attention that multiplies no queries and keys: they sum to 1.

    Under a `partition` they have the windows first: (W, H, t, s).
    """

    values: Tensor
    partition: Partition | None = None
    kind: ClassVar[Kind] = "weights"
    normalised: ClassVar[bool] = True
    bounds: ClassVar[tuple[float, float] | None] = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Heads, queries, keys: (H, T, S)."""
        if self.partition is None:
            return _sizes(self.values)
        return self.values.shape[1], self.partition.queries, self.partition.keys

    def rows(self, head: slice = ALL, query: slice = ALL) -> Tensor:
        """Weights (heads, queries, S) in float32 of a slice of the heads and queries."""
        if self.partition is None:
            return self.values[head, query].float()
        window, row = self.partition.homes(query)
        return self.partition.spread(self.values[window, head, row].float(), window)

    def inside(self, windows: slice) -> Tensor:
        """Weights (windows, H, t, s) in float32 of a slice of the partition's windows."""
        return self.values[windows].float()

    def neutral(self) -> float:
        """The weight of every key where none is preferred."""
        return 1 / self.shape[2]

    @property
    def nbytes(self) -> int:
        return self.values.nbytes + (0 if self.partition is None else self.partition.nbytes)


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """Attention in time and in space, multiplied by patch pair (after Bertasius et al. 2021).

    Both are partitioned: `time` has a window for each of N places, of its F frames, `space` one for
    each frame, of a class token and N patches. A patch of frame f has of place q in frame g its
    weight in space on q, times what q in frame f has in time of frame g. Heads are mixed between
    the two, so that their means are multiplied: there is one head. What goes to the class token in
    space is missing, so that rows sum to less than 1.
    """

    time: QueryKey
    space: QueryKey
    kind: ClassVar[Kind] = "weights"
    normalised: ClassVar[bool] = False
    bounds: ClassVar[tuple[float, float] | None] = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Heads, queries, keys: (1, F * N, F * N)."""
        return 1, self.time.shape[1], self.time.shape[2]

    def rows(self, head: slice = ALL, query: slice = ALL) -> Tensor:
        """Weights (heads, queries, F * N) in float32 of a slice of the heads and queries."""
        places, _, frames, _ = self.time.query.shape
        asked = torch.arange(frames * places)[query]
        frame, place = asked // places, asked % places
        seen = self.time.inside(ALL).mean(1)  # (N, F, F)
        first, last = int(frame.min()), int(frame.max()) + 1
        space = self.space.inside(slice(first, last)).mean(1)[
            frame - first, 1 + place, 1:
        ]  # (t, N)
        later = seen[:, frame].permute(1, 2, 0)  # (t, F, N)
        return (space[:, None] * later).flatten(1)[None][head]

    def neutral(self) -> float:
        """The weight of every key where none is preferred."""
        return 1 / self.shape[2]

    @property
    def nbytes(self) -> int:
        return 0  # it is made of what other sites hold


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """Values 0 to 1 (H, T, S) that need not sum to 1: a sigmoid for each channel or place.

    As in squeeze-and-excitation (Hu et al. 2018) and CBAM (Woo et al. 2018). What is not normalised
    has no entropy; 0.5, the sigmoid of 0, is neither open nor closed. `values` are what acted;
    `computed` are the network's own, where an intervention put others in their place. `given` is
    the map x (C, rows, columns) that they multiply, in float16.
    """

    values: Tensor
    computed: Tensor | None = None
    given: Tensor | None = None
    kind: ClassVar[Kind] = "gate"
    normalised: ClassVar[bool] = False
    bounds: ClassVar[tuple[float, float] | None] = (0.0, 1.0)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Heads, queries, keys: (H, T, S)."""
        return _sizes(self.values)

    def rows(self, head: slice = ALL, query: slice = ALL) -> Tensor:
        """The values (heads, queries, S) in float32 of a slice of the heads and queries."""
        return self.values[head, query].float()

    def neutral(self) -> float:
        """The value of a gate that is neither open nor closed."""
        return 0.5

    @property
    def nbytes(self) -> int:
        held = (self.values, self.computed, self.given)
        return sum(part.nbytes for part in held if part is not None)


Attention = QueryKey | Weights | Product | Gate


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """What follows the weights at one site, in float32: worked out again when it is asked for.

    `value` (H, S, D), one for every query head; `weight` (width, H * D) and `bias` (width) project
    the concatenated heads back to the model's width.
    """

    value: Tensor
    weight: Tensor
    bias: Tensor | None
