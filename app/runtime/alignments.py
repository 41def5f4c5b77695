"""From a sentence pair, or a sentence alone, to the words that align by both directions' models."""

from __future__ import annotations

from foveate.app.runtime import costs
from foveate.app.runtime.host import ModelHost
from foveate.app.wire.alignments import Alignment, AlignmentRequest
from foveate.models.catalog.card import Card
from foveate.models.translation import alignment
from foveate.models.translation.alignment import PairAlignment, Words
from foveate.models.translation.result import Translation
from foveate.models.zoo.base import TranslationModel


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
            if reverse is None:
                return await job.turn(lambda: _aligned(card, forward, None, request.threshold))

            def back(model: TranslationModel) -> Alignment:
                way_back = reverse, alignment.back(model, forward)
                return _aligned(card, forward, way_back, request.threshold)

            return await self._host.turn(job, reverse, back)


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
