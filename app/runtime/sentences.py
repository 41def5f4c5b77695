"""A visitor's text as the sentences that a translator takes, one by one."""

from __future__ import annotations

from models.catalog.card import Card
from models.errors import OversizedInput
from models.inputs.sentences import sentences

MAX_SENTENCES = 64


def sentences_of(passage: str, card: Card) -> list[str]:
    """The sentences of a text that is clean, by the rules of the card's language.

    Raises OversizedInput where there are too many.
    """
    found = sentences(passage, card.languages[0] if card.languages else "en")
    if len(found) > MAX_SENTENCES:
        raise OversizedInput(
            f"text has {len(found)} sentences: give at most {MAX_SENTENCES}.", "text"
        )
    return found
