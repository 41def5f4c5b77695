"""`foveate video`, and a clip in Python."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import foveate as library
from tests.command import Foveate
from tests.photos import ROOT, SAMPLES

pytestmark = pytest.mark.slow
CARS = ROOT / "static" / "samples" / "cars.webm"


def test_a_clip_becomes_pictures_numbers_and_masks(foveate: Foveate, tmp_path: Path) -> None:
    out = tmp_path / "out"
    query = "3,5,3"
    choice = ("--frames", 8, "--resolution", 224, "--query", query, "--precision", "float32")
    run = foveate("video", CARS, "-o", out, *choice, "--propagate", "--by", "features", "--html")
    assert run.returncode == 0, run.stderr
    assert Image.open(out / "frame-07.png").size == (480, 270)
    weights = np.load(out / "weights.npy")
    lines = (out / "when.csv").read_text().splitlines()
    assert len(lines) == 9
    assert float(lines[4].split(",")[-1]) == pytest.approx(weights[3].sum(), abs=1e-5)
    assert len(zipfile.ZipFile(out / "masks.zip").namelist()) == 8
    assert (out / "carried.mp4").stat().st_size > 1000
    view = library.open("dinov2-small", "float32").trace(CARS, frames=8, resolution=224)
    assert isinstance(view, library.ClipView)
    assert np.allclose(view.spacetime(query), weights, atol=1e-6)
    assert view.when(query).shape == (7, 8)
    assert view.propagate(frame=3, click={"row": 5, "column": 3}).shape == (8, 9, 16)
    assert view.pictures(query)[7].size == (480, 270)
    assert 'data-kept="qk encoder.12.self"' in (out / "view.html").read_text()
    assert "8 frames of 9 x 16 patches" in repr(view)


def test_what_cannot_be_seen_is_one_sentence(foveate: Foveate, tmp_path: Path) -> None:
    still = foveate("video", SAMPLES / "cat.jpg", "-o", tmp_path)
    assert still.returncode == 1
    assert b"is a single picture, not a video" in still.stderr
    missing = foveate("video", tmp_path / "none.mp4", "-o", tmp_path)
    assert b"there is no file" in missing.stderr
    few = foveate("video", CARS, "-o", tmp_path, "--frames", 3)
    assert b"frames 3 is out of range: give 8 to 48" in few.stderr
