"""`foveate image`: which photos, and where each result goes."""

from __future__ import annotations

import glob
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from app.cli.terminal import CatalogOption, complain, notes
from app.wire.choices import Colormap, Lens, Method, Picture, Precision
from models.errors import InputError


class Output(StrEnum):
    png = "png"
    json = "json"
    npy = "npy"


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
    stack: Annotated[str | None, typer.Option(help="Whose layer or rollout: encoder ...")] = None,
    head: Annotated[str, typer.Option(help="A number from 0, mean or max")] = "mean",
    query: Annotated[str, typer.Option(help="cls, or row,column of the patch grid")] = "cls",
    method: Annotated[Method, typer.Option()] = Method.weights,
    lens: Annotated[Lens | None, typer.Option(help="How it is drawn; else overlay")] = None,
    mode: Annotated[Lens | None, typer.Option(hidden=True, help="The old name of --lens")] = None,
    colormap: Annotated[Colormap, typer.Option()] = Colormap.inferno,
    opacity: Annotated[float, typer.Option(min=0, max=1)] = 0.6,
    keep: Annotated[float, typer.Option(min=1, max=100, help="Percent, for filter")] = 60,
    floor: Annotated[float, typer.Option(min=0, max=1, help="For attenuate")] = 0.3,
    smooth: Annotated[bool, typer.Option()] = True,
    resolution: Annotated[int, typer.Option(help="Longest side: 224, 448 or 644")] = 448,
    model: Annotated[str | None, typer.Option()] = None,
    catalog: CatalogOption = None,
    precision: Annotated[Precision, typer.Option(help="auto takes what is native")] = "auto",
) -> None:
    """Lay a model's attention over photos, or write its numbers."""
    from app.cli.photos import Photos

    picture = Picture(
        site=site,
        layer=layer,
        stack=stack,
        head=head,
        query=query,
        method=method,
        lens=_lens(lens, mode),
        colormap=colormap,
        opacity=opacity,
        keep=keep,
        floor=floor,
        smooth=smooth,
    )
    files = _files(paths)
    kind = format or _by_suffix(output)
    several = len(files) > 1 or any(Path(path).is_dir() for path in paths)
    photos = Photos(model, catalog, precision, resolution, picture, notes.print)
    targets = _targets(files, output, kind.value, several)
    failed = 0
    for file in track(files, "Tracing", console=notes, disable=not several):
        try:
            _write(photos.run(file.read_bytes(), kind.value), targets[file])
        except InputError as error:
            complain(file, error)
            failed += 1
    if failed:
        raise typer.Exit(1)


def _lens(lens: Lens | None, mode: Lens | None) -> Lens:
    """The lens, which may still be given under its old name. Raises BadParameter."""
    if lens is not None and mode is not None and lens is not mode:
        raise typer.BadParameter(
            f"--mode {mode} is the old name of --lens, and --lens is {lens}: leave --mode out."
        )
    return lens or mode or Lens.overlay


def _files(paths: list[str]) -> list[Path]:
    from models.inputs.photo import FORMATS

    suffixes = {f".{name.lower()}" for name in (*FORMATS, "jpg", "tif", "heic", "heif")}
    found: list[Path] = []
    for text in paths:
        path = Path(text)
        if path.is_dir():
            found += sorted(p for p in path.rglob("*") if p.suffix.lower() in suffixes)
        elif any(sign in text for sign in "*?[") and not path.exists():
            found += sorted(p for p in map(Path, glob.glob(text, recursive=True)) if p.is_file())
        elif path.is_file():
            found.append(path)
        else:
            raise InputError(f"there is no file {text!r}: give a photo, a folder or a glob.")
    if not found:
        raise InputError(
            f"no images in {', '.join(paths)}: looked for {', '.join(sorted(suffixes))}."
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
