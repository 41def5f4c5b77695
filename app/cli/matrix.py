"""An alignment's matrix drawn for a terminal, in its own colour: light and dark read the same."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

from foveate.models.translation.alignment import PairAlignment

BLOCKS = " ░▒▓█"


def drawn(found: PairAlignment, width: int) -> list[str]:
    """The matrix as lines for a terminal: a target word a line, a source word a column.

    Where the terminal is too narrow for all columns, those that fit are drawn, the rest counted.
    """
    source, target = found.source_words, found.target_words
    margin = min(max(map(cell_len, target), default=0), 24)
    most = max(1, (width - margin - 12) // 3)
    lines = _heading(source[:most], margin)
    for word, row in zip(target, found.strengths.tolist(), strict=True):
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
