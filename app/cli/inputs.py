"""What a data set is of: photos of a folder, or the rows of a table, in their order."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from foveate.app.cli.folders import find
from foveate.models.errors import InputError

Kind = Literal["photos", "sentences"]
Row = dict[str, str | None]  # path, or source and target
TABLES = (".csv", ".tsv", ".parquet")
FIELD = 1_000_000  # characters of a cell; a sentence may have 20,000


class What(StrEnum):
    """What is worked out of each."""

    statistics = "statistics"
    saliency = "saliency"
    alignment = "alignment"
    embeddings = "embeddings"


@dataclass(frozen=True, slots=True)
class Inputs:
    """Rows of one kind. Paths are relative to `folder`; `digest` changes with whatever they say,
    and with the size and time of each photo.
    """

    kind: Kind
    folder: Path
    rows: tuple[Row, ...]

    @property
    def digest(self) -> str:
        found = hashlib.sha256(self.kind.encode())
        for row in self.rows:
            state = _state(self.folder / str(row["path"])) if self.kind == "photos" else None
            found.update(json.dumps([row, state], sort_keys=True).encode() + b"\n")
        return found.hexdigest()


def read_inputs(place: Path) -> Inputs:
    """The photos of a folder, or the rows of a CSV, TSV or Parquet table that has a column `path`,
    or `source` and maybe `target`. Raises InputError.
    """
    if place.is_dir():
        files = find([str(place)]).files
        rows: list[Row] = [{"path": str(file.relative_to(place))} for file in files]
        return Inputs("photos", place, tuple(rows))
    if place.suffix.lower() not in TABLES:
        raise InputError(f"{place} is no folder and no table: give one of {', '.join(TABLES)}.")
    columns, lines = _table(place)
    if "path" in columns:
        return Inputs("photos", place.parent, _chosen(lines, ("path",), place))
    if "source" in columns:
        return Inputs("sentences", place.parent, _chosen(lines, ("source", "target"), place))
    raise InputError(
        f"{place} has the columns {', '.join(columns)[:200]}: name one path, for photos, or source "
        "(and target), for sentences."
    )


def _state(file: Path) -> tuple[int, int] | None:
    """A file's size and time; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _chosen(
    lines: Iterable[dict[str, Any]], names: tuple[str, ...], place: Path
) -> tuple[Row, ...]:
    rows = tuple({name: _text(line.get(name)) for name in names} for line in lines)
    if not rows:
        raise InputError(f"{place} has no rows under its columns.")
    return rows


def _text(value: object) -> str | None:
    return None if value is None or value == "" else str(value)


def _table(place: Path) -> tuple[list[str], Iterator[dict[str, Any]] | list[dict[str, Any]]]:
    """The names of a table's columns, and its rows. Raises InputError."""
    if place.suffix.lower() == ".parquet":
        return _parquet(place)
    csv.field_size_limit(FIELD)
    try:
        text = io.StringIO(place.read_text("utf-8-sig"), newline="")
        comma = "\t" if place.suffix.lower() == ".tsv" else ","
        reader = csv.DictReader(text, delimiter=comma, strict=True)
        return list(reader.fieldnames or ()), list(reader)
    except UnicodeDecodeError as error:
        raise InputError(f"{place} is not UTF-8: save it as UTF-8.") from error
    except csv.Error as error:
        raise InputError(f"{place} cannot be read as a table: {error}.") from error


def _parquet(place: Path) -> tuple[list[str], list[dict[str, Any]]]:
    import pyarrow
    from pyarrow import parquet

    try:
        names = parquet.read_schema(place).names
        wanted = [name for name in ("path", "source", "target") if name in names]
        return names, parquet.read_table(place, columns=wanted).to_pylist()
    except pyarrow.ArrowException as error:
        raise InputError(f"{place} cannot be read as Parquet: {error}.") from error
