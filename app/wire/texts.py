"""Texts: what is sent to be read, their tokens and words, and readings that come back."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, ValidationInfo

from foveate.app.wire.axes import Site
from foveate.app.wire.base import Sent, Wire
from foveate.app.wire.numbers import Row
from foveate.models.inputs.text import (
    MAX_CHARACTERS,
    MAX_TOKENS,
    MAX_WORD,
    check_length,
    check_words,
)
from foveate.models.trace import Trace
from foveate.models.translation.result import Reading

ModelName = Annotated[str | None, Field(description="A model of the catalog", max_length=100)]


def _fits(sent: object, info: ValidationInfo) -> object:
    """Refuses what is too long before anything else looks at it. Raises OversizedInput."""
    if isinstance(sent, str):
        check_length(sent, info.field_name or "text")
    return sent


def _few(sent: object, info: ValidationInfo) -> object:
    """Refuses too many words and too long ones. Raises OversizedInput."""
    if isinstance(sent, list):
        check_words(sent, info.field_name or "text")
    return sent


Passage = Annotated[str, Field(max_length=MAX_CHARACTERS), BeforeValidator(_fits)]
GivenWord = Annotated[str, Field(max_length=MAX_WORD)]
GivenWords = Annotated[
    list[GivenWord], Field(max_length=MAX_TOKENS, fail_fast=True), BeforeValidator(_few)
]


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

    @classmethod
    def of(cls, found: Reading, *, id: str, begun: float, expires: float) -> Self:
        """Of a text asked for when `begun` (perf_counter), kept until `expires` (epoch)."""
        return cls(
            id=id,
            model=found.trace.model,
            text=found.text,
            sites=[Site.of(site) for site in found.trace.sites],
            next=found.next,
            timings=TextTimings.of(found.trace, begun),
            expires_at=datetime.fromtimestamp(expires, UTC),
        )


class Tokens(Wire):
    """How a model reads a text: sentence by sentence if it translates, else as one."""

    model: str
    sentences: list[Text]

    @classmethod
    def of(cls, model: str, found: Iterable[object]) -> Self:
        """One sentence after another: all in one call would keep other threads waiting."""
        return cls(model=model, sentences=[Text.model_validate(text) for text in found])


class Neighbour(Wire):
    """Another row of the table, and the cosine of the two."""

    id: int
    text: str
    cosine: float


class EmbeddedToken(Wire):
    """A token, its row of the table, and the rows nearest to it, the nearest first."""

    token: Token
    vector: Row
    neighbours: list[Neighbour]


class Embeddings(Wire):
    """A text's tokens in a model's table of embeddings: `vocabulary` rows of `width` numbers."""

    model: str
    vocabulary: int
    width: int
    tokens: list[EmbeddedToken]


class EmbeddingsRequest(Sent):
    """A word, or a few: at most 16 tokens."""

    text: Annotated[str, Field(max_length=100, examples=["red"])]
    top: Annotated[int, Field(ge=1, le=32, description="Neighbours of each token")] = 8


class SentenceRequest(Sent):
    """A text, or a pair for a model that reads pairs."""

    text: Annotated[Passage, Field(examples=["The animal did not cross the street."])]
    pair: Annotated[Passage | None, Field(description="A second text, after [SEP]")] = None
    model: ModelName = None


class TokensRequest(Sent):
    """A text for any model that reads texts; by default that which translates."""

    text: Annotated[Passage, Field(examples=["The black cat sat."])]
    model: ModelName = None
