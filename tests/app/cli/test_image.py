"""The command line, run as a user runs it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

from app.cli import main
from models.analysis import heatmap
from models.inputs import Photo
from models.zoo.dinov2 import Dinov2
from tests.photos import SAMPLES


class Run(NamedTuple):
    returncode: int
    stdout: bytes
    stderr: bytes


Foveate = Callable[..., Run]


@pytest.fixture
def foveate(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Foveate:
    """The command line in this process, which has imported torch already."""

    def run(*arguments: object, cwd: Path | None = None, stdin: bytes = b"") -> Run:
        monkeypatch.setattr(sys, "argv", ["foveate", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        if cwd is not None:
            monkeypatch.chdir(cwd)
        try:
            main()
            code = 0
        except SystemExit as left:
            code = int(left.code or 0)
        return Run(code, *capfdbinary.readouterr())

    return run


def test_a_photo_becomes_a_picture(foveate: Foveate, tmp_path: Path) -> None:
    out = tmp_path / "overlay.png"
    run = foveate("image", SAMPLES / "cat.jpg", "-o", out, "--layer", 12, "--head", "mean",
                  "--query", "cls", "--resolution", 224)  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert Image.open(out).size == (451, 300)


def test_its_numbers_are_the_models(
    foveate: Foveate, tmp_path: Path, dinov2: Dinov2, cat: Photo
) -> None:
    site = dinov2.trace(cat, 224).layer(3)
    expected = heatmap(site.weights(1, site.query.index("2,5")), site.key).numpy()
    choice = ("--layer", 3, "--head", 1, "--query", "2,5", "--resolution", 224)
    exact = (*choice, "--precision", "float32")
    run = foveate("image", SAMPLES / "cat.jpg", "-o", "-", "--format", "npy", *exact)
    np.testing.assert_allclose(np.load(io.BytesIO(run.stdout)), expected, atol=1e-6)
    out = tmp_path / "cat.json"
    foveate("image", SAMPLES / "cat.jpg", "-o", out, *exact)
    np.testing.assert_allclose(json.loads(out.read_text())["heatmap"], expected, atol=1e-6)


def test_a_folder_is_worked_through_and_a_bad_file_does_not_stop_it(
    foveate: Foveate, tmp_path: Path
) -> None:
    for name in ("cat", "rocket"):
        (tmp_path / f"{name}.jpg").write_bytes((SAMPLES / f"{name}.jpg").read_bytes())
    (tmp_path / "broken.png").write_bytes(b"no image")
    (tmp_path / "notes.txt").write_text("not looked at")
    run = foveate("image", tmp_path, "-o", tmp_path / "out", "--resolution", 224)
    assert run.returncode == 1
    assert b"is not an image that can be read" in run.stderr
    made = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert made == ["cat.attention.png", "rocket.attention.png"]


def test_a_glob_is_expanded(foveate: Foveate, tmp_path: Path) -> None:
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
    foveate: Foveate, arguments: tuple[str, ...], words: bytes, tmp_path: Path
) -> None:
    cat = str(SAMPLES / "cat.jpg")
    run = foveate(*(cat if a == "CAT" else a for a in arguments), cwd=tmp_path)
    assert run.returncode != 0
    assert words in run.stderr
    assert b"Traceback" not in run.stderr


def test_two_photos_never_share_a_target(foveate: Foveate, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "cat.jpg").write_bytes((SAMPLES / "cat.jpg").read_bytes())
    run = foveate("image", tmp_path, "-o", tmp_path / "out")
    assert b"would both be written to" in run.stderr


def test_models_lists_papers_licence_and_size() -> None:
    command = [sys.executable, "-m", "app.cli", "models"]  # as a program of its own
    run = subprocess.run(command, capture_output=True, check=True)
    assert b"dinov2-small" in run.stdout
    assert b"Apache-2.0" in run.stdout


def test_a_sentence_is_translated_and_its_words_cross_in_the_terminal(foveate: Foveate) -> None:
    run = foveate("align", "The agreement on the European Economic Area was signed.")
    assert run.returncode == 0, run.stderr
    lines = run.stdout.decode().splitlines()
    assert lines[0] == "O acordo sobre o Espaço Económico Europeu foi assinado."
    assert "4-6 5-5 6-4" in lines[-1]
    rows = {line.split()[0]: line for line in lines if set(line) & set("▒▓█")}
    assert strongest(rows["Espaço"]) > strongest(rows["Económico"]) > strongest(rows["Europeu"])


def test_a_given_target_is_aligned_as_pharaoh_csv_and_json(foveate: Foveate) -> None:
    pair = ("align", "The black cat.", "--target", "O gato preto.")
    assert foveate(*pair, "--format", "pharaoh").stdout.decode() == "0-0 1-2 2-1 3-3\n"
    table = foveate(*pair, "--format", "csv").stdout.decode().splitlines()
    found = json.loads(foveate(*pair, "--format", "json").stdout)
    assert table[0] == ",The,black,cat,."
    rows = [[float(value) for value in line.split(",")[1:]] for line in table[1:]]
    assert rows == found["strengths"]
    assert found["target_words"] == ["O", "gato", "preto", "."]


def test_lines_stay_beside_their_sources(foveate: Foveate, tmp_path: Path) -> None:
    file = tmp_path / "lines.txt"
    file.write_text("Hello.\n\n" + "a" * 5000 + "\nHow are you?\n", encoding="utf-8")
    run = foveate("align", "--file", file, "--format", "pharaoh")
    lines = run.stdout.decode().split("\n")
    assert run.returncode == 1
    assert [bool(line) for line in lines] == [True, False, False, True, False]
    assert b"2502 tokens" in run.stderr


def test_targets_must_match_their_sources(foveate: Foveate, tmp_path: Path) -> None:
    for name, text in {"src": "One.\nTwo.\n", "tgt": "Um.\n"}.items():
        (tmp_path / name).write_text(text)
    run = foveate("align", "-f", tmp_path / "src", "--target-file", tmp_path / "tgt")
    assert run.returncode == 1
    assert b"2 sentences and 1 targets" in run.stderr


def test_standard_input_is_aligned_line_by_line_with_a_progress_bar(foveate: Foveate) -> None:
    run = foveate("align", "--format", "json", stdin="\ufeffHello.\r\n[/red] Stop!\n".encode())
    assert run.returncode == 0, run.stderr
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert [pair["source"] for pair in found] == ["Hello.", "[/red] Stop!"]
    assert [len(pair["strengths"]) for pair in found] == [len(p["target_words"]) for p in found]
    assert b"Aligning" in run.stderr


def test_a_paragraph_is_aligned_sentence_by_sentence(foveate: Foveate) -> None:
    run = foveate("align", "Dr. Smith left. It was late!", "--format", "pharaoh")
    assert len(run.stdout.splitlines()) == 2


def test_the_other_direction_is_named(foveate: Foveate) -> None:
    run = foveate("align", "O gato preto.", "--model", "bergamot-pt-en", "--format", "pharaoh")
    assert run.stdout == b"0-0 1-2 2-1 3-3\n"


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (("align", ""), b"", b"text '' is empty: give at least one word"),
        (("align",), b"", b"text '' is empty"),
        (("align", "Hi.", "--target", " "), b"", b"target ' ' is empty"),
        (("align", "Hi.", "--target", "\u200d"), b"", b"has nothing the model can read"),
        (("align", "Hi.", "--model", "nope"), b"", b"model 'nope' is not in the catalog"),
        (("align", "[/red]" + "a" * 5000), b"", b"2505 tokens: at most 512 are traced"),
        (("align",), b"One.\n\xff\xfe", b"standard input is not UTF-8 at line 2"),
        (("align", "word " * 10_000), b"", b"has 50000 characters: give at most 20000"),
    ],
)
def test_what_cannot_be_aligned_is_one_sentence(
    foveate: Foveate, arguments: tuple[str, ...], stdin: bytes, words: bytes
) -> None:
    run = foveate(*arguments, stdin=stdin)
    assert run.returncode == 1
    assert words in run.stderr
    assert b"Traceback" not in run.stderr
    assert not run.stdout.strip()


def strongest(line: str) -> int:
    """The column of a line's darkest block."""
    return max(range(len(line)), key=lambda column: " ░▒▓█".find(line[column]))
