"""What crosses between the web layer and a model that runs in another process: calls, answers.

An error is an answer too, and not raised there: Ray would write its message into a log, and it may
quote what a visitor has sent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from inspect import isfunction
from typing import Any

from foveate.app.logs import told
from foveate.app.runtime.job import Gone
from foveate.models.errors import InputError
from foveate.models.inputs.clip import Clip
from foveate.models.trace import Trace
from foveate.models.translation.result import Live
from foveate.models.zoo import base
from foveate.models.zoo.clips import clip_model, sees_frames

FACTS = ("name", "precision", "threads", "labels", "frames")
TABLES = {"embeddings", "piece"}  # which whoever looks into them does where they are: see Call
log = logging.getLogger("foveate")


def _methods() -> Iterator[str]:
    """What models/zoo/base.py has models do."""
    for kind in vars(base).values():
        if base.Model in getattr(kind, "__mro__", ()):
            yield from (name for name, each in vars(kind).items() if isfunction(each))


METHODS = frozenset(name for name in _methods() if not name.startswith("_")) - TABLES


@dataclass(frozen=True, slots=True)
class Facts:
    """What a model says of itself, and what it can do."""

    values: dict[str, Any]
    methods: frozenset[str]

    @classmethod
    def of(cls, model: Any) -> Facts:
        values = {name: getattr(model, name) for name in FACTS if hasattr(model, name)}
        if sees_frames(type(model)):
            values["frames"] = None  # any number
        return cls(values, frozenset(name for name in METHODS if hasattr(model, name)))


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A method of a model by its name, or a function of one by where it is defined."""

    what: str | Callable[..., Any]
    given: tuple[Any, ...] = ()
    named: dict[str, Any] = field(default_factory=dict)

    def on(self, model: Any) -> Any:
        """Raises what the model raises."""
        if not isinstance(self.what, str):
            return self.what(model, *self.given, **self.named)
        if self.what not in METHODS:
            raise TypeError(f"{self.what!r} is no method of a model")
        of_clip = any(isinstance(each, Clip) for each in self.given)
        whose = clip_model(model) if of_clip else model
        return getattr(whose, self.what)(*self.given, **self.named)

    def watched(self, watch: Callable[[Live], None]) -> Call:
        return Call(self.what, self.given, {**self.named, "watch": watch})


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a call gave, or the kind, sentence and parameter of the error that it raised."""

    value: Any = None
    error: type[Exception] | None = None
    sentence: str = ""
    parameter: str | None = None

    @classmethod
    def of(cls, work: Callable[[], Any]) -> Answer:
        """Outputs that wait to be worked out are so now: what they hold on to stays here."""
        try:
            value = work()
            _settle(value)
            return cls(value)
        except InputError as error:
            return cls(None, type(error), str(error), error.parameter)
        except Gone:
            return cls(None, Gone)
        except Exception as error:
            log.error("A model could not be run", exc_info=error)
            return cls(None, RuntimeError, f"in the model's process: {told(error)}")

    def opened(self) -> Any:
        """The value. Raises the error."""
        if self.error is None:
            return self.value
        error = self.error.__new__(self.error, self.sentence)  # some make their sentence themselves
        if isinstance(error, InputError):
            error.parameter = self.parameter
        raise error


def _settle(value: Any) -> None:
    """Works out what waits: of a trace, of a reading's or a translation's, or of several."""
    for each in value if isinstance(value, list) else [value]:
        trace = getattr(each, "trace", each)
        for output in trace.outputs.values() if isinstance(trace, Trace) else ():
            output.value()
