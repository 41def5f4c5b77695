"""`foveate serve | image | align | models | fetch`."""

from __future__ import annotations

import glob
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from app.align import Aligner, AlignFormat
from app.schemas import Colormap, Method, Mode, Picture
from models.catalog import Precision
from models.inputs import FORMATS
from models.trace import InputError
from models.weights import WeightsError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="See what an attention model attends to.",
    pretty_exceptions_enable=False,
)
SUFFIXES = {f".{name.lower()}" for name in (*FORMATS, "jpg", "tif", "heic", "heif")}
notes = Console(stderr=True)


class Output(StrEnum):
    png = "png"
    json = "json"
    npy = "npy"


def main() -> None:
    """Runs the command line; what the user can mend is one sentence, not a stack trace."""
    try:
        app()
    except (InputError, WeightsError) as error:
        _complain("error", error)
        sys.exit(1)


def _complain(what: object, error: Exception) -> None:
    """One line on standard error. What a user wrote may hold brackets: it is no markup."""
    line = f"[red]{escape(str(what))}:[/red] {escape(str(error))}"
    notes.print(line, highlight=False, soft_wrap=True)


@app.command()
def serve(
    host: Annotated[str, typer.Option(envvar="HOST", help="Address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", min=0, max=65535)] = 8000,
) -> None:
    """Fetch the default weights if need be and serve the site."""
    import uvicorn

    from app.main import create_app
    from app.settings import Settings

    settings = Settings()
    _fetch_defaults(settings.catalog)
    notes.print(f"Foveate on http://{host}:{port}", highlight=False)
    uvicorn.run(create_app(settings), host=host, port=port, log_level="warning")


def _fetch_defaults(extra: Path | None) -> None:
    from models.catalog import Catalog, prepare

    for card in Catalog(*([extra] if extra else [])).values():
        if card.default or card.reverse:  # a default translator's way back aligns pairs with it
            prepare(card, notes.print)


@app.command()
def models(
    catalog: Annotated[Path | None, typer.Option(help="Also this catalog (TOML)")] = None,
) -> None:
    """List the catalog: models, papers, licences, sources."""
    from models.catalog import Catalog
    from models.weights import is_cached

    table = Table("name", "task", "title", "licence", "MB", "ready")
    for card in Catalog(*([catalog] if catalog else [])).values():
        ready = "yes" if is_cached(card.name, card.source) else "on first use"
        size = f"{card.bytes / 1e6:.0f}"
        table.add_row(card.name, card.task, card.title, card.licence, size, ready)
    Console().print(table)


@app.command()
def fetch(
    name: Annotated[str | None, typer.Argument(help="A model; else the default ones")] = None,
    catalog: Annotated[Path | None, typer.Option(help="Also this catalog (TOML)")] = None,
) -> None:
    """Fetch and convert weights into the cache, so that nothing is fetched later."""
    from models.catalog import Catalog, prepare

    if name is None:
        _fetch_defaults(catalog)
        return
    cards = Catalog(*([catalog] if catalog else []))
    if name not in cards:
        raise InputError(f"model {name!r} is not in the catalog: {', '.join(cards)}.", "model")
    prepare(cards[name], notes.print)


@app.command()
def image(
    paths: Annotated[list[str], typer.Argument(help="Photos, folders or quoted globs")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File, or a folder for several photos")
    ] = None,
    format: Annotated[
        Output | None, typer.Option(help="png, json or npy; else by the output's suffix")
    ] = None,
    layer: Annotated[int | None, typer.Option(help="From 1; else the last")] = None,
    site: Annotated[str | None, typer.Option(help="Or a site by name")] = None,
    head: Annotated[str, typer.Option(help="A number from 0, mean or max")] = "mean",
    query: Annotated[str, typer.Option(help="cls, or row,column of the patch grid")] = "cls",
    method: Annotated[Method, typer.Option()] = Method.weights,
    mode: Annotated[Mode, typer.Option(help="The lens")] = Mode.overlay,
    colormap: Annotated[Colormap, typer.Option()] = Colormap.inferno,
    opacity: Annotated[float, typer.Option(min=0, max=1)] = 0.6,
    keep: Annotated[float, typer.Option(min=1, max=100, help="Percent, for filter")] = 60,
    floor: Annotated[float, typer.Option(min=0, max=1, help="For attenuate")] = 0.1,
    smooth: Annotated[bool, typer.Option()] = True,
    resolution: Annotated[int, typer.Option(help="Longest side: 224, 448 or 644")] = 448,
    model: Annotated[str | None, typer.Option()] = None,
    catalog: Annotated[Path | None, typer.Option(help="Also this catalog (TOML)")] = None,
    precision: Annotated[Precision, typer.Option(help="auto takes what is native")] = "auto",
) -> None:
    """Lay a model's attention over photos, or write its numbers."""
    from app.batch import Batch

    picture = Picture(
        site=site,
        layer=layer,
        head=head,
        query=query,
        method=method,
        mode=mode,
        colormap=colormap,
        opacity=opacity,
        keep=keep,
        floor=floor,
        smooth=smooth,
    )
    files = _files(paths)
    kind = format or _by_suffix(output)
    several = len(files) > 1 or any(Path(path).is_dir() for path in paths)
    batch = Batch(model, catalog, precision, resolution, picture, notes.print)
    targets = _targets(files, output, kind.value, several)
    failed = 0
    for file in track(files, "Tracing", console=notes, disable=not several):
        try:
            _write(batch.run(file.read_bytes(), kind.value), targets[file])
        except InputError as error:
            _complain(file, error)
            failed += 1
    if failed:
        raise typer.Exit(1)


