"""Traces that are quick to make, for tests of where they are kept."""

from __future__ import annotations

import time

from foveate.app.runtime.store import Stored, TextSource, TraceStore
from foveate.models.axis import Tokens
from foveate.models.catalog.catalog import Catalog
from foveate.models.inputs.text import Text
from foveate.models.trace import TextFrame, Trace

CARD = Catalog()["minilm"]


def made(store: TraceStore, name: str, seconds: float = 60, size: int = 10) -> Stored:
    """A trace of its own name, small but for its description."""
    text = Text(name, (), ())
    trace = Trace("minilm", TextFrame(Tokens((name,))), ())
    body, expires = name.encode() * size, time.time() + seconds
    return Stored(store.name(CARD, name), trace, TextSource(text), body, expires)
