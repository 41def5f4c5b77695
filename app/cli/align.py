"""`foveate align`: which sentences, and how their alignment is shown."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import track

from foveate.app.cli.terminal import CatalogOption, complain, notes
from foveate.models.errors import InputError

if TYPE_CHECKING:
    from foveate.app.cli.pairs import Pairs
    from foveate.models.translation.result import Translation


class AlignFormat(StrEnum):
    text = "text"
    json = "json"
    csv = "csv"
    pharaoh = "pharaoh"


def align(
    text: Annotated[
        str | None, typer.Argument(help="A sentence or paragraph; - or nothing is standard input")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("-f", "--file", help="Sentences, one a line", exists=True)
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="The translation, aligned in both directions")
    ] = None,
    target_file: Annotated[
        Path | None, typer.Option(help="Translations, one a line", exists=True)
    ] = None,
    format: Annotated[AlignFormat, typer.Option(help="text draws a matrix")] = AlignFormat.text,
    tokens: Annotated[
        bool, typer.Option("--tokens", help="Lines are tokens, one space between: links count them")
    ] = False,
    words: Annotated[
        bool,
        typer.Option("--words", help="What links count, source ||| target, on standard error"),
    ] = False,
    beam: Annotated[int, typer.Option(min=1, max=8, help="1 is greedy")] = 1,
    threshold: Annotated[float, typer.Option(min=0.01, max=1, help="Least strength")] = 0.3,
    model: Annotated[str | None, typer.Option()] = None,
    catalog: CatalogOption = None,
) -> None:
    """Translate sentences, or take their translations, and show which words align."""
    from foveate.app.cli.pairs import Pairs, pairs

    model_pairs = Pairs(model, catalog, threshold, notes.print)
    lines = _lines(text, file)
    if text not in (None, "-") and target is None and not tokens:
        lines = model_pairs.sentences(lines[0])
    targets = [target] if target is not None else None
    if target_file is not None:
        targets = _whole_lines(target_file.read_bytes(), target_file)
    work = pairs(lines, targets)
    failed = 0
    for source, given in track(work, "Aligning", console=notes, disable=len(work) == 1):
        if not source.strip() and len(work) > 1:
            print()  # an empty line stays one, so that lines stay beside their sources
            continue
        try:
            found = model_pairs.translate(source, given, beam, tokens)
            _show(model_pairs, found, format, words)
        except InputError as error:
            complain(source[:40], error)
            if format is not AlignFormat.text:
                print()
            failed += 1
    if failed:
        raise typer.Exit(1)


def _lines(text: str | None, file: Path | None) -> list[str]:
    if file is not None:
        return _whole_lines(file.read_bytes(), file)
    if text is None or text == "-":
        return _whole_lines(sys.stdin.buffer.read(), "standard input")
    return [text]


def _whole_lines(content: bytes, name: object) -> list[str]:

    try:
        return content.decode("utf-8-sig").removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{name} is not UTF-8 at line {line}: save it as UTF-8.") from error


def _show(pairs: Pairs, found: Translation, kind: AlignFormat, words: bool) -> None:
    for note in (*found.source.notes, *found.target.notes):
        notes.print(f"[yellow]{escape(note)}[/yellow]", highlight=False, soft_wrap=True)
    if words:
        notes.print(_words(found), markup=False, highlight=False, soft_wrap=True)
    if kind is AlignFormat.text:
        _draw(pairs, found)
        return
    print(_encoded(pairs, found, kind))


def _words(found: Translation) -> str:
    """What links count, as aligners take a tokenised pair (Dyer et al. 2013, fast_align)."""
    from foveate.models.translation.alignment import texts_of

    sides = (texts_of(text.words) for text in (found.source, found.target))
    return " ||| ".join(" ".join(side) for side in sides)


def _encoded(pairs: Pairs, found: Translation, kind: AlignFormat) -> str:
    """One sentence's result as a line of JSON, a CSV table or Pharaoh's links."""
    from foveate.app.cli.pairs import as_csv, as_json

    aligned = pairs.align(found)
    match kind:
        case AlignFormat.json:
            return as_json(aligned)
        case AlignFormat.csv:
            return as_csv(aligned)
        case _:
            return aligned.pharaoh


def _draw(pairs: Pairs, found: Translation) -> None:
    from foveate.app.cli.matrix import drawn
    from foveate.models.translation import alignment

    console = Console(highlight=False)
    console.print(found.target.text, style="bold", markup=False, soft_wrap=True)
    if not alignment.aligns(found):
        notes.print(f"{pairs.card.name} has no attention over the source: it aligns no words.")
        return
    aligned = pairs.align(found)
    for line in drawn(aligned, console.width):
        console.print(line, markup=False, no_wrap=True, overflow="crop")
    console.print(aligned.pharaoh, soft_wrap=True)
