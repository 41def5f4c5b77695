"""The one result type: a Trace is what one forward pass left."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from foveate.models.attention import Attention, Product, QueryKey
from foveate.models.axis import Crop, Grid, Patches, Tokens
from foveate.models.errors import InputError, NoAttention, NotFinite
from foveate.models.intervention import NO_OFFERS, UNTOUCHED, Intervention, Offers
from foveate.models.network import Network
from foveate.models.site import Site, SiteKind


@dataclass(frozen=True, slots=True)
class PhotoFrame:
    """A photo on the patch grid: the axis of its patches, and the part of it that they cover.

    `notes` are sentences on how the model was given it.
    """

    axis: Patches
    crop: Crop
    notes: tuple[str, ...] = ()

    @property
    def grid(self) -> Grid:
        return self.axis.grid


@dataclass(frozen=True, slots=True)
class ClipFrame:
    """A clip on the patch grid: the axis of its patches, frame after frame, and the part of each
    frame that they cover.

    Where a model takes several frames at once, a step of the axis is such a **tubelet** of so many
    frames. `apart` says that every frame went through the model alone. `notes` are sentences on how
    the model was given them.
    """

    axis: Patches
    crop: Crop
    tubelet: int = 1
    apart: bool = False
    notes: tuple[str, ...] = ()

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


Colour = tuple[int, int, int]
Frame = PhotoFrame | ClipFrame | TextFrame | TranslationFrame


class Deferred:
    """An output that is worked out when it is first asked for, once, whichever thread asks.

    `nbytes` is what it holds on to or will hold, whichever is more; `labels` name the entries of
    its last axis, or what its numbers stand for, where they have names, and `colours` (red, green,
    blue) are those that the labels are drawn in.
    """

    def __init__(
        self,
        work: Callable[[], Tensor],
        nbytes: int,
        labels: tuple[str, ...] = (),
        colours: tuple[Colour, ...] = (),
    ) -> None:
        self.labels, self.colours = labels, colours
        self._work: Callable[[], Tensor] | None = work
        self._value: Tensor | None = None
        self._lock = threading.Lock()
        self.nbytes = nbytes

    def value(self) -> Tensor:
        """The output. Raises NotFinite."""
        with self._lock:
            if self._work is not None:
                self._value = finite(self._work(), "an output of the model")
                self._work = None
        assert self._value is not None
        return self._value

    def __reduce__(self) -> tuple[Any, ...]:
        """For another process it is its value."""
        return worked_out, (self.value(), self.labels, self.colours)


def worked_out(
    value: Tensor, labels: tuple[str, ...] = (), colours: tuple[Colour, ...] = ()
) -> Deferred:
    """An output that is there."""
    return Deferred(lambda: value, value.nbytes, labels, colours)


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """What one forward pass left: its frame, sites in order of execution (several a layer, or
    none), further outputs, milliseconds; what was changed in it, and what might have been; the
    network as it is drawn, where that is known.

    Raises NotFinite where what a site recorded is NaN or infinite: no such trace is kept.
    """

    model: str
    frame: Frame
    sites: tuple[Site, ...]
    outputs: Mapping[str, Deferred] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)
    intervention: Intervention = UNTOUCHED
    offers: Offers = NO_OFFERS
    network: Network | None = None

    def __post_init__(self) -> None:
        for site in self.sites:
            if not all(is_finite(tensor) for tensor in _recorded(site.attention)):
                raise NotFinite(f"what {self.model} computed at {site.name}")

    @property
    def photo(self) -> PhotoFrame:
        """The photo's frame. Raises InputError where the trace is of a text or a clip."""
        if isinstance(self.frame, PhotoFrame):
            return self.frame
        of = "a clip" if isinstance(self.frame, ClipFrame) else "a text"
        raise InputError(
            f"this trace of {self.model} is of {of}: this is there for photos alone.", "trace_id"
        )

    @property
    def clip(self) -> ClipFrame:
        """The clip's frame. Raises InputError where the trace is of something else."""
        if isinstance(self.frame, ClipFrame):
            return self.frame
        raise InputError(
            f"this trace of {self.model} is not of a clip: make one with POST "
            "/api/v1/videos/traces.",
            "trace_id",
        )

    @property
    def attended(self) -> tuple[Site, ...]:
        """The sites, of which there is one at least. Raises NoAttention."""
        if not self.sites:
            raise NoAttention(self.model)
        return self.sites

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

    def stack(
        self, name: str | None = None, kinds: Sequence[SiteKind] = ("self",)
    ) -> tuple[Site, ...]:
        """The sites of these kinds in one stack (`encoder`, `decoder`), else in the only one.

        Raises InputError, naming the stacks there are, where the name is not one of them or none is
        given and there are several, and NoAttention.
        """
        found = [site for site in self.attended if site.kind in kinds]
        names = list(dict.fromkeys(site.stack for site in found))
        if name is None and len(names) > 1:
            raise InputError(
                f"{self.model} attends in {len(names)} stacks ({', '.join(names)}), which are not "
                f"mixed: give stack={' or stack='.join(names)}.",
                "stack",
            )
        if name is not None and name not in names:
            known = ", ".join(names) or "none"
            raise InputError(
                f"stack {name[:40]!r} is not in this trace of {self.model}: it has {known}.",
                "stack",
            )
        return tuple(site for site in found if name in (None, site.stack))

    def layer(self, number: int, kind: SiteKind = "self", stack: str | None = None) -> Site:
        """The first site of that kind in a layer of a stack, counted from 1. Raises as `stack`."""
        found = self.stack(stack, (kind,))
        for site in found:
            if site.layer == number:
                return site
        last = max((site.layer for site in found), default=0)
        raise InputError(
            f"layer {number} is not in this trace of {self.model}: "
            + (f"give a number from 1 to {last}." if last else f"give {self.sites[-1].name}."),
            "layer",
        )

    @property
    def nbytes(self) -> int:
        return sum(s.nbytes for s in self.sites) + sum(t.nbytes for t in self.outputs.values())


def is_finite(tensor: Tensor) -> bool:
    """Whether no number is NaN or infinite: any that is makes the sum so, and a sum is quick."""
    return math.isfinite(tensor.sum(dtype=torch.float32))


def finite(tensor: Tensor, what: str) -> Tensor:
    """The same tensor. Raises NotFinite, which says `what` it is, for NaN or infinity."""
    if not is_finite(tensor):
        raise NotFinite(what)
    return tensor


def _recorded(attention: Attention) -> tuple[Tensor, ...]:
    match attention:
        case QueryKey():
            return attention.query, attention.key
        case Product():
            return ()  # what it is made of is told of at sites of its own
        case _:
            return (attention.values,)
