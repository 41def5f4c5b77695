"""A shard's rows: what was found of each input, or a sentence on what is wrong with it."""

from __future__ import annotations

import errno
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow

from foveate.app.cli.inputs import Row, written
from foveate.app.cli.journal import Journal
from foveate.app.cli.measures import Asked, Values
from foveate.app.cli.shards import Job, Shards
from foveate.app.cli.terminal import CannotStart, sentence, status_of
from foveate.app.runtime.decoding import NotStarted, Stopped
from foveate.models.errors import InputError, WeightsError

# What a file's name leads to: it is the input's. Any other is the machine's, and may pass.
OF_THE_INPUT = (
    errno.ENOENT,
    errno.EACCES,
    errno.EPERM,
    errno.EISDIR,
    errno.ENOTDIR,
    errno.ENAMETOOLONG,
    errno.ELOOP,
)
PAUSE_SECONDS = 1.0  # before what may pass is tried again
ENDED = (
    "Its worker was ended twice at this input, the second time alone: it takes more memory than "
    "there is, perhaps, or crashes the model."
)
log = logging.getLogger("foveate")


@dataclass(frozen=True, slots=True)
class Task:
    """All that a worker must know but the rows."""

    asked: Asked
    folder: Path
    shards: Shards
    threads: int = 1


class Worker:
    """One model, for any number of shards."""

    def __init__(self, task: Task) -> None:
        import torch

        torch.set_num_threads(task.threads)
        self._shards = task.shards
        self._measure = task.asked.measure(task.folder)

    def __call__(self, job: Job, tell: Callable[[], None] = lambda: None) -> None:
        """Writes a shard, a row an input, and tells of each; rows that a former run has are made
        again where they have an error. Raises CannotStart where the machine is at fault.
        """
        before, journal = self._shards.read(job), self._shards.journal(job)
        made = []
        for at, row in enumerate(job.rows):
            if before is not None and before["error"][at].as_py() is None:
                made.append(before.slice(at, 1))
            else:
                made.append(self._row(journal, job.first + at, row))
            tell()
        self._shards.write(job, pyarrow.concat_tables(made))
        journal.close()

    def _row(self, journal: Journal, number: int, row: Row) -> pyarrow.Table:
        told: Values = {"row": number, **written(row)}
        if journal.ends(number):
            return self._table(told | {"error": ENDED})
        journal.at(number)
        try:
            return self._table(told | self._found(row))
        except Exception as error:
            if not _of_the_input(error) and not journal.troubled(number):
                journal.trouble(number)
                raise CannotStart(_trouble(number, row, error)) from error
            if not isinstance(error, InputError | OSError):
                log.warning("row %d could not be worked out", number, exc_info=True)
            return self._table(told | {"error": _sentence(error)})

    def _found(self, row: Row) -> Values:
        """What may pass is tried twice."""
        try:
            return self._measure(row)
        except Exception as error:
            if not _may_pass(error):
                raise
        time.sleep(PAUSE_SECONDS)
        return self._measure(row)

    def _table(self, row: Values) -> pyarrow.Table:
        """Of one row, so that what cannot be written is this input's error too."""
        return pyarrow.Table.from_pylist([row], self._shards.schema)


def failure(error: Exception) -> str:
    """What ended a worker, in a sentence; what nobody expects also goes to the log."""
    if status_of(error) is not None:
        return sentence(error)
    log.error("a worker failed", exc_info=error)
    return f"A worker failed: {type(error).__name__}: {error}"


def _of_the_input(error: Exception) -> bool:
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in OF_THE_INPUT
    return not isinstance(error, NotStarted | WeightsError)


def _may_pass(error: Exception) -> bool:
    """A decoder that is late or ended may have been so for the machine's sake, as may be memory."""
    late = isinstance(error.__cause__, Stopped)
    return late or isinstance(error, MemoryError) or not _of_the_input(error)


def _sentence(error: Exception) -> str:
    """What can be written, whatever bytes a file's name has."""
    if isinstance(error, OSError) and error.strerror:
        said = error.strerror
    else:
        said = str(error) if isinstance(error, InputError) else f"{type(error).__name__}: {error}"
    return said.encode("utf-8", "backslashreplace").decode()


def _trouble(number: int, row: Row, error: Exception) -> str:
    name = next((value for value in written(row).values() if value), "empty")
    return (
        f"row {number} ({name[:80]}): {_sentence(error)}, twice. What is done is kept: give the "
        "same command again once this has passed. If this row fails so again it gets an error, and "
        "the rest goes on."
    )
