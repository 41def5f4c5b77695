"""From a sentence pair, or a sentence alone, to the words that align by both directions' models."""

from __future__ import annotations

from collections.abc import Callable

from foveate.app.runtime import costs
from foveate.app.runtime.host import ModelHost, Result
from foveate.app.wire.alignments import Alignment, AlignmentRequest
from foveate.models.catalog.card import Card
from foveate.models.inputs.text import MAX_TOKENS
from foveate.models.translation import alignment
from foveate.models.translation.alignment import PairAlignment, Words
from foveate.models.translation.result import Translation
from foveate.models.zoo.base import TranslationModel


class Alignments:
    """Aligns words; nothing of it is kept."""

    def __init__(self, host: ModelHost) -> None:
        self._host = host

    async def align(self, request: AlignmentRequest, made: Callable[[Alignment], Result]) -> Result:
        """What is `made`, in the same turn, of the word alignment of a pair, or of a sentence and
        its own translation. Raises InputError.
        """
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
                return await job.turn(
                    lambda: made(_aligned(card, forward, None, request.threshold))
                )

            def back(model: TranslationModel) -> Result:
                way_back = reverse, alignment.back(model, forward)
                return made(_aligned(card, forward, way_back, request.threshold))

            return await self._host.turn(job, reverse, back)


def values_of(request: AlignmentRequest) -> int:
    """About how many weights there will be, before anybody has counted tokens: three characters
    each. They are of tokens, of their words, of words in both directions, and of both together.
    """
    source, target = (
        min(_characters(words) // 3 + 1, MAX_TOKENS)
        for words in (request.text, request.target or request.text)
    )
    return 5 * source * target


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
