"""`foveate image`, and what every command keeps to."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from foveate.models.analysis.heatmap import heatmap
from foveate.models.inputs.photo import Photo
from foveate.models.zoo.image.dinov2 import Dinov2
from tests.command import Foveate
from tests.photos import SAMPLES, encoded

pytestmark = pytest.mark.slow


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


def test_each_photo_of_a_folder_is_done_or_told(foveate: Foveate, tmp_path: Path) -> None:
    photo = (SAMPLES / "cat.jpg").read_bytes()
    folder = tmp_path / "photos [2024] [bold]"
    for place in ("a/IMG_1.JPG", "a/IMG_1.jfif", "b/cat.mpo", "c/cat.mpo", "x.jpg/in.hif"):
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_bytes(photo)
    (folder / "grey.pgm").write_bytes(encoded(Image.open(SAMPLES / "cat.jpg").convert("L"), "PPM"))
    (folder / "new.jxl").write_bytes(b"\xff\x0a" + bytes(99))
    (folder / "gone.jpg").symlink_to(folder / "nowhere.jpg")
    out = folder / "out"
    out.mkdir()
    (out / "former.attention.png").write_bytes(photo)
    run = foveate("image", folder, "lost.jpg", "-o", out, "--resolution", 224, cwd=tmp_path)
    assert run.returncode == 1
    made = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
    assert made == [
        "IMG_1.JPG.attention.png", "IMG_1.jfif.attention.png", "b/cat.mpo.attention.png",
        "c/cat.mpo.attention.png", "former.attention.png", "grey.attention.png",
        "in.attention.png",
    ]  # fmt: skip
    for told in (b"which is not there", b"is a JPEG XL image", b"no file 'lost.jpg'"):
        assert run.stderr.count(told) == 1, run.stderr
    assert b"left out 1 picture of a former run" in run.stderr
    assert b"[2024] [bold]" in run.stderr
    assert b"Traceback" not in run.stderr


def test_a_photo_is_never_written_over(foveate: Foveate, tmp_path: Path) -> None:
    photo = tmp_path / "cat.png"
    photo.write_bytes(encoded(Image.open(SAMPLES / "cat.jpg")))
    before = photo.read_bytes()
    run = foveate("image", photo, "-o", photo, "--resolution", 224)
    assert run.returncode == 1
    assert b"would be written over the photo" in run.stderr
    assert photo.read_bytes() == before


def test_what_was_changed_in_a_photo_is_told(foveate: Foveate, tmp_path: Path) -> None:
    (tmp_path / "clear.png").write_bytes(encoded(Image.new("RGBA", (64, 64))))
    run = foveate("image", tmp_path / "clear.png", "--resolution", 224)
    assert b"clear.png: Transparent parts are laid on white." in run.stderr
    assert (tmp_path / "clear.attention.png").is_file()


def test_models_lists_papers_licence_and_size() -> None:
    command = [sys.executable, "-m", "foveate.app.cli", "models"]  # as a program of its own
    run = subprocess.run(command, capture_output=True, check=True)
    assert b"dinov2-small" in run.stdout
    assert b"Apache-2.0" in run.stdout


def test_the_lens_may_still_be_called_mode(foveate: Foveate, tmp_path: Path) -> None:
    made = []
    for name in ("lens", "mode"):
        out = tmp_path / f"{name}.png"
        choice = (f"--{name}", "heat", "--resolution", 224, "-o", out)
        assert foveate("image", SAMPLES / "cat.jpg", *choice).returncode == 0
        made.append(out.read_bytes())
    assert made[0] == made[1]
    run = foveate("image", SAMPLES / "cat.jpg", "--lens", "filter", "--mode", "heat")
    assert run.returncode == 2
    assert b"old name of --lens" in run.stderr


def test_the_command_line_says_what_there_is_without_importing_torch() -> None:
    code = (
        "import sys, foveate.app.cli; print([m for m in ('torch', 'fastapi') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert run.stdout.strip() == b"[]"
