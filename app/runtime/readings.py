"""From a text to the trace of a model that reads it, and to its tokens alone."""

from __future__ import annotations

import time
from typing import Any

from foveate.app.runtime import costs
from foveate.app.runtime.host import ModelHost
from foveate.app.runtime.sentences import sentences_of
from foveate.app.runtime.store import Stored, TextSource, TraceStore
from foveate.app.settings import Settings
from foveate.app.wire.texts import (
    SentenceRequest,
    SentenceTrace,
    Tokens,
    TokensRequest,
)
from foveate.models.catalog.card import Card
from foveate.models.inputs.text import clean
from foveate.models.zoo.base import SentenceModel


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

        return await self._host.run(card, "read", costs.reading(len(request.text)), work)

    async def read(self, request: SentenceRequest) -> Stored:
        """The trace of a text or a pair. Raises InputError."""
        card = self._host.cards.card(request.model, "sentence")
        start = time.perf_counter()
        pair = request.pair

        def work(model: SentenceModel) -> Stored:
            cleaned = None if pair is None else clean(pair, "pair")
            reading = model.trace(model.read(clean(request.text), cleaned))
            trace_id = self._store.name(card, reading.text.text, str(reading.text.second))
            expires = time.time() + self._settings.trace_seconds
            described = SentenceTrace.of(reading, id=trace_id, begun=start, expires=expires)
            body = described.model_dump_json().encode()
            stored = Stored(trace_id, reading.trace, TextSource(reading.text), body, expires)
            self._store.put(stored)
            return stored

        cost = costs.aligning(len(request.text) + len(pair or ""))
        return await self._host.run(card, "trace", cost, work)


def _parts(text: str, card: Card) -> list[str]:
    """What is read at a time: a translator takes sentences. Raises InputError."""
    whole = clean(text)
    return sentences_of(whole, card) if card.task == "translation" else [whole]
