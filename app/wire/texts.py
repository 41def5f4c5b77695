"""Texts: what is sent to be read, their tokens and words, and readings that come back."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from app.wire.axes import Site
from app.wire.base import Wire
from models.trace import Trace

ModelName = Annotated[str | None, Field(description="A model of the catalog", max_length=100)]


class Token(Wire):
    """A piece of a vocabulary, and the text it stands for; offsets count Unicode code points.

    Where the vocabulary lacks a character and an equivalent was read, `text` and `surface` are as
    the text has it, and `id` is that of the piece that was read.
    """

    id: int
    text: str
    surface: str
    start: int
    end: int
    special: bool
    unknown: bool


class Word(Wire):
    """A word and its tokens, `first` up to but not including `last`."""

    text: str
    start: int
    end: int
    first: int
    last: int
    special: bool


class Text(Wire):
    """A text as a model reads it; of a pair, the second begins at `second`."""

    text: str
    tokens: list[Token]
    words: list[Word]
    notes: list[str]
    second: int | None


class Candidate(Wire):
    id: int
    text: str
    probability: float


class DecodingStep(Wire):
    """What was written, the five likeliest tokens, entropy in bits over the `vocabulary`."""

    token: Candidate
    candidates: list[Candidate]
    entropy: float
    vocabulary: int


class TextTimings(Wire):
    """Milliseconds; `total_ms` also has the wait for other visitors."""

    forward_ms: float
    total_ms: float

    @classmethod
    def of(cls, trace: Trace, start: float) -> Self:
        """Of a trace asked for at `start` (perf_counter)."""
        total = (time.perf_counter() - start) * 1000
        return cls(forward_ms=round(trace.timings["forward_ms"], 2), total_ms=round(total, 2))


class SentenceTrace(Wire):
    """What a model's tokens attend to in a text. `next`: what a causal model expects after each."""

    id: str
    model: str
    text: Text
    sites: list[Site]
    next: list[DecodingStep]
    timings: TextTimings
    expires_at: datetime


class Tokens(Wire):
    """How a model reads a text: sentence by sentence if it translates, else as one."""

    model: str
    sentences: list[Text]


class SentenceRequest(Wire):
    """A text, or a pair for a model that reads pairs."""

    text: Annotated[str, Field(examples=["The animal did not cross the street."])]
    pair: Annotated[str | None, Field(description="A second text, after [SEP]")] = None
    model: ModelName = None


class TokensRequest(Wire):
    """A text for any model that reads texts; by default that which translates."""

    text: Annotated[str, Field(examples=["The black cat sat."])]
    model: ModelName = None
