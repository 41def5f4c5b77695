"""The one result type: a Trace is what one forward pass left, a Site one place where it attended.

Queries and keys are kept, not weights: `softmax(q k^T * scale + bias)` is worked out for the rows
somebody looks at (Vaswani et al. 2017, equation 1). Axis sizes in comments: H heads, T queries,
S keys, D width a head.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import pad

AxisKind = Literal["patch", "token", "frame", "channel", "kernel"]
SiteKind = Literal["self", "cross", "gate"]
Head = int | Literal["mean", "max"]


class InputError(ValueError):
    """What the caller sent cannot be used; the message says why, what was expected, what to do."""

    def __init__(self, message: str, parameter: str | None = None) -> None:
        super().__init__(message)
        self.parameter = parameter


class UnsupportedInput(InputError):
    """The bytes are not of a kind that can be read at all."""


class OversizedInput(InputError):
    """The input is of the right kind and too large."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Patches of `patch_size` x `patch_size` pixels of the model's input, counted row by row."""

    rows: int
    columns: int
    patch_size: int

    @property
    def size(self) -> int:
        return self.rows * self.columns


@dataclass(frozen=True, slots=True)
class Axis:
    """What the queries or keys of a site are.

    `prefix` leading entries are no patches (CLS, registers). `labels` name every token, or, on a
    patch axis, the prefix entries.
    """

    kind: AxisKind
    size: int
    prefix: int = 0
    grid: Grid | None = None
    labels: tuple[str, ...] | None = None

    @classmethod
    def patches(cls, grid: Grid, prefix: tuple[str, ...]) -> Axis:
        return cls("patch", len(prefix) + grid.size, len(prefix), grid, prefix)

    def index(self, query: str) -> int:
        """The entry that `query` names: a prefix label, `row,column`, or a number from 0.

        Raises InputError when it names none.
        """
        text = query.strip().lower()
        if self.kind == "patch" and self.labels and text in self.labels:
            return self.labels.index(text)
        if self.kind == "token" and text == "cls":
            return 0
        try:
            numbers = [int(part) for part in text.split(",")]
        except ValueError:
            numbers = []
        if self.grid and len(numbers) == 2:
            row, column = numbers
            if 0 <= row < self.grid.rows and 0 <= column < self.grid.columns:
                return self.prefix + row * self.grid.columns + column
        if len(numbers) == 1 and 0 <= numbers[0] < self.size:
            return numbers[0]
        raise InputError(f"query {query[:40]!r} is not on this axis: {self._expected()}.", "query")

    def place(self, index: int) -> str:
        """The name of an entry without a label: `row,column` of a patch, else its number."""
        if self.grid is None or index < self.prefix:
            return str(index)
        row, column = divmod(index - self.prefix, self.grid.columns)
        return f"{row},{column}"

    def _expected(self) -> str:
        number = f"a number from 0 to {self.size - 1}"
        if self.grid is None:
            return f"give {number}"
        names = [repr(label) for label in self.labels or ()]
        corner = f"'row,column' from '0,0' to '{self.grid.rows - 1},{self.grid.columns - 1}'"
        return "give " + ", ".join([*names, corner]) + f" or {number}"


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """Queries and keys of one attention call, in the precision the model ran in.

    `query` (H, T, D), `key` (H or fewer, S, D): grouped heads share keys. `bias` is added to the
    scaled scores and broadcasts to (H, T, S); a mask is a bias of 0 and -inf. `causal` hides from
    each query the keys that come after it.
    """

    query: Tensor
    key: Tensor
    scale: float
    bias: Tensor | None = None
    causal: bool = False

    def rows(self, head: slice, query: slice) -> Tensor:
        """Weights (heads, queries, S) in float32 of a slice of the heads and queries."""
        return self.scaled(head, query).softmax(-1)

    def scaled(self, head: slice, query: slice) -> Tensor:
        """What the softmax is taken of: scaled scores with bias and mask (heads, queries, S)."""
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
        groups = self.query.shape[0] // self.key.shape[0]
        return self.key if groups == 1 else self.key.repeat_interleave(groups, 0)

    def _hidden(self, query: slice) -> Tensor:
        queries, keys = self.query.shape[1], self.key.shape[1]
        position = torch.arange(keys - queries, keys)[query]
        return torch.arange(keys) > position[:, None]

    def half(self) -> Tensor:
        """Queries and keys together as float16: (2, H, T, D), what the browser's pointer needs.

        Where there are fewer of the one than of the other (cross-attention), zeros fill its end.
        """
        both = self.query, self.keys()
        longest = max(part.shape[1] for part in both)
        return torch.stack([pad(part, (0, 0, 0, longest - part.shape[1])) for part in both]).half()

    @property
    def nbytes(self) -> int:
        return sum(t.nbytes for t in (self.query, self.key, self.bias) if t is not None)


