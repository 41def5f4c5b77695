"""A run over a data set in parts that are whole or not there, so that it goes on after a kill.

Beside `out.parquet` lies `out.parquet.parts` while it is made: what the run is of, and a Parquet
file for each shard that is done. In the end they become one file, which says what it is of as well.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow
from pyarrow import parquet

from foveate.app.cli.inputs import Row
from foveate.app.cli.terminal import CannotStart

RUN = "foveate"  # the file's metadata: what the run was of, as JSON


@dataclass(frozen=True, slots=True)
class Job:
    """The rows of a shard, the first of them number `first` of all."""

    shard: int
    first: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Shards:
    """The parts of one file. `run` says what they are of: those of another run are not mixed in."""

    output: Path
    run: str
    schema: pyarrow.Schema

    @property
    def folder(self) -> Path:
        return self.output.with_name(f"{self.output.name}.parts")

    def begin(self, resume: bool) -> bool:
        """Whether there is something to do. Raises CannotStart where another's lies there."""
        said = self.folder / "run.json"
        if self.output.exists():
            self._check_ours()
        if not resume and said.exists():
            shutil.rmtree(self.folder)
        if not resume:
            self.output.unlink(missing_ok=True)
        if self.output.exists():
            self._check(self.output, _run_of(self.output) or "")
            return False
        if said.exists():
            self._check(self.folder, said.read_text("utf-8"))
        self.folder.mkdir(parents=True, exist_ok=True)
        with _whole(said) as scratch:
            scratch.write_text(self.run, "utf-8")
        return True

    def _check_ours(self) -> None:
        if _run_of(self.output) is None:
            raise CannotStart(
                f"{self.output} is there already and not of this command: name another -o."
            )

    def _check(self, place: Path, run: str) -> None:
        if run != self.run:
            raise CannotStart(
                f"{place} is there already and of another run ({_difference(run, self.run)}): name "
                "another -o, or begin anew with --no-resume, which deletes it."
            )

    def left(self, jobs: Sequence[Job]) -> list[Job]:
        """Those whose shard is not there, or not whole."""
        return [job for job in jobs if _count(self._shard(job.shard)) != len(job.rows)]

    def write(self, shard: int, rows: list[dict[str, object]]) -> None:
        table = pyarrow.Table.from_pylist(rows, self.schema)
        with _whole(self._shard(shard)) as scratch:
            parquet.write_table(table, scratch, compression="zstd")

    def end(self, jobs: Sequence[Job]) -> int:
        """Puts all shards into one file, in order; returns how many rows have an error."""
        schema, failed = self.schema.with_metadata({RUN: self.run}), 0
        with (
            _whole(self.output) as scratch,
            parquet.ParquetWriter(scratch, schema, compression="zstd") as writer,
        ):
            for job in jobs:
                table = parquet.read_table(self._shard(job.shard))
                failed += len(table) - table["error"].null_count
                writer.write_table(table.replace_schema_metadata({RUN: self.run}))
        shutil.rmtree(self.folder, ignore_errors=True)
        return failed

    def _shard(self, number: int) -> Path:
        return self.folder / f"{number:06}.parquet"


@contextlib.contextmanager
def _whole(file: Path) -> Iterator[Path]:
    """A file to write, which takes the place of another once it is whole and on the disk."""
    scratch = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        yield scratch
        with scratch.open("rb") as written:
            os.fsync(written.fileno())
        scratch.replace(file)
    finally:
        scratch.unlink(missing_ok=True)


def _count(shard: Path) -> int | None:
    try:
        return int(parquet.read_metadata(shard).num_rows)
    except (OSError, pyarrow.ArrowException):
        return None


def _run_of(file: Path) -> str | None:
    try:
        said = (parquet.read_schema(file).metadata or {}).get(RUN.encode())
    except (OSError, pyarrow.ArrowException):
        return None
    return None if said is None else said.decode()


def _difference(one: str, other: str) -> str:
    """What was said otherwise, by name."""
    try:
        before, now = json.loads(one), json.loads(other)
    except ValueError:
        return "what it was of cannot be read"
    names = [name for name in now if before.get(name) != now[name]]
    return ", ".join(f"{name} {before.get(name)!r}, now {now[name]!r}"[:120] for name in names)
