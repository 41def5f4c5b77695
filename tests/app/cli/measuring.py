"""What no model at hand does when it is asked to: fail, end its process, find no disk."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow
from pyarrow import parquet

from foveate.app.cli.inputs import Row, What
from foveate.app.cli.measures import Asked, Values
from foveate.app.cli.shards import Job, Shards


class Measuring(Asked):
    """A sentence is what happens at it; any other is embedded as its length."""

    def measure(self, folder: Path) -> Callable[[Row], Values]:
        def of(row: Row) -> Values:
            source = row["source"] or ""
            match source:
                case "kill":
                    os.kill(os.getpid(), signal.SIGKILL)
                case "raise":
                    raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")
                case "disk":
                    raise OSError(errno.EIO, os.strerror(errno.EIO), "a.jpg")
            return {"embedding": [len(source)]}

        return of


class Unloadable(Asked):
    def measure(self, folder: Path) -> Callable[[Row], Values]:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


MEASURING = Measuring(What.embeddings, "sentences", None, None, "float32", 224, 1, 0.3)
UNLOADABLE = Unloadable(What.embeddings, "sentences", None, None, "float32", 224, 1, 0.3)


def shards_of(output: Path, asked: Asked = MEASURING) -> Shards:
    shards = Shards(output, "{}", asked.schema())
    assert shards.begin(resume=True)
    return shards


def jobs_of(sources: Sequence[str], size: int = 2) -> list[Job]:
    rows: list[Row] = [{"source": source, "target": None} for source in sources]
    firsts = range(0, len(rows), size)
    return [Job(n, at, tuple(rows[at : at + size])) for n, at in enumerate(firsts)]


def rows_of(shards: Shards, jobs: list[Job]) -> list[dict[str, Any]]:
    """Once all shards are there: what their file has."""
    shards.end(jobs)
    table: pyarrow.Table = parquet.read_table(shards.output)
    return list(table.to_pylist())