@dataclass(frozen=True, slots=True, eq=False)
class Valued:
    """What follows the weights at one site, in float32: worked out again when it is asked for.

    `value` (H, S, D), one for every query head; `weight` (width, H * D) and `bias` (width) project
    the concatenated heads back to the model's width.
    """

    value: Tensor
    weight: Tensor
    bias: Tensor | None


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """One place in a model where attention is computed.

    Layers count from 1, as in papers, and heads from 0. `recorded` holds queries and keys; a model
    that has none gives its weights (H, T, S) as `given`.
    """

    name: str
    kind: SiteKind
    layer: int
    heads: int
    query: Axis
    key: Axis
    recorded: Recorded | None = None
    given: Tensor | None = None

    def rows(self, head: slice, query: slice) -> Tensor:
        """Weights (heads, queries, S) in float32 of a slice of the heads and queries."""
        if self.recorded is not None:
            return self.recorded.rows(head, query)
        assert self.given is not None, (
            f"site {self.name} holds neither queries and keys nor weights"
        )
        return self.given[head, query].float()

    def weights(self, head: Head | None = None, query: int | None = None) -> Tensor:
        """Attention weights in float32; every row sums to 1 over the keys, except under `max`.

        `head` None keeps all heads and `query` None all queries, so the shape is (H, T, S) less
        the axes that were chosen. Raises InputError for a head or query that is not there.
        """
        queries = self._one(query, self.query.size, "query")
        if isinstance(head, int):
            weights = self.rows(self._one(head, self.heads, "head"), queries)[0]
        elif head is None:
            weights = self.rows(slice(None), queries)
        else:
            weights = torch.cat([reduce_heads(part, head) for part in self.chunks(queries)])
        return weights if query is None else weights.squeeze(-2)

    def chunks(self, query: slice = slice(None), size: int = 256) -> Iterator[Tensor]:
        """Weights of all heads, `size` queries at a time, so that (H, T, S) never exists whole."""
        for start in range(*query.indices(self.query.size))[::size]:
            stop = min(start + size, query.indices(self.query.size)[1])
            yield self.rows(slice(None), slice(start, stop))

    def _one(self, number: int | None, size: int, parameter: str) -> slice:
        if number is None:
            return slice(None)
        if not 0 <= number < size:
            raise InputError(
                f"{parameter} {number} is not in {self.name}: give a number from 0 to {size - 1}"
                + (", 'mean' or 'max'." if parameter == "head" else "."),
                parameter,
            )
        return slice(number, number + 1)

    @property
    def nbytes(self) -> int:
        given = 0 if self.given is None else self.given.nbytes
        return given + (0 if self.recorded is None else self.recorded.nbytes)


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


class Deferred:
    """An output that is worked out when it is first asked for, once, whichever thread asks.

    `nbytes` is what it holds on to or will hold, whichever is more.
    """

    def __init__(self, work: Callable[[], Tensor], nbytes: int) -> None:
        self._work: Callable[[], Tensor] | None = work
        self._value: Tensor | None = None
        self._lock = threading.Lock()
        self.nbytes = nbytes

    def value(self) -> Tensor:
        with self._lock:
            if self._work is not None:
                self._value = self._work()
                self._work = None
        assert self._value is not None
        return self._value


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """What one forward pass left: sites in order of execution, further outputs, milliseconds."""

    model: str
    sites: tuple[Site, ...]
    outputs: Mapping[str, Deferred] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)

    def site(self, name: str) -> Site:
        """The site of that name. Raises InputError, naming those there are."""
        for site in self.sites:
            if site.name == name:
                return site
        names = [site.name for site in self.sites]
        known = ", ".join(names) if len(names) < 4 else f"{names[0]}, {names[1]}, ... {names[-1]}"
        raise InputError(
            f"site {name[:80]!r} is not in this trace of {self.model}: it has {known}.", "site"
        )

    def layer(self, number: int, kind: SiteKind = "self") -> Site:
        """The first site of that kind in a layer, counted from 1. Raises InputError."""
        for site in self.sites:
            if site.layer == number and site.kind == kind:
                return site
        last = max(site.layer for site in self.sites)
        raise InputError(
            f"layer {number} is not in this trace of {self.model}: give a number from 1 to {last}.",
            "layer",
        )

    @property
    def nbytes(self) -> int:
        return sum(s.nbytes for s in self.sites) + sum(t.nbytes for t in self.outputs.values())
