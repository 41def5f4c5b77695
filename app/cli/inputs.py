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
Line = tuple[int, list[str]]  # a table's: its number from 1, and its cells
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
    place = place.absolute()  # a cluster's workers stand in folders of their own
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


def written(row: Row) -> Row:
    """A row as a file of UTF-8 can hold it: bytes of a name that are none stand as \\xe9."""
    return {name: value and _readable(value) for name, value in row.items()}


def _readable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _state(file: Path) -> tuple[int, int] | None:
    """A file's size and time; None where there is none."""
    try:
        found = file.stat()
    except (OSError, ValueError):  # ValueError: no file's name has a NUL
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


def _table(place: Path) -> tuple[list[str], Iterable[dict[str, Any]]]:
    """The names of a table's columns, and its rows. Raises InputError."""
    if place.suffix.lower() == ".parquet":
        return _parquet(place)
    data = place.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{place} is not UTF-8 at line {line}: save it as UTF-8.") from error
    lines = _tabbed(text) if place.suffix.lower() == ".tsv" else _quoted(text, place)
    _, names = next(lines, (1, []))
    return names, _named(names, lines, place)


def _tabbed(text: str) -> Iterator[Line]:
    """The lines of a TSV, whose cells are between tabs as they are: a quote is a quote."""
    for number, line in enumerate(text.split("\n"), 1):
        if found := line.removesuffix("\r"):
            yield number, found.split("\t")


def _quoted(text: str, place: Path) -> Iterator[Line]:
    """The lines of a CSV, by the number that each begins at. Raises InputError."""
    csv.field_size_limit(FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 1
    try:
        for cells in reader:
            if cells:
                yield number, cells
            number = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"{place} cannot be read as a table: {error}, in what begins at line {number}."
        ) from error


def _named(names: list[str], lines: Iterator[Line], place: Path) -> Iterator[dict[str, Any]]:
    """Cells by their columns. Raises InputError for a line with more of them than there are."""
    for number, cells in lines:
        if any(cells[len(names) :]):
            raise InputError(
                f"{place} has {len(cells)} cells at line {number} and {len(names)} columns: leave "
                "some out, or put what has the separator in it in quotes (CSV)."
            )
        yield dict(zip(names, cells, strict=False))


def _parquet(place: Path) -> tuple[list[str], list[dict[str, Any]]]:
    import pyarrow
    from pyarrow import parquet

    try:
        names = parquet.read_schema(place).names
        wanted = [name for name in ("path", "source", "target") if name in names]
        return names, parquet.read_table(place, columns=wanted).to_pylist()
    except (pyarrow.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise InputError(f"{place} cannot be read as Parquet: {error}.") from error
