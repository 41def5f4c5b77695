"""What is changed in a model before a pass: gates set, skips cut, attention off or pinned,
positions shuffled or removed.

Attention is y = f(g(x), x) (Guo et al. 2022): an intervention puts another g in the place of the
one that the network computes, and the rest of the pass follows from it. Nothing of it stays in the
model, so passes with different interventions may run side by side.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import torch
from torch import Tensor, nn

from foveate.models.errors import InputError

Word = Literal["open", "closed", "flat"]
WORDS: tuple[Word, ...] = ("open", "closed", "flat")
Setting = Word | float | Mapping[int, float]
OutputKind = Literal["mask", "picture", "classes", "features", "segmentation"]
Positions = Literal["kept", "shuffled", "removed"]
POSITIONS: tuple[Positions, ...] = ("kept", "shuffled", "removed")
SEED = 17  # of the order in which positions are shuffled: the same for every photo of a size
ALL_GATES = "all"
MOST_SETTINGS = 4096  # gates, and channels of one gate, that an intervention may name
EXPECTED = "give open, closed, flat, a number from 0 to 1, or such numbers by channel"


@dataclass(frozen=True, slots=True)
class Intervention:
    """Gates by the names of their sites, or `all`, each with what it is set to; skips that are cut;
    attention on or off; or all of it pinned to one place (row, column) of the photo's grid; the
    position embeddings of the patches as they were learned, each at another's place, or zero.

    A setting is `open` (1), `closed` (0), `flat` (the mean of what the gate computes in that pass),
    a number from 0 to 1, or numbers by channel (place, branch), the others as computed. A gate that
    is named goes before `all`. Raises InputError for what is no setting.
    """

    gates: Mapping[str, Setting] = field(default_factory=dict)
    cuts: tuple[str, ...] = ()
    attention: Literal["on", "off"] = "on"
    pin: tuple[int, int] | None = None
    positions: Positions = "kept"

    def __post_init__(self) -> None:
        if max(len(self.gates), len(self.cuts)) > MOST_SETTINGS:
            raise _wrong(f"an intervention names at most {MOST_SETTINGS} gates or skips")
        for name, setting in self.gates.items():
            _check(name, setting)
        if self.attention not in ("on", "off"):
            raise _wrong(f"attention {self.attention!r} is not known: give on or off")
        if self.positions not in POSITIONS:
            raise _wrong(
                f"positions {_short(self.positions)} are not known: give kept, shuffled or removed"
            )

    @property
    def key(self) -> str:
        """The same text for the same intervention; empty where nothing is changed."""
        parts = {
            "gates": {name: _told(setting) for name, setting in self.gates.items()},
            "cuts": sorted(set(self.cuts)),
            "attention": self.attention,
            "pin": self.pin,
            "positions": self.positions,
        }
        untouched = not (self.gates or self.cuts or self.pin or self.attention == "off")
        untouched = untouched and self.positions == "kept"
        return "" if untouched else json.dumps(parts, sort_keys=True)

    def setting(self, name: str) -> Setting | None:
        """What a gate is set to; None where it is left as computed."""
        return self.gates.get(name, self.gates.get(ALL_GATES))


UNTOUCHED = Intervention()


@dataclass(frozen=True, slots=True)
class Offers:
    """What of an intervention a model takes, and what comes out of it that can be compared."""

    gates: tuple[str, ...] = ()
    cuts: tuple[str, ...] = ()
    attention: bool = False
    pin: bool = False
    positions: bool = False
    output: OutputKind | None = None

    def check(self, model: str, asked: Intervention) -> None:
        """Raises InputError for what the model does not offer."""
        if not asked.key:
            return
        self._check_names(model, "gate", self.gates, [n for n in asked.gates if n != ALL_GATES])
        self._check_names(model, "skip", self.cuts, asked.cuts)
        if ALL_GATES in asked.gates and not self.gates:
            raise _wrong(f"{model} has no gates: leave them as they are")
        if asked.attention == "off" and not self.attention:
            raise _wrong(f"the attention of {model} cannot be switched off: leave it on")
        if asked.pin is not None and not self.pin:
            raise _wrong(f"the attention of {model} cannot be pinned: leave pin out")
        if asked.positions != "kept" and not self.positions:
            raise _wrong(f"{model} has no position embeddings that are learned: keep positions")

    def _check_names(
        self, model: str, kind: str, known: tuple[str, ...], asked: tuple[str, ...] | list[str]
    ) -> None:
        for name in asked:
            if name not in known:
                has = ", ".join(known) or f"no {kind}s"
                raise _wrong(f"{kind} {name[:80]!r} is not in {model}: it has {has}")


NO_OFFERS = Offers()


@dataclass(frozen=True, slots=True)
class Switches:
    """An intervention by the modules that it changes: settings with the names of their gates; what
    becomes of position embeddings.
    """

    gates: Mapping[nn.Module, tuple[str, Setting]] = field(default_factory=dict)
    cuts: frozenset[nn.Module] = frozenset()
    positions: Positions = "kept"


NO_SWITCHES = Switches(MappingProxyType({}))


def switches(
    asked: Intervention, gates: Mapping[str, nn.Module], skips: Mapping[str, nn.Module]
) -> Switches:
    """Of a network whose gates and skips have these names."""
    if not asked.key:
        return NO_SWITCHES
    settings = ((name, module, asked.setting(name)) for name, module in gates.items())
    return Switches(
        {module: (name, setting) for name, module, setting in settings if setting is not None},
        frozenset(skips[name] for name in asked.cuts),
        asked.positions,
    )


def set_positions(positions: Tensor, setting: Positions, first: int = 0) -> Tensor:
    """Position embeddings (1, S, C) as they are set; the `first` ones belong to no patch, and stay.

    A transformer that is given none cannot tell one order of its tokens from another; given each to
    another patch, it sees the same numbers in the wrong places.
    """
    if setting == "kept":
        return positions
    patches = positions[:, first:]
    others = torch.zeros_like(patches)
    if setting == "shuffled":
        others = patches[:, shuffled(patches.shape[1])]
    return torch.cat([positions[:, :first], others], 1)


def shuffled(places: int) -> Tensor:
    """Which place's embedding each of so many gets, always the same."""
    return torch.randperm(places, generator=torch.Generator().manual_seed(SEED))


