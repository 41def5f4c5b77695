"""Processes that are ended, that cannot begin, and rows at which no worker survives."""

from __future__ import annotations

from pathlib import Path

import pytest

from foveate.app.cli.pool import locally
from foveate.app.cli.rows import ENDED, Task
from foveate.app.cli.terminal import CannotStart
from tests.app.cli.measuring import MEASURING, UNLOADABLE, jobs_of, rows_of, shards_of

pytestmark = pytest.mark.slow


def test_an_input_that_ends_its_worker_costs_its_row_alone(tmp_path: Path) -> None:
    shards = shards_of(tmp_path / "out.parquet")
    jobs = jobs_of(["a", "bb", "ccc", "kill", "eeeee", "kill", "g"])
    told = list(locally(Task(MEASURING, tmp_path, shards), jobs, workers=2))
    assert sum(told) == 7
    assert min(told) < 0  # what was done beside it is done again
    assert shards.left(jobs) == []
    found = rows_of(shards, jobs)
    assert [row["row"] for row in found] == list(range(7))
    assert [row["error"] for row in found] == [None, None, None, ENDED, None, ENDED, None]
    assert [row["embedding"] for row in found if not row["error"]] == [[1], [2], [3], [5], [1]]
    assert not shards.folder.exists()


def test_a_disk_that_cannot_be_read_ends_the_run_which_resumes(tmp_path: Path) -> None:
    task = Task(MEASURING, tmp_path, shards_of(tmp_path / "out.parquet"))
    jobs = jobs_of(["a", "bb", "disk", "dddd"])
    words = r"row 2 \(disk\): Input/output error, twice. What is done is kept: give the same"
    with pytest.raises(CannotStart, match=words):
        list(locally(task, jobs, workers=1))
    shards = shards_of(tmp_path / "out.parquet")  # the same command
    assert shards.left(jobs) == [jobs[1]]
    assert sum(locally(task, shards.left(jobs), workers=1)) == 2
    errors = [row["error"] for row in rows_of(shards, jobs)]
    assert errors == [None, None, "Input/output error", None]


def test_a_worker_that_cannot_begin_is_a_sentence(tmp_path: Path) -> None:
    shards = shards_of(tmp_path / "out.parquet", UNLOADABLE)
    with pytest.raises(CannotStart, match="Too many open files"):
        list(locally(Task(UNLOADABLE, tmp_path, shards), jobs_of(["a"]), workers=1))
