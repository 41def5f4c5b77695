"""`foveate dataset`: a row an input, bad ones too; what a kill leaves is gone on with."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from foveate.app.cli.inputs import Row, What
from foveate.app.cli.measures import Asked
from foveate.app.cli.raydata import on_ray
from foveate.app.cli.rows import ENDED, Task, Worker
from foveate.app.cli.shards import Job, Shards
from foveate.app.cli.terminal import CannotStart
from foveate.models.errors import InputError
from foveate.models.inputs.photo import Photo
from foveate.models.zoo.image.dinov2 import Dinov2
from tests.app.cli.measuring import MEASURING, jobs_of, rows_of, shards_of
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
    Worker(Task(given, folder, shards))(jobs[0])
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
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job has none
    process = subprocess.Popen(
        whole, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    signal.signal(signal.SIGINT, before)
    return command, process


def several(output: Path, process: subprocess.Popen[str], most: int) -> int:
    """How many shards there are, once there are more than so many."""
    parts = output.with_name(f"{output.name}.parts")
    while process.poll() is None:
        found = len([*parts.glob("[0-9]*.parquet")])
        if found > most:
            return found
        time.sleep(0.005)
    raise AssertionError(process.communicate()[1])


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    lines = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in children}
    return [child for child, line in lines.items() if b"spawn_main" in line]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux for children")
def test_a_run_that_is_killed_goes_on_and_nothing_is_lost_or_twice_there(
    foveate: Foveate, table: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out.parquet"
    command, process = begun(table, output)
    first = several(output, process, 0)
    (worker,) = workers_of(process)
    os.kill(worker, signal.SIGKILL)
    process.send_signal(signal.SIGSTOP)  # or it may be done before it has been asked beside
    for options in ([], ["--no-resume"], ["--threshold", "0.5"]):
        beside = foveate(*command, *options)
        words = f"{output} is being made by another run (process {process.pid} on "
        assert (beside.returncode, words in beside.stderr.decode()) == (2, True), beside.stderr
    process.send_signal(signal.SIGCONT)
    second = several(output, process, first + 3)  # by another, which takes its place
    process.kill()
    assert "A worker was ended (SIGKILL)" in process.communicate()[1]
    assert not output.exists()
    run = foveate(*command)
    assert run.returncode == 0, run.stderr
    there = int(run.stderr.decode().split(f" of {COUNT} rows are there")[0].split()[-1])
    assert there >= second > first
    found = parquet.read_table(output).to_pylist()
    assert [row["row"] for row in found] == list(range(COUNT))
    assert [row["source"].split()[2] for row in found] == [str(n) for n in range(COUNT)]
    assert all(row["links"] and row["error"] is None for row in found)
    assert {each.name for each in tmp_path.iterdir()} == {"out.parquet", table.name}
    assert b"nothing to do" in foveate(*command, "--retry").stderr
    other = foveate(*command, "--threshold", "0.5")
    assert (other.returncode, b"threshold 0.3, now 0.5" in other.stderr) == (2, True)


@pytest.mark.slow
@pytest.mark.parametrize("ready", [True, False])
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux for children")
def test_an_interrupted_run_ends_at_once_and_says_that_it_goes_on(
    table: Path, tmp_path: Path, ready: bool
) -> None:
    output = tmp_path / "out.parquet"
    _, process = begun(table, output)
    while not workers_of(process):
        time.sleep(0.01)
    if ready:
        several(output, process, 0)
    (worker,) = workers_of(process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    said = process.communicate(timeout=10)[1]
    assert process.returncode == 130
    assert "stopped: the shards that are done are kept, and the same command goes on" in said
    assert "Traceback" not in said
    assert not Path(f"/proc/{worker}").exists()


@pytest.mark.slow
def test_a_run_whose_every_row_fails_says_so_and_retries(foveate: Foveate, tmp_path: Path) -> None:
    (tmp_path / "photos.csv").write_text("path\na.jpg\nb.jpg\n")
    command = ("dataset", tmp_path / "photos.csv", "-o", tmp_path / "a.parquet", "--workers", "1")
    words = "every row of 2 has an error, the first: No such file or directory"
    for options in ([], [], ["--retry"]):
        run = foveate(*command, *options)
        assert (run.returncode, words in run.stderr.decode()) == (1, True), run.stderr
    assert b"leave out --no-resume" in foveate(*command, "--retry", "--no-resume").stderr
    (tmp_path / "photos.csv").write_text("path\na.jpg\n" + f"{ROOT}/static/samples/cat.jpg\n")
    run = foveate(*command, "--no-resume", "--resolution", "224")
    assert (run.returncode, b"2 rows, 1 of them with an error: --retry" in run.stderr) == (0, True)


@pytest.mark.parametrize("folder", ["/proc/none", "/dev/null/none", "/sys"])
def test_an_output_that_cannot_be_is_a_sentence(
    foveate: Foveate, tmp_path: Path, folder: str
) -> None:
    (tmp_path / "a.tsv").write_text("source\nA.\n")
    run = foveate("dataset", tmp_path / "a.tsv", "-o", f"{folder}/a.parquet", *ALIGNING)
    assert run.returncode == 2
    assert folder in run.stderr.decode()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of who may use a Ray cluster whose workers stand in a folder of their own."""
    need("ray.data")
    ray = Path(sys.executable).with_name("ray")
    place = tmp_path / "node"
    place.mkdir()
    options = ("--head", "--port=6479", "--num-cpus=1", "--include-dashboard=false")
    token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    # Ray leaves a cluster's address in its folder, where the next test would look for that cluster.
    own = tempfile.TemporaryDirectory(prefix="ray")  # the name of a socket must be short
    named = {"PYTHONPATH": str(ROOT), "RAY_TMPDIR": own.name, "RAY_USAGE_STATS_ENABLED": "0"}
    environment = {**os.environ, **token, **named}
    node = subprocess.Popen(
        [ray, "start", *options, "--disable-usage-stats", "--block"],
        cwd=place,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    try:
        _answering(node, 6479)
        yield environment | {"RAY_ADDRESS": "127.0.0.1:6479"}
    finally:
        node.terminate()
        node.wait(60)
        own.cleanup()


def _answering(node: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(120):
        assert node.poll() is None, "the cluster did not start"
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.5)
    raise AssertionError("the cluster does not answer")


@pytest.mark.slow
def test_a_ray_cluster_finds_what_was_named_from_here(
    cluster: dict[str, str], tmp_path: Path
) -> None:
    here = tmp_path / "here"
    (here / "photos").mkdir(parents=True)
    (here / "photos" / "cat.jpg").write_bytes(sample_bytes("cat"))
    (here / "photos" / os.fsdecode(b"\xe9.jpg")).write_bytes(b"no photo")
    (here / "mine.toml").write_text("")
    options = ("-o", "a.parquet", "--catalog", "mine.toml", "--resolution", "224", "--ray")
    run = subprocess.run(
        [sys.executable, "-m", "foveate.app.cli", "dataset", "photos", *options],
        cwd=here,
        env=cluster,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert run.returncode == 0, run.stderr
    found = parquet.read_table(here / "a.parquet").to_pylist()
    assert [row["path"] for row in found] == ["cat.jpg", "\\xe9.jpg"]
    assert found[0]["error"] is None
    assert "is not an image that can be read" in found[1]["error"]


@pytest.mark.slow
def test_an_input_that_ends_a_worker_of_ray_s_costs_its_row_alone(tmp_path: Path) -> None:
    need("ray.data")
    shards, jobs = shards_of(tmp_path / "out.parquet"), jobs_of(["a", "kill", "ccc", "disk"])
    with pytest.raises(CannotStart, match="Input/output error, twice"):
        list(on_ray(Task(MEASURING, tmp_path, shards), jobs, 1))
    shards = shards_of(tmp_path / "out.parquet")
    left = shards.left(jobs)
    assert sum(on_ray(Task(MEASURING, tmp_path, shards), left, 1)) == sum(len(j.rows) for j in left)
    assert [row["error"] for row in rows_of(shards, jobs)] == [
        None,
        ENDED,
        None,
        "Input/output error",
    ]


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
