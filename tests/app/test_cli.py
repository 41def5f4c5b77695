"""The command line, run as a user runs it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.analysis import heatmap
from models.inputs import Photo
from models.zoo.dinov2 import Dinov2
from tests.photos import SAMPLES


def foveate(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "app.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, cwd=cwd, check=False)


def test_a_photo_becomes_a_picture(tmp_path: Path) -> None:
    out = tmp_path / "overlay.png"
    run = foveate("image", SAMPLES / "cat.jpg", "-o", out, "--layer", 12, "--head", "mean",
                  "--query", "cls", "--resolution", 224)  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert Image.open(out).size == (451, 300)


def test_its_numbers_are_the_models(tmp_path: Path, dinov2: Dinov2, cat: Photo) -> None:
    site = dinov2.trace(cat, 224).layer(3)
    expected = heatmap(site.weights(1, site.query.index("2,5")), site.key).numpy()
    choice = ("--layer", 3, "--head", 1, "--query", "2,5", "--resolution", 224)
    exact = (*choice, "--precision", "float32")
    run = foveate("image", SAMPLES / "cat.jpg", "-o", "-", "--format", "npy", *exact)
    np.testing.assert_allclose(np.load(io.BytesIO(run.stdout)), expected, atol=1e-6)
    out = tmp_path / "cat.json"
    foveate("image", SAMPLES / "cat.jpg", "-o", out, *exact)
    np.testing.assert_allclose(json.loads(out.read_text())["heatmap"], expected, atol=1e-6)


def test_a_folder_is_worked_through_and_a_bad_file_does_not_stop_it(tmp_path: Path) -> None:
    for name in ("cat", "rocket"):
        (tmp_path / f"{name}.jpg").write_bytes((SAMPLES / f"{name}.jpg").read_bytes())
    (tmp_path / "broken.png").write_bytes(b"no image")
    (tmp_path / "notes.txt").write_text("not looked at")
    run = foveate("image", tmp_path, "-o", tmp_path / "out", "--resolution", 224)
    assert run.returncode == 1
    assert b"is not an image that can be read" in run.stderr
    made = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert made == ["cat.attention.png", "rocket.attention.png"]


def test_a_glob_is_expanded(tmp_path: Path) -> None:
    pattern = str(SAMPLES / "r*.jpg")
    run = foveate("image", pattern, "-o", tmp_path / "x.npy", "--resolution", 224)
    assert run.returncode == 0, run.stderr
    assert np.load(tmp_path / "x.npy").shape == (11, 16)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("image", "nothing.jpg"), b"there is no file 'nothing.jpg'"),
        (("image", "CAT", "--head", "99"), b"head 99 is not in encoder.12.self"),
        (("image", "CAT", "--layer", "13"), b"layer 13 is not in this trace"),
        (("image", "CAT", "--query", "99,99"), b"query '99,99' is not on this axis"),
        (("image", "CAT", "--resolution", "0"), b"resolution 0 is not offered"),
        (("image", "CAT", "-o", "x.docx"), b"end it in .png, .json or .npy"),
        (("image", "CAT", "--model", "resnet"), b"model 'resnet' is not in the catalog"),
        (("fetch", "resnet"), b"model 'resnet' is not in the catalog"),
    ],
)
def test_a_mistake_is_one_sentence(
    arguments: tuple[str, ...], words: bytes, tmp_path: Path
) -> None:
    cat = str(SAMPLES / "cat.jpg")
    run = foveate(*(cat if a == "CAT" else a for a in arguments), cwd=tmp_path)
    assert run.returncode != 0
    assert words in run.stderr
    assert b"Traceback" not in run.stderr


def test_two_photos_never_share_a_target(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "cat.jpg").write_bytes((SAMPLES / "cat.jpg").read_bytes())
    run = foveate("image", tmp_path, "-o", tmp_path / "out")
    assert b"would both be written to" in run.stderr


def test_models_lists_papers_licence_and_size() -> None:
    run = foveate("models")
    assert b"dinov2-small" in run.stdout
    assert b"Apache-2.0" in run.stdout


def test_a_sentence_is_translated_and_its_words_cross_in_the_terminal() -> None:
    run = foveate("align", "The agreement on the European Economic Area was signed.")
    assert run.returncode == 0, run.stderr
    lines = run.stdout.decode().splitlines()
    assert lines[0] == "O acordo sobre o Espaço Económico Europeu foi assinado."
    assert "4-6 5-5 6-4" in lines[-1]
    rows = {line.split()[0]: line for line in lines if set(line) & set("▒▓█")}
    assert strongest(rows["Espaço"]) > strongest(rows["Económico"]) > strongest(rows["Europeu"])


def test_a_given_target_is_aligned_as_pharaoh_csv_and_json() -> None:
    pair = ("align", "The black cat.", "--target", "O gato preto.")
    assert foveate(*pair, "--format", "pharaoh").stdout.decode() == "0-0 1-2 2-1 3-3\n"
    table = foveate(*pair, "--format", "csv").stdout.decode().splitlines()
    found = json.loads(foveate(*pair, "--format", "json").stdout)
    assert table[0] == ",The,black,cat,."
    rows = [[float(value) for value in line.split(",")[1:]] for line in table[1:]]
    assert rows == found["strengths"]
    assert found["target_words"] == ["O", "gato", "preto", "."]


def test_lines_stay_beside_their_sources(tmp_path: Path) -> None:
    file = tmp_path / "lines.txt"
    file.write_text("Hello.\n\n" + "a" * 5000 + "\nHow are you?\n", encoding="utf-8")
    run = foveate("align", "--file", file, "--format", "pharaoh")
    lines = run.stdout.decode().split("\n")
    assert run.returncode == 1
    assert [bool(line) for line in lines] == [True, False, False, True, False]
    assert b"2502 tokens" in run.stderr


def test_targets_must_match_their_sources(tmp_path: Path) -> None:
    for name, text in {"src": "One.\nTwo.\n", "tgt": "Um.\n"}.items():
        (tmp_path / name).write_text(text)
    run = foveate("align", "-f", tmp_path / "src", "--target-file", tmp_path / "tgt")
    assert run.returncode == 1
    assert b"2 sentences and 1 targets" in run.stderr


def strongest(line: str) -> int:
    """The column of a line's darkest block."""
    return max(range(len(line)), key=lambda column: " ░▒▓█".find(line[column]))