@app.command()
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
    beam: Annotated[int, typer.Option(min=1, max=8, help="1 is greedy")] = 1,
    threshold: Annotated[float, typer.Option(min=0.01, max=1, help="Least strength")] = 0.3,
    model: Annotated[str | None, typer.Option()] = None,
    catalog: Annotated[Path | None, typer.Option(help="Also this catalog (TOML)")] = None,
) -> None:
    """Translate sentences, or take their translations, and show which words align."""
    from app.align import pairs

    aligner = Aligner(model, catalog, threshold, notes.print)
    lines = _lines(text, file)
    if text not in (None, "-") and target is None:
        lines = aligner.sentences(lines[0])
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
            _show(aligner, source, given, beam, format)
        except InputError as error:
            _complain(source[:40], error)
            if format is not AlignFormat.text:
                print()
            failed += 1
    if failed:
        raise typer.Exit(1)


@app.command()
def evaluate(
    data: Annotated[Path, typer.Option(help="Folder of the test pairs, NAME.tsv or .tsv.xz")],
    out: Annotated[Path, typer.Option(help="Where the figures go")] = Path("evidence.json"),
    model: Annotated[list[str] | None, typer.Option(help="Only these; else all trained")] = None,
    most: Annotated[int | None, typer.Option(min=1, help="Pairs of each file; else all")] = None,
    catalog: Annotated[Path | None, typer.Option(help="Also this catalog (TOML)")] = None,
) -> None:
    """Measure the lab's models: BLEU, BLEU by sentence length, beam, coverage."""
    import json

    from models.catalog import Catalog
    from models.evidence import lab_cards, measure

    trained = {card.name: card for card in lab_cards(Catalog(*([catalog] if catalog else [])))}
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


def _show(aligner: Aligner, text: str, target: str | None, beam: int, kind: AlignFormat) -> None:
    from app.align import drawn

    found, strengths = aligner.align(text, target, beam)
    for note in (*found.source.notes, *found.target.notes):
        notes.print(f"[yellow]{escape(note)}[/yellow]", highlight=False, soft_wrap=True)
    if kind is not AlignFormat.text:
        print(aligner.encode(found, strengths, kind))
        return
    console = Console(highlight=False)
    console.print(found.target.text, style="bold", markup=False, soft_wrap=True)
    if strengths is None:
        notes.print(f"{aligner.card.name} has no attention over the source: it aligns no words.")
        return
    for line in drawn(found, strengths, console.width):
        console.print(line, markup=False, no_wrap=True, overflow="crop")
    console.print(aligner.encode(found, strengths, AlignFormat.pharaoh), soft_wrap=True)


def _files(paths: list[str]) -> list[Path]:
    found: list[Path] = []
    for text in paths:
        path = Path(text)
        if path.is_dir():
            found += sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES)
        elif any(sign in text for sign in "*?[") and not path.exists():
            found += sorted(p for p in map(Path, glob.glob(text, recursive=True)) if p.is_file())
        elif path.is_file():
            found.append(path)
        else:
            raise InputError(f"there is no file {text!r}: give a photo, a folder or a glob.")
    if not found:
        raise InputError(
            f"no images in {', '.join(paths)}: looked for {', '.join(sorted(SUFFIXES))}."
        )
    return found


def _by_suffix(output: Path | None) -> Output:
    suffix = output.suffix.lower().removeprefix(".") if output else ""
    if suffix and suffix not in list(Output):
        raise InputError(f"cannot write {output}: end it in .png, .json or .npy, or give --format.")
    return Output(suffix) if suffix else Output.png


def _targets(
    files: list[Path], output: Path | None, kind: str, several: bool
) -> dict[Path, Path | None]:
    """Where each photo's result goes. Raises InputError where two would go to one file."""
    targets = {file: _target(file, output, kind, several) for file in files}
    taken: dict[Path | None, Path] = {}
    for file, target in targets.items():
        if target in taken:
            raise InputError(
                f"{taken[target]} and {file} would both be written to {target or '-'}."
            )
        taken[target] = file
    return targets


def _target(file: Path, output: Path | None, kind: str, several: bool) -> Path | None:
    """Where the result of one photo goes: None is standard output (`-o -`)."""
    name = f"{file.stem}.attention.{kind}"
    if output is None:
        return file.with_name(name)
    if str(output) == "-":
        return None
    return output / name if several or output.is_dir() else output


def _write(content: bytes, target: Path | None) -> None:
    if target is None:
        sys.stdout.buffer.write(content)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    notes.print(f"wrote {target}", highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
