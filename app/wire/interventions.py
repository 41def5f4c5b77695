"""What is changed in a model before a pass, as it is sent, and what a model offers of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, WithJsonSchema, field_validator

from foveate.app.wire.base import Sent, Wire
from foveate.app.wire.choices import MOST_LETTERS
from foveate.models import intervention as changes
from foveate.models.errors import InputError

MOST_TEXT = 65_536  # characters of an intervention in a form
SHARE = {"type": "number", "minimum": 0, "maximum": 1}
BY_CHANNEL = {"type": "object", "additionalProperties": SHARE}
SETTING: dict[str, Any] = {"anyOf": [{"enum": list(changes.WORDS)}, SHARE, BY_CHANNEL]}
SettingOrNone = Annotated[Any, WithJsonSchema({"anyOf": [*SETTING["anyOf"], {"type": "null"}]})]
SETTINGS = {"type": "object", "additionalProperties": SETTING, "examples": [{"all": "open"}]}
InterventionText = Annotated[
    str | None,
    Field(
        description='What is changed in the model, as JSON: {"gates": {"all": "open"}, "cuts": []}',
        max_length=MOST_TEXT,
        examples=['{"gates": {"all": "open"}}'],
    ),
]


class Intervention(Sent):
    """What is changed in a model before the pass. `gates`: by site name or `all`, each `open`,
    `closed`, `flat` (its own mean), a number from 0 to 1, or numbers by channel; `cuts`: skips;
    `pin`: row and column of the only place that is attended to; `frame`: the only frame of a clip.
    `positions`: the patches' embeddings, kept, shuffled (always in the same way) or removed.
    """

    gates: Annotated[dict[str, Any], WithJsonSchema(SETTINGS)] = {}
    cuts: list[Annotated[str, Field(max_length=MOST_LETTERS)]] = []
    attention: Literal["on", "off"] = "on"
    pin: Annotated[list[int], Field(min_length=2, max_length=2)] | None = None
    positions: changes.Positions = "kept"
    frame: int | None = None

    @field_validator("gates", mode="after")
    @classmethod
    def _numbered(cls, gates: dict[str, Any]) -> dict[str, Any]:
        return {name: _setting(name, given) for name, given in gates.items()}

    @staticmethod
    def read(text: str | None) -> changes.Intervention:
        """What a form's field says; nothing where it is left out. Raises InputError."""
        if not text:
            return changes.UNTOUCHED
        try:
            return Intervention.model_validate(json.loads(text)).asked()
        except (json.JSONDecodeError, RecursionError) as error:
            reason = getattr(error, "msg", "too many brackets")
            raise _wrong(f"it is no JSON ({reason})") from error
        except ValidationError as error:
            first = error.errors()[0]
            cause = first.get("ctx", {}).get("error")
            if isinstance(cause, InputError):
                raise cause from error
            where = ".".join(map(str, first["loc"])) or "the whole"
            raise _wrong(f"{where}: {first['msg']}") from error

    def asked(self) -> changes.Intervention:
        """As models take it. Raises InputError."""
        pin = None if self.pin is None else (self.pin[0], self.pin[1])
        cuts = tuple(self.cuts)
        return changes.Intervention(
            self.gates, cuts, self.attention, pin, self.positions, self.frame
        )

    @classmethod
    def of(cls, found: changes.Intervention) -> Intervention:
        gates = {name: told(setting) for name, setting in found.gates.items()}
        return cls.model_construct(
            gates=gates,
            cuts=list(found.cuts),
            attention=found.attention,
            pin=found.pin and list(found.pin),
            positions=found.positions,
            frame=found.frame,
        )


class Offers(Wire):
    """What can be changed in a model, and what comes out of it that can be compared."""

    gates: list[str]
    cuts: list[str]
    attention: bool
    pin: bool
    positions: bool
    frame: bool
    output: changes.OutputKind | None


def _setting(name: str, given: object) -> object:
    """Channels by number: JSON has names alone. Raises InputError."""
    if not isinstance(given, dict) or len(given) > changes.MOST_SETTINGS:
        return given
    if wrong := [key for key in given if not (key.isascii() and key.isdigit() and len(key) < 9)]:
        raise _wrong(f"channel {wrong[0][:40]!r} of gate {name[:80]!r} is no number from 0")
    return {int(key): value for key, value in given.items()}


def told(setting: object) -> object:
    """A setting as JSON has it."""
    if isinstance(setting, Mapping):
        return {str(number): value for number, value in setting.items()}
    return setting


def _wrong(reason: str) -> InputError:
    return InputError(f"intervention cannot be used: {reason}.", "intervention")
