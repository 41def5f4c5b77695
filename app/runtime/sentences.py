"""A visitor's text as the sentences that a translator takes, one by one."""

from __future__ import annotations

from foveate.models.catalog.card import Card
from foveate.models.errors import OversizedInput
from foveate.models.inputs.sentences import sentences

MAX_SENTENCES = 64
FAR_TOO_MANY = 8 * MAX_SENTENCES
STEP = 1000  # characters


def sentences_of(passage: str, card: Card) -> list[str]:
    """The sentences of a text that is clean, by the rules of the card's language.

    Raises OversizedInput where there are too many.
    """
    language = card.languages[0] if card.languages else "en"
    _check_beginnings(passage, language)
    found = sentences(passage, language)
    if len(found) > MAX_SENTENCES:
        raise OversizedInput(
            f"text has {len(found)} sentences: give at most {MAX_SENTENCES}.", "text"
        )
    return found


def _check_beginnings(passage: str, language: str) -> None:
    """Refuses thousands of sentences by their beginning. Raises OversizedInput.

    The splitter counts from the start for each one and lets no other thread run: 10,000 of them
    would hold up everybody for 0.3 s. How a text begins says little of how few it has in the end (a
    quotation that is closed is one), so only what is far too much is refused here.
    """
    for end in range(STEP, len(passage), STEP):
        if len(sentences(passage[:end], language)) > FAR_TOO_MANY:
            raise OversizedInput(
                f"text has more than {FAR_TOO_MANY} sentences: give at most {MAX_SENTENCES}.",
                "text",
            )
