"""Sentence pairs through translation models without a server, one after another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from foveate.app.cli.terminal import opened
from foveate.app.wire.alignments import AlignedPair
from foveate.app.wire.numbers import numbers
from foveate.app.wire.sheet import csv_of
from foveate.models.catalog.load import load
from foveate.models.errors import InputError
from foveate.models.inputs.sentences import sentences
from foveate.models.inputs.text import clean
from foveate.models.translation import alignment
from foveate.models.translation.alignment import PairAlignment
from foveate.models.translation.result import Translation
from foveate.models.zoo.base import TranslationModel


class Pairs:
    """One direction's model, and where there is a target also the way back, for many sentences."""

    def __init__(
        self,
        model: str | None,
        catalog: Path | None,
        threshold: float,
        report: Callable[[str], None],
    ) -> None:
        cards = opened(catalog)
        self.card = cards.card(model, "translation")
        self._threshold = threshold
        self._model: TranslationModel = load(self.card, report=report)
        self._cards, self._report = cards, report
        self._reverse: TranslationModel | None = None

    def sentences(self, text: str) -> list[str]:
        """A text's sentences. Raises InputError."""
        language = self.card.languages[0] if self.card.languages else "en"
        return sentences(clean(text), language)

    def translate(
        self, text: str, target: str | None, beam: int, tokens: bool = False
    ) -> Translation:
        """One sentence's translation, or the given one, both of `tokens` or of text. InputError."""
        if not tokens:
            return alignment.ahead(self._model, text, target, beam)
        given = None if target is None else tokens_of(target, "target")
        return alignment.ahead(self._model, tokens_of(text, "text"), given, beam)

    def align(self, found: Translation) -> PairAlignment:
        """Which words align; of a given translation by both directions' models.

        Raises InputError where a model has no weights over the source.
        """
        if not found.forced or self.card.reverse is None:
            return alignment.pair(self.card, found, threshold=self._threshold)
        card = self._cards.card(self.card.reverse, "translation")
        if self._reverse is None:
            self._reverse = load(card, report=self._report)
        back = alignment.back(self._reverse, found)
        return alignment.pair(self.card, found, (card, back), self._threshold)


def tokens_of(line: str, parameter: str) -> list[str]:
    """The tokens of a line, which have one space between. Raises InputError."""
    tokens = line.strip(" \r").split(" ")
    if tokens == [""]:
        raise InputError(f"{parameter} {line[:20]!r} is empty: give at least one token.", parameter)
    if "" in tokens:
        before = tokens[tokens.index("") - 1]
        raise InputError(
            f"{parameter} has more than one space after token {before[:20]!r}: give one space "
            "between tokens.",
            parameter,
        )
    return tokens


def as_json(found: PairAlignment) -> str:
    return AlignedPair.of(found).model_dump_json()


def as_csv(found: PairAlignment) -> str:
    """The strengths, a target word a line."""
    rows = zip(found.target_words, numbers(found.strengths), strict=True)
    header = ["", *found.source_words]
    return csv_of(header, ([word, *row] for word, row in rows), "\n").rstrip("\n")


def pairs(sources: list[str], targets: list[str] | None) -> list[tuple[str, str | None]]:
    """Sentences with their targets line by line. Raises InputError where the lines do not match."""
    if targets is None:
        return [(source, None) for source in sources]
    if len(sources) != len(targets):
        raise InputError(
            f"there are {len(sources)} sentences and {len(targets)} targets.", "target"
        )
    return list(zip(sources, targets, strict=True))
