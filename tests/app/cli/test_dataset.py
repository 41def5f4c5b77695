"""`foveate dataset`: a row an input, bad ones too; what a kill leaves is gone on with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from foveate.app.cli.inputs import Inputs, Row, What, read_inputs
from foveate.app.cli.measures import Asked
from foveate.app.cli.pool import Task, Worker
from foveate.app.cli.shards import Job, Shards
from foveate.app.cli.terminal import CannotStart
from foveate.models.errors import InputError
from foveate.models.inputs.photo import Photo
from foveate.models.zoo.image.dinov2 import Dinov2
from tests.clusters import need
from tests.command import Foveate
from tests.photos import ROOT, sample_bytes

SCHEMA = pa.schema([("row", pa.int64()), ("error", pa.string())])


def asked(what: What, kind: Any, model: str | None = None) -> Asked:
    return Asked(what, kind, model, None, "float32", 224, 1, 0.3)


def worked_out(given: Asked, rows: list[Row], folder: Path, output: Path) -> list[dict[str, Any]]:
    shards = Shards(output, "{}", given.schema())
    assert shards.begin(resume=True)
    jobs = [Job(0, 0, tuple(rows))]
    assert Worker(Task(given, folder, shards))(jobs[0]) == len(rows)
    shards.end(jobs)
    return parquet.read_table(output).to_pylist()


def test_a_photo_s_row_is_its_trace_s_and_a_bad_one_s_a_sentence(
    tmp_path: Path, cat: Photo, dinov2: Dinov2
) -> None:
    (tmp_path / "cat.jpg").write_bytes(sample_bytes("cat"))
    (tmp_path / "bad.jpg").write_bytes(b"no photo")
    rows: list[Row] = [{"path": name} for name in ("bad.jpg", "cat.jpg", "none.jpg", None)]
    trace = dinov2.trace(cat, 224)
    found = worked_out(asked(What.saliency, "photos"), rows, tmp_path, tmp_path / "a.parquet")
    assert [row["row"] for row in found] == [0, 1, 2, 3]
    errors = [row["error"] for row in found]
    assert "is not an image that can be read" in errors[0]
    assert errors[1:] == [None, "No such file or directory", "path is empty: name a photo."]
    assert found[1]["width"] == cat.width
    grid = trace.photo.grid
    pixels = trace.outputs["saliency"].value().numpy()
    patch = pixels[grid.patch_size : 2 * grid.patch_size, : grid.patch_size].mean()
    assert len(found[1]["saliency"]) == grid.size
    assert found[1]["saliency"][grid.columns] == pytest.approx(float(patch), abs=1e-4)
    found = worked_out(asked(What.embeddings, "photos"), rows, tmp_path, tmp_path / "b.parquet")
    expected = trace.outputs["features"].value()[0].numpy()
    np.testing.assert_allclose(found[1]["embedding"], expected, atol=1e-5)
    assert found[0]["embedding"] is None


def test_a_sentence_s_row_has_its_links_or_its_figures(tmp_path: Path) -> None:
    rows: list[Row] = [
        {"source": "The cat sat.", "target": "Le chat s'est assis."},
        {"source": "The cat sat.", "target": None},
        {"source": None, "target": "Rien."},
    ]
    found = worked_out(
        asked(What.alignment, "sentences", "additive-en-fr"), rows, tmp_path, tmp_path / "a.parquet"
    )
    assert found[0]["target"] == "Le chat s'est assis."
    assert found[0]["source_words"][:2] == ["The", "cat"]
    link = found[0]["links"][0]
    assert f"{link['source']}-{link['target']}" in found[0]["pharaoh"].split()
    assert found[1]["target"]
    assert "is empty: give at least one word" in found[2]["error"]
    assert found[2]["links"] is None
    found = worked_out(asked(What.statistics, "sentences"), rows, tmp_path, tmp_path / "b.parquet")
    assert len(found[0]["heads"]) == 6 * 12
    assert found[0]["heads"][0]["site"] == "encoder.1.self"
    found = worked_out(asked(What.embeddings, "sentences"), rows, tmp_path, tmp_path / "c.parquet")
    assert len(found[1]["embedding"]) == 384


@pytest.mark.parametrize(
    ("what", "kind", "words"),
    [(What.alignment, "photos", "is of sentences"), (What.saliency, "sentences", "is of photos")],
)
def test_what_cannot_be_had_of_such_inputs_is_said_at_once(
    what: What, kind: Any, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        asked(what, kind).cards()


def test_a_table_is_read_whatever_its_kind(tmp_path: Path) -> None:
    lines = [["source", "target", "more"], ["Hi, you", "Oi", "1"], ["Bye\u2028", "", "2"]]
    expected = ({"source": "Hi, you", "target": "Oi"}, {"source": "Bye\u2028", "target": None})
    tsv, comma, table = (tmp_path / name for name in ("a.tsv", "a.csv", "a.parquet"))
    tsv.write_text("\n".join("\t".join(line) for line in lines), "utf-8-sig")
    comma.write_text("\n".join(",".join(f'"{cell}"' for cell in line) for line in lines))
    columns = {name: [line[at] for line in lines[1:]] for at, name in enumerate(lines[0])}
    parquet.write_table(pa.table(columns), table)
    found = [read_inputs(each) for each in (tsv, comma, table)]
    assert [each.rows for each in found] == [expected] * 3
    assert len({each.digest for each in found}) == 1
    (tmp_path / "p.csv").write_text("path\na.jpg\n")
    assert read_inputs(tmp_path / "p.csv").rows == ({"path": "a.jpg"},)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"text\nHello\n", "has the columns text: name one path"),
        ("a.csv", b"source\n", "has no rows"),
        ("a.csv", b"source\n\xff\n", "is not UTF-8"),
        ("a.csv", b'source\n"unclosed', "cannot be read as a table"),
        ("a.parquet", b"PAR1", "cannot be read as Parquet"),
        ("a.xlsx", b"", "is no folder and no table"),
    ],
)
def test_a_table_that_is_none_is_a_sentence(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_inputs(tmp_path / name)


def test_a_photo_that_has_changed_is_another_input(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"one")
    rows: tuple[Row, ...] = ({"path": "a.jpg"},)
    before = Inputs("photos", tmp_path, rows).digest
    assert Inputs("photos", tmp_path, rows).digest == before
    (tmp_path / "a.jpg").write_bytes(b"another")
    assert Inputs("photos", tmp_path, rows).digest != before


def test_shards_become_one_file_in_order_and_a_damaged_one_is_done_again(tmp_path: Path) -> None:
    shards = Shards(tmp_path / "out.parquet", '{"a": 1}', SCHEMA)
    jobs = [Job(0, 0, ({}, {})), Job(1, 2, ({},))]
    assert shards.begin(resume=True)
    shards.write(1, [{"row": 2, "error": "bad"}])
    shards.write(0, [{"row": 0}, {"row": 1}])
    part = tmp_path / "out.parquet.parts" / "000000.parquet"
    part.write_bytes(part.read_bytes()[:-9])
    (part.parent / ".000000.parquet.77").write_bytes(b"what a kill has left")
    assert shards.begin(resume=True)
    assert shards.left(jobs) == jobs[:1]
    shards.write(0, [{"row": 0}, {"row": 1}])
    assert shards.end(jobs) == 1
    assert parquet.read_table(tmp_path / "out.parquet")["row"].to_pylist() == [0, 1, 2]
    assert [each.name for each in tmp_path.iterdir()] == ["out.parquet"]
    assert shards.begin(resume=True) is False  # it is there


def test_another_run_s_parts_are_never_mixed_in(tmp_path: Path) -> None:
    before = Shards(tmp_path / "out.parquet", '{"what": "saliency"}', SCHEMA)
    before.begin(resume=True)
    before.write(0, [{"row": 0}])
    after = Shards(tmp_path / "out.parquet", '{"what": "statistics"}', SCHEMA)
    words = "of another run .what 'saliency', now 'statistics'.: name another -o, or begin"
    with pytest.raises(CannotStart, match=words):
        after.begin(resume=True)
    before.end([Job(0, 0, ({},))])
    with pytest.raises(CannotStart, match=words):
        after.begin(resume=True)
    assert after.begin(resume=False)
    assert after.left([Job(0, 0, ({},))])
    (tmp_path / "mine.parquet").write_bytes(b"PAR1, but not of this program")
    for resume in (True, False):
        with pytest.raises(CannotStart, match="is there already and not of this command"):
            Shards(tmp_path / "mine.parquet", "{}", SCHEMA).begin(resume=resume)


COUNT = 60
ALIGNING = ("--what", "alignment", "--model", "additive-en-fr", "--workers", "1")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    place = tmp_path / "pairs.tsv"
    lines = [f"Sentence number {number} is here." for number in range(COUNT)]
    place.write_text("\n".join(["source", *lines]))
    return place


def begun(table: Path, output: Path) -> tuple[list[str], subprocess.Popen[str]]:
    command = ["dataset", str(table), "-o", str(output), *ALIGNING, "--shard", "1"]
    whole = [sys.executable, "-m", "foveate.app.cli", *command]
    return command, subprocess.Popen(
        whole, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def several(output: Path, process: subprocess.Popen[str], most: int) -> int:
    """How many shards there are, once there are more than so many."""
    parts = output.with_name(f"{output.name}.parts")
    while process.poll() is None:
        found = len([*parts.glob("[0-9]*.parquet")])
        if found > most:
            return found
        time.sleep(0.005)
    raise AssertionError(process.communicate()[1])


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux for children")
def test_a_run_that_is_killed_goes_on_and_nothing_is_lost_or_twice_there(
    foveate: Foveate, table: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out.parquet"
    _, process = begun(table, output)
    first = several(output, process, 0)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    lines = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in children}
    (worker,) = [child for child, line in lines.items() if b"spawn_main" in line]
    os.kill(worker, signal.SIGKILL)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 2
    assert "A worker was ended" in said
    command, process = begun(table, output)
    second = several(output, process, first + 3)
    process.kill()
    process.communicate()
    assert not output.exists()
    run = foveate(*command)
    assert run.returncode == 0, run.stderr
    there = int(run.stderr.decode().split(f" of {COUNT} rows are there")[0].split()[-1])
    assert there >= second > first
    found = parquet.read_table(output).to_pylist()
    assert [row["row"] for row in found] == list(range(COUNT))
    assert [row["source"].split()[2] for row in found] == [str(n) for n in range(COUNT)]
    assert all(row["links"] and row["error"] is None for row in found)
    assert not output.with_name("out.parquet.parts").exists()
    assert b"nothing to do" in foveate(*command).stderr
    other = foveate(*command, "--threshold", "0.5")
    assert (other.returncode, b"threshold 0.3, now 0.5" in other.stderr) == (2, True)


@pytest.mark.slow
def test_ray_data_makes_the_same_file(foveate: Foveate, table: Path, tmp_path: Path) -> None:
    need("ray.data")
    options = (*ALIGNING, "--shard", "16")
    one, other = tmp_path / "one.parquet", tmp_path / "other.parquet"
    assert foveate("dataset", table, "-o", one, *options).returncode == 0
    run = foveate("dataset", table, "-o", other, *options, "--ray")
    assert run.returncode == 0, run.stderr
    found, expected = (parquet.read_table(each) for each in (other, one))
    assert found.schema.equals(expected.schema, check_metadata=True)
    assert found.drop_columns(["links"]).equals(expected.drop_columns(["links"]))
    strengths = [
        [link["strength"] for links in file["links"].to_pylist() for link in links]
        for file in (found, expected)
    ]
    np.testing.assert_allclose(*strengths, atol=1e-5)  # they depend on the number of threads
