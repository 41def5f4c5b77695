"""What gates did in a pass: their values on one axis, and the maps before and after them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from foveate.models.attention import Gate
from foveate.models.axis import Branches, Channels
from foveate.models.errors import InputError
from foveate.models.intervention import Setting
from foveate.models.site import Site
from foveate.models.trace import Trace, finite

GateAxis = Literal["channel", "place", "branch"]
MapKind = Literal["x", "y"]


@dataclass(frozen=True, slots=True, eq=False)
class GateView:
    """A gate: values (S) that acted, those that the network `computed` where others were set, and
    the map x (C, rows, columns) where it is kept. Shares of branches are means over the channels.
    """

    site: str
    of: GateAxis
    labels: tuple[str, ...] | None
    values: Tensor
    computed: Tensor | None
    opens: str | None
    setting: Setting | None
    given: Tensor | None


def gate_views(trace: Trace) -> list[GateView]:
    """Every gate of a trace, in the order of execution. Raises InputError where it has none."""
    check_gated(trace)
    return [_view(trace, site) for site in trace.sites if _is_gate(site)]


def check_gated(trace: Trace) -> None:
    """Raises InputError for a trace that has no gates."""
    if not any(map(_is_gate, trace.sites)):
        raise InputError(
            f"{trace.model} has no gates: choose a model with squeeze-and-excitation, such as "
            "selfie-segmentation.",
            "trace_id",
        )


def _is_gate(site: Site) -> bool:
    """Shares of branches are among them, whether they were recorded as a gate or as weights."""
    return isinstance(site.attention, Gate) or isinstance(site.key, Branches)


def _view(trace: Trace, site: Site) -> GateView:
    held = site.attention if isinstance(site.attention, Gate) else Gate(site.attention.rows())
    return GateView(
        site.name,
        axis_of(site),
        site.key.labels if isinstance(site.key, Branches) else None,
        _mean(held.values),
        None if held.computed is None else _mean(held.computed),
        None if trace.network is None else trace.network.opens(site.name),
        trace.intervention.setting(site.name),
        held.given,
    )


def axis_of(site: Site) -> GateAxis:
    """What a gate has values for."""
    match site.key:
        case Channels():
            return "channel"
        case Branches():
            return "branch"
    return "place"


def maps(trace: Trace, name: str, of: MapKind, channels: Sequence[int] | None = None) -> Tensor:
    """Channels (n, rows, columns) of the map that a gate was `given` (x), or of what it made of it
    (y = g x), in float16. Raises InputError as `kept_map` and `numbers_of`, NotFinite where float16
    does not hold what was made.
    """
    given, site = kept_map(trace, name), trace.site(name)
    numbers = numbers_of(name, given, channels)
    chosen = given[numbers]
    found = chosen if of == "x" else _after(site, chosen, numbers)
    return finite(found, f"the map of {name[:80]} in float16")


def kept_map(trace: Trace, name: str) -> Tensor:
    """The map (C, rows, columns) that a gate was given, as it is kept. Raises InputError for a site
    that is not there or has none.
    """
    site = trace.site(name)
    held = site.attention
    if not isinstance(held, Gate):
        raise InputError(f"site {name[:80]} has no gate: its maps are not kept.", "site")
    if held.given is None:
        raise InputError(
            f"the maps of {name[:80]} are not kept of this trace: they are too large, or of several"
            " branches. Try resolution 224.",
            "site",
        )
    return held.given


def numbers_of(name: str, given: Tensor, channels: Sequence[int] | None = None) -> list[int]:
    """Numbers of channels of a map, all without `channels`. Raises InputError for one that is not
    there or is named twice: so many channels as it has are the most that can be asked for.
    """
    numbers = list(range(len(given))) if channels is None else list(channels)
    wrong = [n for n in numbers if not 0 <= n < len(given)]
    if wrong or not numbers:
        said = f"channel {wrong[0]} is not in {name[:80]}" if wrong else "no channel is asked for"
        raise InputError(f"{said}: give numbers from 0 to {len(given) - 1}.", "channels")
    if len(set(numbers)) < len(numbers):
        twice = next(n for n, often in Counter(numbers).items() if often > 1)
        raise InputError(f"channel {twice} is asked for twice: give each number once.", "channels")
    return numbers


def _after(site: Site, chosen: Tensor, numbers: list[int]) -> Tensor:
    gate = site.rows().flatten()
    by_channel = axis_of(site) == "channel"
    shaped = gate[numbers].view(-1, 1, 1) if by_channel else gate.view(1, *chosen.shape[1:])
    return (chosen.float() * shaped).half()


def _mean(values: Tensor) -> Tensor:
    """(1, T, S) to (S): of branches, over the channels."""
    return values.float().mean((0, 1))
