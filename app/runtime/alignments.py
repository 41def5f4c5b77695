"""From a sentence pair, or a sentence alone, to the words that align by both directions' models."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool

from foveate.app.runtime.host import ModelHost
from foveate.app.wire.alignments import Alignment, AlignmentRequest
from foveate.models.catalog.card import Card
from foveate.models.translation import alignment
from foveate.models.translation.alignment import PairAlignment
from foveate.models.translation.result import Translation


class Alignments:
    """Aligns words; nothing of it is kept."""

    def __init__(self, host: ModelHost) -> None:
        self._host = host

    async def align(self, request: AlignmentRequest) -> Alignment:
        """Word alignment of a pair, or of a sentence and its own translation. Raises InputError."""
        card = self._host.cards.card(request.model, "translation")
        reverse = self._host.cards.card(card.reverse, "translation") if card.reverse else None
        forward = await self._host.run(
            card, lambda model: alignment.ahead(model, request.text, request.target)
        )
        way_back = None
        if reverse is not None:
            found = await self._host.run(reverse, lambda model: alignment.back(model, forward))
            way_back = reverse, found
        return await run_in_threadpool(_aligned, card, forward, way_back, request.threshold)


def _aligned(
    card: Card,
    forward: Translation,
    way_back: tuple[Card, Translation] | None,
    threshold: float,
) -> Alignment:
    found: PairAlignment = alignment.pair(card, forward, way_back, threshold)
    return Alignment.model_validate(found)
