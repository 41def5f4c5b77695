"""The one result type: a Trace is what one forward pass left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from torch import Tensor

from models.axis import Axis, Crop, Grid, Patches, Tokens
from models.errors import InputError, NoAttention
from models.site import Site, SiteKind


@dataclass(frozen=True, slots=True)
class PhotoFrame:
    """A photo on the patch grid: the axis of its patches, and the part of it that they cover."""

    axis: Patches
    crop: Crop

    @property
    def grid(self) -> Grid:
        return self.axis.grid


@dataclass(frozen=True, slots=True)
class TextFrame:
    """A text, or a pair, as its tokens."""

    axis: Tokens


@dataclass(frozen=True, slots=True)
class TranslationFrame:
    """The tokens of a source sentence and of its target."""

    source: Tokens
    target: Tokens


Frame = PhotoFrame | TextFrame | TranslationFrame


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
    """What one forward pass left: its frame, sites in order of execution (several a layer, or
    none), further outputs, milliseconds.
    """

    model: str
    frame: Frame
    sites: tuple[Site, ...]
    outputs: Mapping[str, Deferred] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)

    @property
    def photo(self) -> PhotoFrame:
        """The photo's frame. Raises InputError where the trace is of a text."""
        if isinstance(self.frame, PhotoFrame):
            return self.frame
        raise InputError(
            f"this trace of {self.model} is of a text: pictures are drawn on images.", "trace_id"
        )

    @property
    def attended(self) -> tuple[Site, ...]:
        """The sites, of which there is one at least. Raises NoAttention."""
        if not self.sites:
            raise NoAttention(self.model)
        return self.sites

    @property
    def query_axis(self) -> Axis:
        """The queries of the first self-attention, which rollout starts from, else of the first
        site. Raises NoAttention.
        """
        own = [site for site in self.attended if site.kind == "self"]
        return (own or self.attended)[0].query

    def site(self, name: str) -> Site:
        """The site of that name. Raises InputError, naming those there are, or NoAttention."""
        for site in self.attended:
            if site.name == name:
                return site
        names = [site.name for site in self.sites]
        known = ", ".join(names) if len(names) < 4 else f"{names[0]}, {names[1]}, ... {names[-1]}"
        raise InputError(
            f"site {name[:80]!r} is not in this trace of {self.model}: it has {known}.", "site"
        )

    def layer(self, number: int, kind: SiteKind = "self") -> Site:
        """The first site of that kind in a layer, counted from 1. Raises InputError."""
        for site in self.attended:
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
