"""`foveate evaluate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from foveate.app.cli.terminal import CatalogOption, notes, opened
from foveate.models.errors import InputError


def evaluate(
    data: Annotated[Path, typer.Option(help="Folder of the test pairs, NAME.tsv or .tsv.xz")],
    out: Annotated[Path, typer.Option(help="Where the figures go")] = Path("evidence.json"),
    model: Annotated[list[str] | None, typer.Option(help="Only these; else all trained")] = None,
    most: Annotated[int | None, typer.Option(min=1, help="Pairs of each file; else all")] = None,
    catalog: CatalogOption = None,
) -> None:
    """Measure the lab's models: BLEU, BLEU by sentence length, beam, coverage."""
    from foveate.models.evaluation.evidence import lab_cards, measure

    trained = {card.name: card for card in lab_cards(opened(catalog))}
    for name in model or ():
        if name not in trained:
            raise InputError(f"{name!r} was not trained here: give one of {', '.join(trained)}.")
    out.parent.mkdir(parents=True, exist_ok=True)
    scratch = out.with_name(f"{out.name}.new")
    try:  # opened first: what cannot be written is found out before an hour's work
        with scratch.open("w", encoding="utf-8") as file:
            found = measure([trained[name] for name in model or trained], data, notes.print, most)
            file.write(json.dumps(found, indent=1) + "\n")
        scratch.replace(out)
    finally:
        scratch.unlink(missing_ok=True)
    notes.print(f"wrote {out}", highlight=False, soft_wrap=True)
