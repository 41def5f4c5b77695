"""Parts that are whole or not there, and of this run or not taken."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from foveate.app.cli.shards import Job, Shards
from foveate.app.cli.terminal import CannotStart

SCHEMA = pa.schema([("row", pa.int64()), ("error", pa.string())])
JOBS = [Job(0, 0, ({},))]


def rows(*given: tuple[int, str | None]) -> pa.Table:
    return pa.Table.from_pylist([{"row": row, "error": error} for row, error in given], SCHEMA)


def test_shards_become_one_file_in_order_and_a_damaged_one_is_done_again(tmp_path: Path) -> None:
    shards = Shards(tmp_path / "out.parquet", '{"a": 1}', SCHEMA)
    jobs = [Job(0, 0, ({}, {})), Job(1, 2, ({},))]
    assert shards.begin(resume=True)
    shards.write(jobs[1], rows((2, "bad")))
    shards.write(jobs[0], rows((0, None), (1, None)))
    part = tmp_path / "out.parquet.parts" / "000000.parquet"
    part.write_bytes(part.read_bytes()[:-9])
    (part.parent / ".000000.parquet.77").write_bytes(b"what a kill has left")
    assert shards.begin(resume=True)
    assert shards.left(jobs) == jobs[:1]
    shards.write(jobs[0], rows((0, None), (1, None)))
    shards.end(jobs)
    assert shards.errors() == ["bad"]
    assert parquet.read_table(tmp_path / "out.parquet")["row"].to_pylist() == [0, 1, 2]
    assert [each.name for each in tmp_path.iterdir()] == ["out.parquet"]
    assert shards.begin(resume=True) is False  # it is there


def test_another_run_s_parts_are_never_mixed_in(tmp_path: Path) -> None:
    before = Shards(tmp_path / "out.parquet", '{"what": "saliency"}', SCHEMA)
    before.begin(resume=True)
    before.write(JOBS[0], rows((0, None)))
    after = Shards(tmp_path / "out.parquet", '{"what": "statistics"}', SCHEMA)
    words = "of another run .what 'saliency', now 'statistics'.: name another -o, or begin"
    with pytest.raises(CannotStart, match=words):
        after.begin(resume=True)
    before.end(JOBS)
    with pytest.raises(CannotStart, match=words):
        after.begin(resume=True)
    assert after.begin(resume=False)
    assert after.left(JOBS) == JOBS
    (tmp_path / "mine.parquet").write_bytes(b"PAR1, but not of this program")
    for resume in (True, False):
        with pytest.raises(CannotStart, match="is there already and not of this command"):
            Shards(tmp_path / "mine.parquet", "{}", SCHEMA).begin(resume=resume)


def test_a_part_of_another_run_that_a_removal_has_left_is_done_again(tmp_path: Path) -> None:
    before = Shards(tmp_path / "out.parquet", '{"what": "saliency"}', SCHEMA)
    before.begin(resume=True)
    before.write(JOBS[0], rows((0, "another run's")))
    (before.folder / "run.json").unlink()  # what a kill in the middle of the removal has left
    after = Shards(tmp_path / "out.parquet", '{"what": "statistics"}', SCHEMA)
    assert after.begin(resume=True)
    assert after.left(JOBS) == JOBS
    assert after.read(JOBS[0]) is None


def test_what_a_killed_run_s_last_worker_writes_is_not_mixed_in(tmp_path: Path) -> None:
    before = Shards(tmp_path / "out.parquet", '{"threshold": 0.3}', SCHEMA)
    before.begin(resume=True)
    after = Shards(tmp_path / "out.parquet", '{"threshold": 0.5}', SCHEMA)
    after.begin(resume=False)
    after.write(JOBS[0], rows((0, None)))
    before.write(JOBS[0], rows((0, "another run's")))  # on another machine, which heard late
    with pytest.raises(CannotStart, match="000000.parquet is not of this run any more"):
        after.end(JOBS)
    assert after.left(JOBS) == JOBS
    assert not after.output.exists()


def test_what_a_kill_leaves_of_a_removal_says_whose_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shards = Shards(tmp_path / "out.parquet", "{}", SCHEMA)
    shards.begin(resume=True)
    shards.write(JOBS[0], rows((0, None)))
    (shards.folder / "mine.txt").touch()
    removed: list[str] = []
    monkeypatch.setattr(Path, "unlink", lambda file, **_: removed.append(file.name))
    shards.clear()
    assert removed == ["000000.parquet", "run.json"]
    monkeypatch.undo()
    shards.clear()
    assert [file.name for file in shards.folder.iterdir()] == ["mine.txt"]


def test_parts_are_made_of_the_whole_file_again_for_rows_with_an_error(tmp_path: Path) -> None:
    jobs = [Job(0, 0, ({}, {})), Job(1, 2, ({}, {})), Job(2, 4, ({},))]
    shards = Shards(tmp_path / "out.parquet", "{}", SCHEMA)
    shards.begin(resume=True)
    for job, made in zip(jobs, ((0, None), (2, "bad"), (4, None)), strict=True):
        shards.write(job, rows(made, (made[0] + 1, None)).slice(0, len(job.rows)))
    assert shards.left(jobs, retry=True) == [jobs[1]]
    shards.end(jobs)
    before = parquet.read_table(shards.output)
    shards.reopen(jobs)
    assert shards.left(jobs) == []
    assert shards.left(jobs, retry=True) == [jobs[1]]
    shards.write(jobs[1], rows((2, None), (3, None)))
    shards.reopen(jobs)  # a kill: what was done again stays
    assert shards.left(jobs, retry=True) == []
    shards.end(jobs)
    assert shards.errors() == []
    assert before["row"].equals(parquet.read_table(shards.output)["row"])


def test_any_name_of_a_folder_will_do(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"\xe9")
    shards = Shards(folder / "out.parquet", "{}", SCHEMA)
    assert shards.begin(resume=True)
    shards.write(JOBS[0], rows((0, "bad")))
    shards.end(JOBS)
    assert shards.errors() == ["bad"]
    assert shards.begin(resume=True) is False