def set_gate(name: str, gate: Tensor, setting: Setting) -> Tensor:
    """A gate's values (B, C, 1, 1), (B, 1, rows, columns) or (B, branches, C, 1, 1) as they are
    set. Raises InputError for a channel (place, branch) that is not there.
    """
    match setting:
        case "open":
            return gate.new_ones(gate.shape)
        case "closed":
            return gate.new_zeros(gate.shape)
        case "flat":
            return gate.flatten(1).mean(1).view(-1, *[1] * (gate.dim() - 1)).expand_as(gate)
        case float() | int():
            return gate.new_full(gate.shape, float(setting))
    return _by_number(name, gate, setting)


def _by_number(name: str, gate: Tensor, values: Mapping[int, float]) -> Tensor:
    changed = gate.clone()
    entries = changed if gate.dim() == 5 else changed.view(len(changed), -1)
    for number, value in values.items():
        if not 0 <= number < entries.shape[1]:
            raise _wrong(
                f"gate {name} has no channel {number}: give one from 0 to {entries.shape[1] - 1}"
            )
        entries[:, number] = value
    return changed


def _check(name: str, setting: object) -> None:
    if setting in WORDS or _is_share(setting):
        return
    if not isinstance(setting, Mapping):
        raise _wrong(f"gate {name[:80]!r} is set to {_short(setting)}: {EXPECTED}")
    if len(setting) > MOST_SETTINGS:
        raise _wrong(f"gate {name[:80]!r} is set at more than {MOST_SETTINGS} channels")
    for number, value in setting.items():
        if not isinstance(number, int) or not _is_share(value):
            said = f"channel {_short(number)} of gate {name[:80]!r} is set to {_short(value)}"
            raise _wrong(f"{said}: give a number from 0 to 1")


def _is_share(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and 0 <= value <= 1


def _told(setting: Setting) -> object:
    if isinstance(setting, Mapping):
        return {str(number): float(value) for number, value in sorted(setting.items())}
    return setting if isinstance(setting, str) else float(setting)


def _short(value: object) -> str:
    return repr(value)[:40]


def _wrong(sentence: str) -> InputError:
    return InputError(f"{sentence}.", "intervention")
