"""From a sentence pair, or a sentence alone, to the words that align by both directions' models."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool

from app.runtime import costs
from app.runtime.host import ModelHost
from app.wire.alignments import Alignment, AlignmentRequest
from models.catalog.card import Card
from models.translation import alignment
from models.translation.alignment import PairAlignment, Words
from models.translation.result import Translation


class Alignments:
    """Aligns words; nothing of it is kept."""

    def __init__(self, host: ModelHost) -> None:
        self._host = host

    async def align(self, request: AlignmentRequest) -> Alignment:
        """Word alignment of a pair, or of a sentence and its own translation. Raises InputError."""
        card = self._host.cards.card(request.model, "translation")
        reverse = self._host.cards.card(card.reverse, "translation") if card.reverse else None
        cost = costs.aligning(_characters(request.text) + _characters(request.target or ""))
        with self._host.admit(card, "align", cost) as job:
            forward = await self._host.turn(
                job,
                card,
                lambda model: alignment.ahead(model, request.text, request.target),
                cost / 2,
            )
            way_back = None
            if reverse is not None:
                found = await self._host.turn(
                    job, reverse, lambda model: alignment.back(model, forward), cost / 2
                )
                way_back = reverse, found
        return await run_in_threadpool(_aligned, card, forward, way_back, request.threshold)


def _characters(words: Words) -> int:
    return len(words) if isinstance(words, str) else sum(len(word) + 1 for word in words)


def _aligned(
    card: Card,
    forward: Translation,
    way_back: tuple[Card, Translation] | None,
    threshold: float,
) -> Alignment:
    found: PairAlignment = alignment.pair(card, forward, way_back, threshold)
    return Alignment.model_validate(found)
