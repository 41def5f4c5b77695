"""Sentences through translation models without a server: what `foveate align` runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from rich.cells import cell_len, set_cell_size
from torch import Tensor

from app import wire_text
from models import alignment
from models import text as texts
from models.catalog import Card, Catalog, TranslationModel, load
from models.trace import InputError
from models.translation import Translation

BLOCKS = " ░▒▓█"  # in the terminal's own colour, so that light and dark ones read the same


class AlignFormat(StrEnum):
    text = "text"
    json = "json"
    csv = "csv"
    pharaoh = "pharaoh"


class Aligner:
    """One direction's model, and where there is a target also the way back, for many sentences."""

    def __init__(
        self,
        model: str | None,
        catalog: Path | None,
        threshold: float,
        report: Callable[[str], None],
    ) -> None:
        cards = Catalog(*([catalog] if catalog else []))
        self.card = cards.card(model, "translation")
        self.threshold = threshold
        self._model: TranslationModel = load(self.card, report=report)
        self._cards, self._report = cards, report
        self._reverse: TranslationModel | None = None

    def sentences(self, text: str) -> list[str]:
        """A text's sentences. Raises InputError."""
        language = self.card.languages[0] if self.card.languages else "en"
        return texts.sentences(texts.clean(text), language)

    def align(self, text: str, target: str | None, beam: int) -> tuple[Translation, Tensor | None]:
        """One sentence's translation and the strength of every word pair, target by source.

        With a target both directions' models align it, symmetrised (models/alignment.py). A model
        without weights over the source has no strengths.
        """
        source = self._model.read(_line(text, "text"))
        if target is None:
            found = self._model.translate([source], beam)[0]
            return found, _weights(self.card, found)
        given = self._model.read_target(_line(target, "target"))
        found = self._model.force(source, given)
        if self.card.reverse is None:
            return found, _weights(self.card, found)
        card = self._cards.card(self.card.reverse, "translation")
        if self._reverse is None:
            self._reverse = load(card, report=self._report)
        spans = [[(w.start, w.end) for w in alignment.real(t.words)] for t in (source, given)]
        read = self._reverse.read(given.text, spans[1])
        back = self._reverse.force(read, self._reverse.read_target(source.text, spans[0]))
        return found, _symmetrised(_weights(self.card, found), _weights(card, back))

    def encode(self, found: Translation, strengths: Tensor | None, kind: AlignFormat) -> str:
        """One sentence's result as a line of JSON, a CSV table or Pharaoh's links. InputError."""
        if strengths is None:
            wire_text.needed_aligner(self.card, found)
        assert strengths is not None
        links = alignment.links(strengths, self.threshold)
        match kind:
            case AlignFormat.json:
                return wire_text.pair(self.card.name, found, strengths, links).model_dump_json()
            case AlignFormat.csv:
                return _csv(found, strengths)
            case _:
                return alignment.pharaoh(links)


def _line(text: str, parameter: str) -> str:
    return " ".join(texts.clean(text, parameter).split("\n"))


def _weights(card: Card, found: Translation) -> Tensor | None:
    guide = wire_text.aligner(card, found)
    return None if guide is None else wire_text.real_weights(found, guide)


def _symmetrised(ahead: Tensor | None, back: Tensor | None) -> Tensor | None:
    return None if ahead is None or back is None else alignment.symmetrise(ahead, back)


def _csv(found: Translation, strengths: Tensor) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["", *(word.text for word in alignment.real(found.source.words))])
    for word, row in zip(
        alignment.real(found.target.words), wire_text.matrix(strengths), strict=True
    ):
        writer.writerow([word.text, *row])
    return buffer.getvalue().rstrip("\n")


def drawn(found: Translation, strengths: Tensor, width: int) -> list[str]:
    """The matrix as lines for a terminal: a target word a line, a source word a column.

    Where the terminal is too narrow for all columns, those that fit are drawn, the rest counted.
    """
    source = [word.text for word in alignment.real(found.source.words)]
    target = [word.text for word in alignment.real(found.target.words)]
    margin = min(max(map(cell_len, target), default=0), 24)
    most = max(1, (width - margin - 12) // 3)
    lines = _heading(source[:most], margin)
    for word, row in zip(target, strengths.tolist(), strict=True):
        name = set_cell_size(word, min(margin, cell_len(word)))
        cells = " ".join(_block(weight) * 2 for weight in row[:most])
        lines.append(f"{' ' * (margin - cell_len(name))}{name} {cells}".rstrip())
    if len(source) > most:
        lines.append(f"({len(source) - most} source words more: widen the terminal)")
    return lines


def _heading(words: list[str], margin: int) -> list[str]:
    """Column names, each on a line of its own with a rule down to its column."""
    left = " " * (margin + 1)
    names = [f"{left}{'│  ' * number}┌ {word}" for number, word in enumerate(words)]
    return [*names, (left + "│  " * len(words)).rstrip()]


def _block(weight: float) -> str:
    return BLOCKS[round(min(weight, 1) * (len(BLOCKS) - 1))]


def pairs(sources: list[str], targets: list[str] | None) -> list[tuple[str, str | None]]:
    """Sentences with their targets line by line. Raises InputError where the lines do not match."""
    if targets is None:
        return [(source, None) for source in sources]
    if len(sources) != len(targets):
        raise InputError(
            f"there are {len(sources)} sentences and {len(targets)} targets.", "target"
        )
    return list(zip(sources, targets, strict=True))
