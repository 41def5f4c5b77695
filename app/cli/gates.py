"""`foveate gates`: what the gates of a network are on a photo, and what comes out with them set."""

from __future__ import annotations

import io
import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from foveate.app.cli.files import bytes_of
from foveate.app.cli.terminal import CatalogOption, notes, opened
from foveate.models.errors import InputError

if TYPE_CHECKING:
    from foveate.models.analysis.gates import GateView
    from foveate.models.intervention import Intervention, Setting
    from foveate.models.trace import Trace

FORMATS = (".png", ".npy", ".json")
Names = Annotated[list[str] | None, typer.Option(help="A gate by its site, or all; repeatable")]


class TableFormat(StrEnum):
    text = "text"
    csv = "csv"
    json = "json"


def gates(
    photo: Annotated[Path, typer.Argument(help="A photo")],
    model: Annotated[str, typer.Option(help="A model with gates or skips")] = "selfie-segmentation",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="What comes out: .png, .npy or .json")
    ] = None,
    open: Names = None,
    close: Names = None,
    flat: Names = None,
    set: Annotated[
        list[str] | None,
        typer.Option(help="SITE=0.3 for a gate, SITE:7=0.3 for a channel of it; repeatable"),
    ] = None,
    cut: Annotated[list[str] | None, typer.Option(help="A skip by name; repeatable")] = None,
    table: Annotated[
        TableFormat | None, typer.Option(help="Every gate: text, csv (all values) or json")
    ] = None,
    resolution: Annotated[int, typer.Option(help="Longest side: 224, 448 or 644")] = 224,
    catalog: CatalogOption = None,
) -> None:
    """Show the gates of a network on a photo, set them, and write what comes out."""
    from foveate.app.runtime.decoding import BATCH_SECONDS, Decoder
    from foveate.models.analysis.difference import difference
    from foveate.models.analysis.gates import gate_views
    from foveate.models.analysis.segmentation import in_words, segments
    from foveate.models.catalog.load import load

    if output is not None and output.suffix not in FORMATS:
        raise InputError(f"cannot write {output}: end it in {', '.join(FORMATS)}.")
    if not photo.is_file():
        raise InputError(f"there is no file {str(photo)!r}: give a photo.")
    asked = _asked({"open": open, "closed": close, "flat": flat}, set or [], cut or [])
    zoo = load(opened(catalog).card(model, "image"), "auto", notes.print)
    seen = Decoder(1, BATCH_SECONDS).decode(bytes_of(photo))
    trace = zoo.trace(seen, resolution, asked)
    if asked.key:
        found = difference(trace, zoo.trace(seen, resolution))
        notes.print(f"Against the untouched pass: {found.words}", highlight=False, soft_wrap=True)
    segmented = trace.offers.output == "segmentation"
    if segmented:
        notes.print(in_words(segments(trace)), highlight=False, soft_wrap=True)
    if table or (output is None and (trace.offers.gates or not segmented)):
        _tell(gate_views(trace), table or TableFormat.text)
    if output is not None:
        output.write_bytes(_content(trace, output.suffix))
        notes.print(f"wrote {output}", highlight=False, soft_wrap=True, markup=False)


def _asked(words: dict[str, list[str] | None], numbers: list[str], cuts: list[str]) -> Intervention:
    """What the options say together. Raises InputError."""
    from foveate.models.intervention import Intervention

    found: dict[str, Setting] = {}
    for word, names in words.items():
        for name in names or []:
            _once(found, name)
            found[name] = word  # type: ignore[assignment]
    for text in numbers:
        _number(found, text)
    return Intervention(found, tuple(cuts))


def _number(found: dict[str, Setting], text: str) -> None:
    """SITE=NUMBER, or SITE:CHANNEL=NUMBER, of which a gate may have several."""
    name, given, value = text.rpartition("=")
    site, colon, channel = name.partition(":")
    try:
        setting = float(value)
        number = int(channel) if colon else None
    except ValueError:
        given = ""
    if not given:
        raise InputError(f"--set {text!r} is no SITE=NUMBER or SITE:CHANNEL=NUMBER.", "set")
    if number is None:
        _once(found, site)
        found[site] = setting
        return
    known = found.setdefault(site, {})
    if not isinstance(known, dict):
        raise InputError(f"gate {site!r} is set twice: say it once.", "set")
    known[number] = setting


def _once(found: dict[str, Setting], name: str) -> None:
    if name in found:
        raise InputError(f"gate {name!r} is set twice: say it once.", "set")


def _tell(views: list[GateView], form: TableFormat) -> None:
    """Every gate on standard output."""
    match form:
        case TableFormat.csv:
            rows = (
                f"{view.site},{number},{value:.7g}\n"
                for view in views
                for number, value in enumerate(view.values.tolist())
            )
            sys.stdout.write(f"site,{views[0].of},value\n" + "".join(rows))
        case TableFormat.json:
            from foveate.app.wire.gates import GateValues

            told = [GateValues.of_view(view).model_dump(mode="json") for view in views]
            sys.stdout.write(json.dumps(told) + "\n")
        case _:
            Console().print(_table(views))


def _table(views: list[GateView]) -> Table:
    name = Column("gate", no_wrap=True)
    table = Table(name, "of", "values", "lowest", "mean", "highest", "opens", "set to")
    for view in views:
        values = (view.values.min(), view.values.mean(), view.values.max())
        low, mean, high = (f"{float(value):.3f}" for value in values)
        setting = "" if view.setting is None else str(view.setting)
        size = str(len(view.values))
        table.add_row(view.site, view.of, size, low, mean, high, view.opens or "", setting)
    return table


def _content(trace: Trace, suffix: str) -> bytes:
    """What comes out, as a file of that kind. Raises InputError where there is no picture of it."""
    import numpy as np

    from foveate.app import render
    from foveate.app.wire.gates import DRAWN, MadeOutput, made_by

    if suffix == ".json":
        return MadeOutput.of(trace).model_dump_json().encode()
    kind = made_by(trace, DRAWN) if suffix == ".png" else made_by(trace)
    made = trace.outputs[kind]
    if suffix == ".png":
        return render.png(render.output(made), f"{trace.model}, {kind}")
    found = made.value().float().numpy()
    buffer = io.BytesIO()
    np.save(buffer, found, allow_pickle=False)
    return buffer.getvalue()
