"""A bad input is a row with a sentence; what may pass is tried again; what has none is kept."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from foveate.app.cli.files import bytes_of
from foveate.app.cli.inputs import Row, What, read_inputs
from foveate.app.cli.measures import Asked, Values
from foveate.app.cli.rows import Task, Worker
from foveate.app.cli.shards import Job
from foveate.app.cli.terminal import CannotStart
from foveate.app.runtime.decoding import Decoder
from foveate.models.errors import InputError
from tests.app.cli.measuring import MEASURING, jobs_of, rows_of, shards_of
from tests.photos import sample_bytes

PHOTOS = Asked(What.embeddings, "photos", None, None, "float32", 224, 1, 0.3)


def test_no_photo_of_a_folder_ends_the_run(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "z.jpg").write_bytes(sample_bytes("cat"))
    (folder / os.fsdecode(b"\xe9.jpg")).write_bytes(b"no photo")
    (folder / "folder").mkdir()
    os.mkfifo(folder / "pipe.jpg")
    with (folder / "large.jpg").open("wb") as large:
        large.truncate(5 * 1024**3)
    inputs = read_inputs(folder)
    rows: tuple[Row, ...] = (*inputs.rows, {"path": "a\0b.jpg"}, {"path": "folder"})
    assert len(inputs.digest) == 64
    shards = shards_of(tmp_path / "out.parquet", PHOTOS)
    jobs = [Job(0, 0, rows)]
    Worker(Task(PHOTOS, inputs.folder, shards))(jobs[0])
    found = {row["path"]: row for row in rows_of(shards, jobs)}
    assert len(found["z.jpg"]["embedding"]) == 384
    assert "is not an image that can be read" in found.pop("\\xe9.jpg")["error"]
    assert found["large.jpg"]["error"].startswith("The file has 5,368,709,120 bytes, and a photo")
    assert "is a device or a pipe" in found["pipe.jpg"]["error"]
    assert "has a character NUL" in found["a\0b.jpg"]["error"]
    assert found["folder"]["error"] == "Is a directory"


def test_a_model_that_raises_costs_one_row_and_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shards, jobs = shards_of(tmp_path / "out.parquet"), jobs_of(["a", "raise", "ccc"], 3)
    with caplog.at_level(logging.WARNING, "foveate"):
        Worker(Task(MEASURING, tmp_path, shards))(jobs[0])
    found = rows_of(shards, jobs)
    assert found[1]["error"] == "RuntimeError: mat1 and mat2 shapes cannot be multiplied"
    assert [row["embedding"] for row in found] == [[1], None, [3]]
    assert "row 1 could not be worked out" in caplog.text


class Once(Asked):
    """Each of its troubles has passed at the second try."""

    def measure(self, folder: Path) -> Callable[[Row], Values]:
        tried: set[str] = set()

        def of(row: Row) -> Values:
            source = row["source"] or ""
            first = source not in tried
            tried.add(source)
            if first and source == "files":
                raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
            if source == "late":
                Decoder(1, 0.0001 if first else 30).decode(sample_bytes("cat"))
            if source == "missing":
                raise FileNotFoundError(errno.ENOENT, "first" if first else "second")
            return {"embedding": [1]}

        return of


def test_what_may_pass_is_tried_once_more(tmp_path: Path) -> None:
    once = Once(What.embeddings, "sentences", None, None, "float32", 224, 1, 0.3)
    shards, jobs = shards_of(tmp_path / "out.parquet", once), jobs_of(["files", "late", "missing"])
    for job in jobs:
        Worker(Task(once, tmp_path, shards))(job)
    assert [row["error"] for row in rows_of(shards, jobs)] == [None, None, "first"]


def test_rows_with_an_error_alone_are_done_again(tmp_path: Path) -> None:
    shards, jobs = shards_of(tmp_path / "out.parquet"), jobs_of(["a", "raise", "disk"], 3)
    worker = Worker(Task(MEASURING, tmp_path, shards))
    with pytest.raises(CannotStart, match="Input/output error"):
        worker(jobs[0])
    worker(jobs[0])
    better = jobs_of(["another", "better", "best"], 3)  # the same rows, as they are the second time
    worker(better[0])
    found = rows_of(shards, jobs)
    assert [row["source"] for row in found] == ["a", "better", "best"]
    assert [row["error"] for row in found] == [None] * 3


def test_a_file_is_looked_at_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "clip.mp4").open("wb") as large:
        large.truncate(600 * 1024**2)
    with pytest.raises(InputError, match="629,145,600 bytes, and a photo may have 536,870,912"):
        bytes_of(tmp_path / "clip.mp4")
    with pytest.raises(InputError, match="'null' is a device or a pipe"):
        bytes_of(Path("/dev/null"))
    (tmp_path / "clip.mp4").write_bytes(b"ab")
    assert bytes_of(tmp_path / "clip.mp4", "video") == b"ab"
