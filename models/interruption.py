"""Whoever runs a model may stop it between two steps of its work."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

_check: ContextVar[Callable[[], None] | None] = ContextVar("check", default=None)


def heed(check: Callable[[], None]) -> None:
    """From now on `step` calls this in the current context; what it raises ends the work."""
    _check.set(check)


def step() -> None:
    """Where work may stop: between the tokens of a translation, say."""
    check = _check.get()
    if check is not None:
        check()
