"""Heads over time: each formula against plain sums, what they record, pins, positions, features."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor

from foveate.models.analysis.spacetime import usual_query, when
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.errors import InputError
from foveate.models.inputs.clip import Clip
from foveate.models.inputs.photo import Photo
from foveate.models.intervention import UNTOUCHED, Intervention
from foveate.models.recording import recording
from foveate.models.zoo.clips import clip_model
from foveate.models.zoo.video.frames import size_of
from foveate.models.zoo.video.heads.additive import AdditivePooling
from foveate.models.zoo.video.heads.query import QueryPooling, sinusoids
from foveate.models.zoo.video.heads.table import HEADS, head_of

CLASSES, FRAMES, WIDTH = 20, 12, 320
OFF, PINNED = Intervention(attention="off"), Intervention(frame=7)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(5)


def drawn(*sizes: int) -> Tensor:
    return torch.randn(*sizes, dtype=torch.float64)


def close(found: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)


@torch.inference_mode()
def seen(head: Any, frames: Tensor, change: Intervention = UNTOUCHED) -> tuple[Tensor, Tensor]:
    """Logits of one clip, and the mean over heads of its weights by frame."""
    with recording() as calls:
        logits = head.double().eval()(frames, change)
    return logits, when(head.sites(calls)[0], 0)[-1]


def test_additive_pooling_is_its_formula() -> None:
    pooling, frames = AdditivePooling(32).double(), drawn(2, FRAMES, 32)
    scores = (frames @ pooling.key.weight.T + pooling.key.bias).tanh() @ pooling.score.weight[0]
    close(pooling(frames, UNTOUCHED), (scores.softmax(1)[..., None] * frames).sum(1))
    close(pooling(frames, OFF), frames.mean(1))
    close(pooling(frames, PINNED), frames[:, 7])


@pytest.mark.parametrize("placed", [False, True])
def test_query_pooling_is_its_formula(placed: bool) -> None:
    pooling, frames = QueryPooling(32, placed).double(), drawn(1, FRAMES, 32)
    told = frames + sinusoids(FRAMES, 32).double() * placed
    parts = []
    for head in range(4):
        some = slice(8 * head, 8 * head + 8)
        query = pooling.query(pooling.asked)[0, 0, some]
        weights = ((pooling.key(told)[0, :, some] @ query) / 8**0.5).softmax(0)
        parts.append(weights @ pooling.value(told)[0, :, some])
    close(pooling(frames, UNTOUCHED)[0], pooling.output(torch.cat(parts)))
    close(pooling(frames, OFF)[0], pooling.output(pooling.value(told)[0].mean(0)))
    close(pooling(frames, PINNED)[0], pooling.output(pooling.value(told)[0, 7]))


@pytest.mark.parametrize("name", [name for name, entry in HEADS.items() if entry.chooses])
def test_weights_are_of_frames_and_a_pin_has_them_all(name: str) -> None:
    head, frames = head_of(name, CLASSES), drawn(1, FRAMES, WIDTH)
    _, weights = seen(head, frames)
    assert weights.shape == (FRAMES,)
    assert float(weights.sum()) == pytest.approx(1)
    assert seen(head, frames, OFF)[1].tolist() == pytest.approx([1 / FRAMES] * FRAMES)
    assert seen(head, frames, PINNED)[1].tolist() == [float(n == 7) for n in range(FRAMES)]


@pytest.mark.parametrize(("name", "tells"), [("additive", False), ("query-placed", True)])
def test_only_positions_tell_in_which_order_frames_come(name: str, tells: bool) -> None:
    head, frames = head_of(name, CLASSES), drawn(1, FRAMES, WIDTH)
    same = torch.allclose(seen(head, frames)[0], seen(head, frames.flip(1))[0], atol=1e-9)
    assert same is not tells


def test_times_of_a_clip_go_from_first_to_last_whatever_their_number() -> None:
    trained, longer = sinusoids(16, 8), sinusoids(31, 8)
    torch.testing.assert_close(longer[::2], trained, rtol=1e-4, atol=1e-4)
    assert trained[0].tolist() == [0, 1] * 4


def test_a_frame_keeps_its_aspect_and_its_area() -> None:
    assert size_of(480, 480) == (128, 128)
    assert size_of(1920, 1080) == (160, 96)
    assert size_of(1000, 10) == (1280, 32)


def clip(frames: int) -> Clip:
    """Frames of growing brightness, wide."""
    photos = tuple(
        Photo(Image.new("RGB", (96, 54), (20 * n, 90, 200 - 10 * n)), 96, 54, "0" * 64)
        for n in range(frames)
    )
    return Clip(photos, tuple(n / 8 for n in range(frames)), frames / 8)


def test_the_committed_heads_say_what_is_there_and_when() -> None:
    shown = clip(9)
    for name, entry in HEADS.items():
        model = clip_model(load(Catalog()[f"when-{name}"]))
        trace = model.trace(shown, 224)
        chances = trace.outputs["classes"].value()
        assert chances.shape == (1, CLASSES)
        assert "starfish" in trace.outputs["classes"].labels
        assert (trace.clip.crop.width, trace.clip.crop.height) == (96, 54)
        assert len(trace.sites) == entry.chooses
        assert bool(trace.clip.notes) is (name == "query-placed")  # of other than 16 frames
        if not entry.chooses:
            with pytest.raises(InputError, match="cannot be switched off"):
                model.trace(shown, 224, intervention=OFF)
            continue
        assert usual_query(trace.sites[0]) == "0"
        pinned = model.trace(shown, 224, intervention=PINNED)
        alone = model.trace(Clip(shown.frames[7:8] * 9, shown.times, 1), 224, intervention=PINNED)
        if name != "query-placed":
            torch.testing.assert_close(
                pinned.outputs["classes"].value(), alone.outputs["classes"].value()
            )
    with pytest.raises(InputError, match="frame 9 is not in this clip: give a number from 0 to 8"):
        model.trace(shown, 224, intervention=Intervention(frame=9))
