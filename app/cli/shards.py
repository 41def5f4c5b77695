"""A run over a data set in parts that are whole or not there, so that it goes on after a kill.

Beside `out.parquet` lies `out.parquet.parts` while it is made: what the run is of, and a Parquet
file for each shard that is done, which says so too. In the end they become one file, which says
what it is of as well.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow
from pyarrow import parquet

from foveate.app.cli.inputs import Row
from foveate.app.cli.journal import Journal
from foveate.app.cli.terminal import CannotStart

RUN = "foveate"  # a file's metadata: what the run was of, as JSON
RUN_FILE = "run.json"
OURS = re.compile(r"\d{6,}\.(parquet|at|trouble)|run\.json|\.(\d{6,}\.parquet|run\.json)\.\d+")


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
        if self.output.exists():
            self._check_ours()
        if not resume:
            self.clear()
            self.output.unlink(missing_ok=True)
        if self.output.exists():
            self._check(self.output, _run_of(self.output) or "")
            return False
        self._open()
        return True

    def reopen(self, jobs: Sequence[Job]) -> None:
        """Makes parts of the whole file again, but those that are there from a former `reopen`."""
        self._open()
        whole = parquet.ParquetFile(self.output)
        with contextlib.closing(whole):
            for at, job in enumerate(jobs):
                if not self._is_whole(job):
                    self.write(job, whole.read_row_group(at))

    def _open(self) -> None:
        """Raises CannotStart where parts of another run lie there."""
        said = self.folder / RUN_FILE
        if said.exists():
            self._check(self.folder, said.read_text("utf-8"))
        self.folder.mkdir(parents=True, exist_ok=True)
        for at in self.folder.glob("*.at"):
            at.unlink()  # who was ended with the whole run is to blame for nothing
        with _whole(said) as scratch:
            scratch.write(self.run.encode())

    def clear(self) -> None:
        """Takes away the parts, and last what they are of: a kill meanwhile leaves them known."""
        if not self.folder.exists():
            return
        ours = [file for file in self.folder.iterdir() if OURS.fullmatch(file.name)]
        for file in sorted(ours, key=lambda file: file.name == RUN_FILE):
            file.unlink()
        with contextlib.suppress(OSError):  # what is not ours keeps it there
            self.folder.rmdir()

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

    def left(self, jobs: Sequence[Job], retry: bool = False) -> list[Job]:
        """Those whose shard is not there, not whole or of another run; to `retry`, those with an
        error too.
        """
        return [job for job in jobs if not self._is_whole(job) or (retry and self._fails(job))]

    def _is_whole(self, job: Job) -> bool:
        shard = self._shard(job)
        return _count(shard) == len(job.rows) and _run_of(shard) == self.run

    def _fails(self, job: Job) -> bool:
        return bool(_errors(self._shard(job)))

    def journal(self, job: Job) -> Journal:
        return Journal(self._shard(job))

    def read(self, job: Job) -> pyarrow.Table | None:
        """A shard's rows, where it is whole."""
        if not self._is_whole(job):
            return None
        return parquet.read_table(_opened(self._shard(job))).replace_schema_metadata(None)

    def write(self, job: Job, table: pyarrow.Table) -> None:
        with _whole(self._shard(job)) as scratch:
            parquet.write_table(self._signed(table), scratch, compression="zstd")

    def _signed(self, table: pyarrow.Table) -> pyarrow.Table:
        """What says what it is of: no shard of another run is taken for one of this."""
        return table.replace_schema_metadata({RUN: self.run})

    def end(self, jobs: Sequence[Job]) -> None:
        """Puts all shards into one file, in order, a row group each. Raises CannotStart where one
        is not this run's: a worker far away may outlive the run that was killed, and write its own.
        """
        schema = self.schema.with_metadata({RUN: self.run})
        with (
            _whole(self.output) as scratch,
            parquet.ParquetWriter(scratch, schema, compression="zstd") as writer,
        ):
            for job in jobs:
                table = self.read(job)
                if table is None:
                    raise CannotStart(
                        f"{self._shard(job)} is not of this run any more, or not there: give the "
                        "same command again, which makes it anew."
                    )
                writer.write_table(self._signed(table), row_group_size=len(job.rows))
        with contextlib.suppress(OSError):
            self.clear()

    def errors(self) -> list[str]:
        """What is wrong with inputs, in their order, of the whole file."""
        return _errors(self.output)

    def _shard(self, job: Job) -> Path:
        return self.folder / f"{job.shard:06}.parquet"


@contextlib.contextmanager
def _whole(file: Path) -> Iterator[BinaryIO]:
    """A file to write, which takes the place of another once it is whole and on the disk."""
    scratch = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with scratch.open("wb") as written:
            yield written
            written.flush()
            os.fsync(written.fileno())
        scratch.replace(file)
    except OSError as error:
        error.filename = error.filename or str(file)  # a full disk says none
        raise
    finally:
        scratch.unlink(missing_ok=True)


def _opened(file: Path) -> pyarrow.PythonFile:
    """By Python: pyarrow refuses names that are not UTF-8."""
    return pyarrow.PythonFile(file.open("rb"), mode="r")


def _count(shard: Path) -> int | None:
    try:
        return int(parquet.read_metadata(_opened(shard)).num_rows)
    except (OSError, pyarrow.ArrowException):
        return None


def _errors(file: Path) -> list[str]:
    found = parquet.read_table(_opened(file), columns=["error"])["error"]
    return [str(each) for each in found.drop_null().to_pylist()]


def _run_of(file: Path) -> str | None:
    try:
        said = (parquet.read_schema(_opened(file)).metadata or {}).get(RUN.encode())
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
