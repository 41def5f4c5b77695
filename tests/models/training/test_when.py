"""Heads over time: scenes, clips of their features, training that repeats, and what is measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from foveate.models.evaluation.runs import runs_in
from foveate.models.evaluation.when import judged, measure
from foveate.models.intervention import Intervention
from foveate.models.training.vision.features import deep_sha256, stem_sha256
from foveate.models.training.vision.photos import TARGETS, Photos, Target
from foveate.models.training.vision.run import Plan, Trainer
from foveate.models.training.when.__main__ import export
from foveate.models.training.when.clips import FEWEST, MOST, SHARES, First, Shown
from foveate.models.training.when.features import Takes, kept
from foveate.models.training.when.scenes import FRAMES, SIDE, Maker
from foveate.models.zoo.video.frames import WIDTH, frame_features
from foveate.models.zoo.video.heads.table import HEADS, head_of

CLASSES, SCENES = 4, 24


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Photos:
    """Things are red, backgrounds green, strangers blue."""
    folder, made = tmp_path_factory.mktemp("photos"), {}
    for name, colour in (("thing", (255, 0, 0)), ("other", (0, 0, 255)), ("ground", (0, 255, 0))):
        made[name] = folder / f"{name}.png"
        Image.new("RGB", (60, 40), colour).save(made[name])
    targets = tuple(Target(made["thing"], label) for label in range(2))
    return Photos(targets, (made["other"],), (made["ground"],))


def share(frame: Image.Image, channel: int) -> float:
    return float((np.asarray(frame)[..., channel] > 128).mean())


def test_a_scene_is_the_same_again_and_its_thing_is_in_one_take_alone(photos: Photos) -> None:
    for split in ("train", "test"):
        maker = Maker(photos, split, count=6)
        assert len(maker) == (6 if split == "train" else 2)
        one, again = maker[1], maker[1]
        assert [f.tobytes() for f in one.shown] == [f.tobytes() for f in again.shown]
        assert one.label == again.label == 1
        assert len(one.shown) == len(one.other) == FRAMES
        assert one.shown[0].size == (SIDE, SIDE)
        assert all(0.15 < share(frame, 0) < 0.9 for frame in one.shown)
        assert not any(share(frame, 0) for frame in one.other)
        assert not any(share(frame, 2) for frame in one.shown)
        assert one.shown[0].tobytes() != one.shown[-1].tobytes()  # it moves


def test_features_of_scenes_are_kept(photos: Photos, tmp_path: Path) -> None:
    maker, told = Maker(photos, "train", count=1), []
    through = frame_features(stem_sha256(), deep_sha256())
    first = kept(tmp_path, maker, through, told.append)
    again = kept(tmp_path, maker, through, told.append)
    assert told == ["train: features of 1 of 1 scenes"]  # once
    assert first.shown.shape == first.other.shape == (1, FRAMES, WIDTH)
    assert np.array_equal(first.shown, again.shown)


@pytest.fixture(scope="module")
def takes() -> Takes:
    """A thing has its class in one place, and says in another that it is there."""
    chance = np.random.default_rng(0)
    labels = np.arange(SCENES) % CLASSES
    shown, other = np.zeros((2, SCENES, FRAMES, WIDTH), np.float16)
    for take in (shown, other):
        take[..., : CLASSES + 1] = chance.normal(size=(SCENES, FRAMES, CLASSES + 1))
    shown[np.arange(SCENES), :, labels] += 20
    shown[:, :, CLASSES] += 20
    return Takes(shown, other, labels, np.arange(SCENES))


def test_a_clip_has_its_thing_for_its_share_of_the_time(takes: Takes) -> None:
    clips = Shown(takes, fixed=True)
    assert clips.there.sum(1).tolist() == [round(16 * share) for share in SHARES] * SCENES
    given, labels = clips.batch(slice(None))
    there = given[:, :, CLASSES].numpy() > 4
    assert np.array_equal(there, clips.there)
    assert labels.tolist() == clips.labels.tolist()
    changes = np.diff(there.astype(int), axis=1)
    assert (np.abs(changes).sum(1) <= 2).all()  # in a row
    lengths = Shown(takes, fixed=False).batch(np.arange(SCENES), np.random.default_rng(1))[0]
    counted = (lengths[:, :, CLASSES] > 4).sum(1)
    assert counted.min() >= 1
    assert len(set(counted.tolist())) > 4


def test_two_things_come_in_both_orders_one_after_the_other(takes: Takes) -> None:
    clips = First(takes, fixed=True)
    given, labels = clips.batch(slice(None))
    assert labels.tolist() == clips.labels.tolist()
    for number in range(0, len(clips), 2):
        one, other = given[number], given[number + 1]
        moments = (one[:, CLASSES] > 4).nonzero()[:, 0]
        assert 2 * FEWEST <= len(moments) <= 2 * MOST
        first, last = one[moments[0]], one[moments[-1]]
        assert int(first[:CLASSES].argmax()) == labels[number]
        assert int(last[:CLASSES].argmax()) == labels[number + 1] != labels[number]
        swapped = (other[:, CLASSES] > 4).nonzero()[:, 0]
        assert int(other[swapped[0], :CLASSES].argmax()) == labels[number + 1]


def trained(takes: Takes, folder: Path, head: str, fixed: type[Shown | First] = Shown) -> Trainer:
    plan = Plan(head, SCENES, epochs=2, batch=12, rate=1e-2, smoothing=0.0)
    examples = fixed(takes, fixed=False), fixed(takes, fixed=True)
    trainer = Trainer(plan, *examples, len(TARGETS), folder, head_of)
    trainer.run()
    return trainer


def test_judging_is_of_the_frames_in_which_the_thing_is(takes: Takes) -> None:
    clips, head = Shown(takes, fixed=True), head_of("additive", len(TARGETS)).eval()
    with torch.no_grad():  # scores see nothing but that the thing is there
        head.pooler.key.weight.zero_()[:, CLASSES] = 1.0
        head.pooler.key.bias.fill_(-10.0)
        head.pooler.score.weight.fill_(1.0)
    found, off = judged(head, clips), judged(head, clips, Intervention(attention="off"))
    assert found["pointed"].min() == 1
    assert found["inside"].min() > 0.99
    assert off["inside"].reshape(-1, len(SHARES)).mean(0) == pytest.approx(SHARES)


@pytest.mark.slow
def test_what_is_measured_of_runs_has_every_head_and_every_share(
    takes: Takes, tmp_path: Path
) -> None:
    for name in ("average", "additive"):
        export(trained(takes, tmp_path / "what" / f"{name}-0", name))
    export(trained(takes, tmp_path / "first" / "query-0", "query", First))
    runs = [runs_in(tmp_path / asked, HEADS) for asked in ("what", "first")]
    figures = measure(*runs, takes, lambda _: None)
    assert list(figures["heads"]) == ["average", "additive"]
    assert "weight" not in figures["heads"]["average"]
    assert [at["share"] for at in figures["heads"]["additive"]["pointing"]] == figures["shares"]
    assert [each["head"] for each in figures["differences"]] == ["additive"]
    assert figures["first"]["heads"]["query"]["score"] <= 0.5  # in both orders
