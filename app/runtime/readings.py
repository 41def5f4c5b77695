"""From a text to the trace of a model that reads it, and to its tokens alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch

from foveate.app.runtime import costs
from foveate.app.runtime.host import ModelHost
from foveate.app.runtime.sentences import sentences_of
from foveate.app.runtime.store import Stored, TextSource, TraceStore
from foveate.app.runtime.turns import Failed, attempt
from foveate.app.settings import Settings
from foveate.app.wire.texts import (
    EmbeddedToken,
    Embeddings,
    EmbeddingsRequest,
    Neighbour,
    SentenceRequest,
    SentenceTrace,
    Tokens,
    TokensRequest,
)
from foveate.models.analysis.neighbours import neighbours
from foveate.models.catalog.card import Card
from foveate.models.errors import InputError
from foveate.models.inputs.text import Text, Token, clean
from foveate.models.trace import finite
from foveate.models.translation.result import Reading
from foveate.models.zoo.base import EmbeddingModel, SentenceModel

MOST_LOOKED_UP = 16  # tokens
Alone = tuple[Text, Callable[[Reading], Stored]]  # and what is done once it is read


class Readings:
    """Makes traces of texts that are read and keeps them; the same text is the same trace."""

    def __init__(self, host: ModelHost, store: TraceStore, settings: Settings) -> None:
        self._host = host
        self._store = store
        self._settings = settings

    async def tokens(self, request: TokensRequest) -> Tokens:
        """How a model reads a text, without running it. Raises InputError."""
        cards = self._host.cards
        named = cards.get(request.model or "")
        reads = named is not None and named.task == "sentence"
        card = cards.card(request.model, "sentence" if reads else "translation")

        def work(model: Any) -> Tokens:
            parts = _parts(request.text, card)
            return Tokens.of(card.name, [model.read(part) for part in parts])

        return await self._host.soon(card, "read", costs.reading(len(request.text)), work)

    async def embeddings(self, name: str, request: EmbeddingsRequest) -> Embeddings:
        """The rows of a text's tokens in a model's table, and those nearest. Raises InputError."""
        card = self._host.cards.card(name, "sentence", "translation")

        cost = costs.looking_up(len(request.text))
        return await self._host.apply(card, "look up", cost, _looked_up, request)

    async def read(self, request: SentenceRequest) -> Stored:
        """The trace of a text or a pair. Raises InputError."""
        card = self._host.cards.card(request.model, "sentence")
        start, size = time.perf_counter(), len(request.text) + len(request.pair or "")
        text = await self._host.soon(
            card, "read", costs.reading(size), lambda model: _read(model, request)
        )

        def keep(found: Reading) -> Stored:
            return self._kept(card, found, start)

        with self._host.admit(card, "trace", costs.aligning(size)) as job:
            alone: Alone = text, keep
            alike = "trace", len(text.tokens)
            return await self._host.together(job, card, alike, alone, _each_kept)

    def _kept(self, card: Card, reading: Reading, begun: float) -> Stored:
        trace_id = self._store.name(card, reading.text.text, str(reading.text.second))
        expires = time.time() + self._settings.trace_seconds
        described = SentenceTrace.of(reading, id=trace_id, begun=begun, expires=expires)
        body = described.model_dump_json().encode()
        stored = Stored(trace_id, reading.trace, TextSource(reading.text), body, expires)
        self._store.put(stored)
        return stored


def _read(model: SentenceModel, request: SentenceRequest) -> Text:
    pair = None if request.pair is None else clean(request.pair, "pair")
    return model.read(clean(request.text), pair)


def _each_kept(model: SentenceModel, alone: list[Alone]) -> list[Stored | Failed]:
    """Texts of several requests, read together and kept one by one."""
    found = model.trace_several([text for text, _ in alone])
    return [attempt(keep, each) for (_, keep), each in zip(alone, found, strict=True)]


def _looked_up(model: Any, request: EmbeddingsRequest) -> Embeddings:
    text = model.read(clean(request.text))
    tokens = [token for token in text.tokens if not token.special]
    if len(tokens) > MOST_LOOKED_UP:
        raise InputError(
            f"text {request.text[:40]!r} has {len(tokens)} tokens: at most {MOST_LOOKED_UP} are "
            "looked up. Give a word.",
            "text",
        )
    return _embedded(model, tokens, request.top)


@torch.inference_mode()
def _embedded(model: EmbeddingModel, tokens: list[Token], top: int) -> Embeddings:
    table = model.embeddings()
    asked = [token.id for token in tokens]
    looked_up = finite(table[asked].float(), "a row of the table")
    ids, cosines = neighbours(table, asked, top)
    finite(cosines, "a row's cosine with another")
    near = [
        [
            Neighbour(id=number, text=model.piece(number), cosine=cosine)
            for number, cosine in zip(row, values, strict=True)
        ]
        for row, values in zip(ids.tolist(), cosines.tolist(), strict=True)
    ]
    rows = zip(tokens, looked_up, near, strict=True)
    found = [
        EmbeddedToken.model_validate({"token": token, "vector": vector, "neighbours": nearest})
        for token, vector, nearest in rows
    ]
    return Embeddings(model=model.name, vocabulary=len(table), width=table.shape[1], tokens=found)


def _parts(text: str, card: Card) -> list[str]:
    """What is read at a time: a translator takes sentences. Raises InputError."""
    whole = clean(text)
    return sentences_of(whole, card) if card.task == "translation" else [whole]
