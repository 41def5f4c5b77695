"""`foveate video`: a clip's frames under what one patch sees in them, and its numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from foveate.app.cli.files import bytes_of
from foveate.app.cli.terminal import CatalogOption, notes, opened
from foveate.app.wire.choices import By, Colormap, Lens, Precision
from foveate.models.errors import InputError


def video(
    path: Annotated[Path, typer.Argument(help="A video or an animated image")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for what is written")],
    query: Annotated[
        str | None, typer.Option(help="frame,row,column; else the middle of the clip")
    ] = None,
    layer: Annotated[int | None, typer.Option(help="From 1; else the last")] = None,
    site: Annotated[str | None, typer.Option(help="Or a site by name")] = None,
    head: Annotated[str, typer.Option(help="A number from 0, mean or max")] = "mean",
    frames: Annotated[int, typer.Option(help="How many are taken evenly, 8 to 48")] = 24,
    start: Annotated[float | None, typer.Option(help="Of the part, in seconds")] = None,
    end: Annotated[float | None, typer.Option(help="Of the part, in seconds")] = None,
    propagate: Annotated[
        bool, typer.Option("--propagate", help="Carry what is at the query through the clip too")
    ] = False,
    by: Annotated[
        By | None, typer.Option(help="By what it is carried; else keys, where the site has them")
    ] = None,
    similarity: Annotated[float, typer.Option(min=-1, max=1, help="Of what is carried")] = 0.5,
    html: Annotated[
        bool,
        typer.Option(
            "--html", help="Write view.html too, which needs no server: this layer, all its heads"
        ),
    ] = False,
    lens: Annotated[Lens, typer.Option(help="How a frame is drawn")] = Lens.overlay,
    colormap: Annotated[Colormap, typer.Option()] = Colormap.inferno,
    opacity: Annotated[float, typer.Option(min=0, max=1)] = 0.6,
    resolution: Annotated[int, typer.Option(help="Longest side: 224, 336, 448 or 616")] = 336,
    model: Annotated[str | None, typer.Option()] = None,
    catalog: CatalogOption = None,
    precision: Annotated[Precision, typer.Option(help="auto takes what is native")] = "auto",
) -> None:
    """See where and when a patch of a video finds its like."""
    from foveate.app.cli.clips import Clips  # torch, which --help does without
    from foveate.app.wire.choices import Look
    from foveate.models.inputs.clip import Sampling

    sampling = Sampling(frames, start, end)
    if not path.is_file():
        raise InputError(f"there is no file {str(path)!r}: give a video.")
    clips = Clips(opened(catalog).card(model, "image", "video"), precision, notes.print)
    seen = clips.seen(bytes_of(path, "video"), sampling, resolution)
    for note in seen.clip.notes:
        notes.print(escape(note), highlight=False, soft_wrap=True)
    look = Look(lens=lens, colormap=colormap, opacity=opacity)
    shown = seen.site(site, layer)
    _write(output, seen.files(shown, query, head, look))
    if html:
        _write(output, seen.view(shown, query, head, look))
    if propagate:
        _write(output, seen.carried(shown, query, by, similarity))


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    megabytes = sum(map(len, files.values())) / 1e6
    said = f"wrote {len(files)} files to {folder} ({megabytes:.1f} MB)"
    notes.print(escape(said), highlight=False, soft_wrap=True)
