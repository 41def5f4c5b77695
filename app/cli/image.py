"""`foveate image`: each photo is worked on or told of, and none stops the rest."""

from __future__ import annotations

import errno
import logging
import sys
from collections.abc import Collection
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import track

from foveate.app.cli.files import bytes_of
from foveate.app.cli.folders import OWN, find, targets
from foveate.app.cli.terminal import CatalogOption, complain, notes
from foveate.app.wire.choices import Colormap, Lens, Method, Picture, Precision
from foveate.models.errors import InputError

if TYPE_CHECKING:
    from foveate.app.cli.photos import Photos

log = logging.getLogger("foveate")
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


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
    from foveate.app.cli.photos import Photos  # torch, which --help does without

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
    found, kind = find(paths), format or _by_suffix(output)
    for text in found.missing:
        complain(text, InputError(f"there is no file {text!r}: give a photo, a folder or a glob."))
    if found.own:
        count = f"{found.own} picture{'s' * (found.own != 1)}"
        notes.print(f"left out {count} of a former run (*{OWN}.*)", highlight=False)
    failed = len(found.missing)
    if found.files:
        several = len(found.files) > 1 or any(Path(path).is_dir() for path in paths)
        places = targets(found.files, output, kind.value, several)
        photos = Photos(model, catalog, precision, resolution, picture, notes.print)
        failed += _run(photos, places, kind.value)
    if failed:
        raise typer.Exit(1)


def _run(photos: Photos, places: dict[Path, Path | None], kind: str) -> int:
    """Each photo's result to its place; how many photos came to none, each told."""
    failed = 0
    for file, target in track(
        places.items(), "Tracing", console=notes, disable=len(places) < 2, total=len(places)
    ):
        try:
            _check(file, target, places)
            content, changed = photos.run(bytes_of(file), kind)
            _write(content, target)
        except Exception as error:
            if isinstance(error, OSError) and error.errno in NO_ROOM:
                raise  # the next one would not go there either
            if not isinstance(error, InputError | OSError):
                log.warning("%s could not be worked out", file, exc_info=True)
            complain(file, error)
            failed += 1
        else:
            for note in changed:
                notes.print(escape(f"{file}: {note}"), highlight=False, soft_wrap=True)
    return failed


def _check(file: Path, target: Path | None, files: Collection[Path]) -> None:
    """Raises InputError for what cannot be read, and for a result that would be a photo's end."""
    if file.is_symlink() and not file.exists():
        raise InputError(f"it is a link to {file.readlink()}, which is not there.")
    if not file.is_file():
        raise InputError("it is not a file.")
    if (
        target is not None
        and target.exists()
        and any(target.samefile(f) for f in files if f.exists())
    ):
        raise InputError(f"its result would be written over the photo {target}: name another -o.")


def _lens(lens: Lens | None, mode: Lens | None) -> Lens:
    """The lens, which may still be given under its old name. Raises BadParameter."""
    if lens is not None and mode is not None and lens is not mode:
        raise typer.BadParameter(
            f"--mode {mode} is the old name of --lens, and --lens is {lens}: leave --mode out."
        )
    return lens or mode or Lens.overlay


def _by_suffix(output: Path | None) -> Output:

    suffix = output.suffix.lower().removeprefix(".") if output else ""
    if suffix and suffix not in list(Output):
        raise InputError(f"cannot write {output}: end it in .png, .json or .npy, or give --format.")
    return Output(suffix) if suffix else Output.png


def _write(content: bytes, target: Path | None) -> None:
    if target is None:
        sys.stdout.buffer.write(content)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    notes.print(escape(f"wrote {target}"), highlight=False, soft_wrap=True)
