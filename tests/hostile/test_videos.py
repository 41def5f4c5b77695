"""Hostile and damaged videos get a sentence or their frames, soon, and open no other file."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from foveate.app.main import create_app
from foveate.app.runtime.decoder import OF_A_CLIP
from foveate.app.runtime.decoding import ClipDecoder
from foveate.models.errors import InputError
from foveate.models.inputs.clip import Sampling
from foveate.models.inputs.video import read_clip
from tests.app.service import settings
from tests.hostile.conftest import Children
from tests.hostile.files import gif_without_end
from tests.videos import ANIMATED, CODECS, animation, sample_video, video

pytestmark = pytest.mark.slow
SOON = 12.0  # seconds


@pytest.fixture(scope="module")
def decoder() -> Iterator[ClipDecoder]:
    found = ClipDecoder(1)
    found.sampled(sample_video(), Sampling(8))
    yield found
    found.close()


@pytest.mark.parametrize("format", [*CODECS, *ANIMATED])
def test_a_child_gives_the_same_frames(decoder: ClipDecoder, format: str) -> None:
    data = video(format) if format in CODECS else animation(format)
    found, expected = decoder.sampled(data, Sampling(8)), read_clip(data, Sampling(8))
    assert found.times == expected.times
    assert found.notes == expected.notes
    assert [f.image.tobytes() for f in found.frames] == [f.image.tobytes() for f in expected.frames]


@pytest.mark.parametrize("text", ["ffconcat version 1.0\nfile '{}'\n", "#EXTM3U\n{}\n", "{}"])
def test_a_file_that_names_others_is_no_video(
    decoder: ClipDecoder, tmp_path: Path, text: str
) -> None:
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(video())
    with pytest.raises(InputError, match="is not a video that can be read"):
        decoder.sampled(text.format(secret).encode(), Sampling(8))


def test_a_child_can_open_no_file(children: Children) -> None:
    resource = pytest.importorskip("resource")
    if not hasattr(resource, "prlimit"):
        pytest.skip("this platform does not tell another process's limits")
    lone = ClipDecoder(1)
    lone.sampled(sample_video(), Sampling(8))
    pid = children[0].pid
    opened = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    assert resource.prlimit(pid, resource.RLIMIT_NOFILE)[0] == OF_A_CLIP["RLIMIT_NOFILE"] == opened
    lone.close()


@pytest.mark.parametrize("format", CODECS)
def test_a_damaged_video_is_frames_or_a_sentence(decoder: ClipDecoder, format: str) -> None:
    whole, chance = video(format, size=(32, 32)), random.Random(format)
    broken = [whole[: len(whole) * part // 9] for part in range(1, 9)]
    for _ in range(20):
        bytes_ = bytearray(whole)
        for _ in range(chance.randint(1, 40)):
            bytes_[chance.randrange(len(bytes_))] = chance.randrange(256)
        broken.append(bytes(bytes_))
    for data in broken:
        start = time.monotonic()
        with contextlib.suppress(InputError):
            assert 2 <= len(decoder.sampled(data, Sampling(8)).frames) <= 8
        assert time.monotonic() - start < SOON


def test_an_animation_without_end_comes_to_one(decoder: ClipDecoder) -> None:
    start = time.monotonic()
    with contextlib.suppress(InputError):
        decoder.sampled(gif_without_end(), Sampling(8))
    assert time.monotonic() - start < SOON


def test_a_video_of_very_many_frames_is_sampled_or_refused_soon(decoder: ClipDecoder) -> None:
    data = video("matroska", [n / 1000 for n in range(6500)], (16, 16), g="6500")
    start = time.monotonic()
    with pytest.raises(InputError, match="would have to be decoded: choose a shorter part"):
        decoder.sampled(data, Sampling(8))
    assert len(decoder.sampled(data, Sampling(8, 0, 3)).frames) == 8
    assert time.monotonic() - start < 2 * SOON


def test_a_child_that_takes_too_long_is_ended_and_replaced() -> None:
    hasty = ClipDecoder(1, seconds=0.05)
    data = video("matroska", [n / 10 for n in range(500)], (320, 240))
    with pytest.raises(InputError, match="longer than 0.05 seconds to decode: choose a shorter"):
        hasty.sampled(data, Sampling(48))
    hasty.close()


COMPUTED = ("frames/1.jpg", "frames/1/overlay.png", "spacetime", "when")
SMALL = {"frames": "8", "resolution": "224", "sample": "cars"}


def test_whatever_computes_of_a_clip_is_admitted_and_kept_within_a_budget() -> None:
    app = create_app(settings(trace_bytes=20_000_000))
    with TestClient(app) as client:
        large = client.post("/api/v1/videos/traces", data=SMALL)
        assert large.status_code == 413
        assert "take fewer frames or a smaller resolution" in large.json()["detail"]
    app = create_app(settings())
    with TestClient(app) as client:
        made = client.post("/api/v1/videos/traces", data=SMALL)
        assert made.status_code == 201
        trace = f"/api/v1/traces/{made.json()['id']}"
        app.state.host.admission.stop(60)
        answers = [client.get(f"{trace}/{path}") for path in COMPUTED]
        asked = {"frame": 3, "click": {"row": 5, "column": 3}}
        answers.append(client.post(f"{trace}/propagation", json=asked))
        answers.append(client.post("/api/v1/videos/traces", data=SMALL | {"end": "2"}))
        found = [(answer.status_code, answer.headers["retry-after"]) for answer in answers]
        assert found == [(503, "5")] * 6
