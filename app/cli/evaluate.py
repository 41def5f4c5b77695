"""`foveate evaluate`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from foveate.app.cli.lock import alone
from foveate.app.cli.terminal import CatalogOption, notes, opened
from foveate.models.errors import InputError


def evaluate(
    data: Annotated[
        Path,
        typer.Option(help="Folder of the test pairs, NAME.tsv or .tsv.xz; of photos: --vision"),
    ],
    out: Annotated[Path, typer.Option(help="Where the figures go")] = Path("evidence.json"),
    model: Annotated[list[str] | None, typer.Option(help="Only these; else all trained")] = None,
    most: Annotated[int | None, typer.Option(min=1, help="Pairs of each file; else all")] = None,
    vision: Annotated[
        Path | None, typer.Option(help="The vision lab in its stead: a folder of runs HEAD-SEED")
    ] = None,
    streets: Annotated[
        Path | None, typer.Option(help="Or street scenes: a folder of runs NAME-SEED")
    ] = None,
    when: Annotated[
        Path | None,
        typer.Option(help="Or heads over time: a folder of what/HEAD-SEED, first/HEAD-SEED"),
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option(help="Features, with --vision, --streets or --when; else build/..."),
    ] = None,
    catalog: CatalogOption = None,
) -> None:
    """Measure the lab's models: BLEU, BLEU by sentence length, beam, coverage; or, with --vision,
    accuracy by an object's share of the picture, and whether maps point at it; with --streets, IoU
    by class; with --when, accuracy by a thing's share of the time, and whether weights point at it.
    """
    if vision is not None:
        _write(out, lambda: _pictures(vision, data, cache or Path("build/vision/features")))
        return
    if streets is not None:
        _write(out, lambda: _scenes(streets, data, cache or Path("build/streets/features")))
        return
    if when is not None:
        _write(out, lambda: _clips(when, data, cache or Path("build/when/features")))
        return
    from foveate.models.evaluation.evidence import lab_cards, measure

    trained = {card.name: card for card in lab_cards(opened(catalog))}
    for name in model or ():
        if name not in trained:
            raise InputError(f"{name!r} was not trained here: give one of {', '.join(trained)}.")
    chosen = [trained[name] for name in model or trained]
    _write(out, lambda: measure(chosen, data, notes.print, most))


def _pictures(runs: Path, data: Path, cache: Path) -> dict[str, Any]:
    from foveate.models.evaluation import vision
    from foveate.models.evaluation.runs import runs_in
    from foveate.models.training.vision.features import features
    from foveate.models.zoo.image.heads.table import HEADS

    found = runs_in(runs, HEADS)
    if not found:
        raise InputError(f"--vision {runs} has no finished runs, such as {runs / 'average-0'}.")
    test = features(data, cache, "test", notes.print)
    return vision.measure(found, test, data, notes.print)


def _scenes(runs: Path, data: Path, cache: Path) -> dict[str, Any]:
    from foveate.models.evaluation import streets
    from foveate.models.evaluation.runs import runs_in
    from foveate.models.zoo.image.decoders.table import DECODERS

    found = runs_in(runs, DECODERS)
    if not found:
        raise InputError(f"--streets {runs} has no finished runs, such as {runs / 'unet-0'}.")
    return streets.measure(found, data, cache, notes.print)


def _clips(runs: Path, data: Path, cache: Path) -> dict[str, Any]:
    from foveate.models.evaluation import when
    from foveate.models.evaluation.runs import runs_in
    from foveate.models.training.when.features import takes
    from foveate.models.zoo.video.heads.table import HEADS

    what, first = (runs_in(runs / asked, HEADS) for asked in ("what", "first"))
    if not what:
        raise InputError(f"--when {runs} has no finished runs, such as {runs / 'what/average-0'}.")
    test = takes(data, cache, "test", notes.print)
    return when.measure(what, first, test, notes.print)


def _write(out: Path, work: Callable[[], Any]) -> None:
    scratch = out.with_name(f"{out.name}.new")
    with alone(out):
        try:  # opened first: what cannot be written is found out before an hour's work
            with scratch.open("w", encoding="utf-8") as file:
                file.write(json.dumps(work(), indent=1) + "\n")
            scratch.replace(out)
        finally:
            scratch.unlink(missing_ok=True)
    notes.print(f"wrote {out}", highlight=False, soft_wrap=True)
