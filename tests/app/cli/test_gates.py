"""`foveate gates`, as a user runs it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from foveate.models.inputs.photo import Photo
from foveate.models.intervention import Intervention
from foveate.models.zoo.image.selfie_segmentation import SelfieSegmentation
from tests.command import Foveate
from tests.photos import SAMPLES

pytestmark = pytest.mark.slow
PHOTO = SAMPLES / "astronaut.jpg"


def test_the_mask_with_all_gates_open_is_a_picture(
    foveate: Foveate, tmp_path: Path, selfie: SelfieSegmentation
) -> None:
    out = tmp_path / "mask.png"
    run = foveate("gates", PHOTO, "--open", "all", "-o", out)
    assert run.returncode == 0, run.stderr
    assert np.asarray(Image.open(out)).mean() > 200
    assert b"The masks share 55.9%" in run.stderr
    assert run.stdout == b""


def test_gates_are_a_table_in_three_formats(foveate: Foveate, selfie: SelfieSegmentation) -> None:
    text = foveate("gates", PHOTO).stdout.decode()
    assert "decoder.3.channel" in text
    assert "skip.3" in text
    sheet = foveate("gates", PHOTO, "--table", "csv").stdout.decode()
    rows = list(csv.DictReader(io.StringIO(sheet)))
    told = json.loads(foveate("gates", PHOTO, "--table", "json").stdout)
    values = [value for gate in told for value in gate["values"]]
    np.testing.assert_allclose([float(row["value"]) for row in rows], values, rtol=1e-5)
    assert rows[-1]["site"] == told[-1]["site"] == "decoder.3.channel"


def test_what_is_set_by_hand_is_what_the_model_gets(
    foveate: Foveate, tmp_path: Path, selfie: SelfieSegmentation, astronaut: Photo
) -> None:
    out = tmp_path / "mask.npy"
    by_hand = ("decoder.1.channel:3=0", "decoder.1.channel:5=1", "encoder.5.channel=0.3")
    words = ("--flat", "encoder.2.channel", "--close", "encoder.7.channel", "--cut", "skip.1")
    numbers = [part for each in by_hand for part in ("--set", each)]
    run = foveate("gates", PHOTO, *numbers, *words, "-o", out)
    assert run.returncode == 0, run.stderr
    gates = {"encoder.2.channel": "flat", "encoder.7.channel": "closed", "encoder.5.channel": 0.3}
    asked = Intervention({**gates, "decoder.1.channel": {3: 0, 5: 1}}, ("skip.1",))  # type: ignore[dict-item]
    expected = selfie.trace(astronaut, 224, asked).outputs["mask"].value()
    np.testing.assert_allclose(np.load(out), expected, atol=1e-4)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["--set", "x"], b"--set 'x' is no SITE=NUMBER"),
        (["--set", "a:b=1"], b"--set 'a:b=1' is no SITE=NUMBER"),
        (["--set", "all=2"], b"gate 'all' is set to 2.0: give"),
        (["--open", "all", "--flat", "all"], b"gate 'all' is set twice"),
        (["--set", "a=1", "--set", "a:2=1"], b"gate 'a' is set twice"),
        (["--cut", "skip.9"], b"skip 'skip.9' is not in selfie-segmentation"),
        (["-o", "mask.gif"], b"cannot write mask.gif: end it in .png, .npy, .json"),
        (["--model", "dinov2-small"], b"dinov2-small has no gates"),
    ],
)
def test_what_is_wrong_is_a_sentence(
    given: list[str], sentence: bytes, foveate: Foveate, selfie: SelfieSegmentation
) -> None:
    run = foveate("gates", PHOTO, *given)
    assert run.returncode == 1
    assert sentence in run.stderr
    assert run.stdout == b""


def test_a_photo_that_is_not_there_is_a_sentence(foveate: Foveate, tmp_path: Path) -> None:
    run = foveate("gates", tmp_path / "none.jpg")
    assert (run.returncode, b"there is no file" in run.stderr) == (1, True)
