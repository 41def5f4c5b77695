"""The vision lab's experiment: no photo in two splits, composites, training that repeats."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from foveate.models.errors import InputError
from foveate.models.training.vision.composites import SHARES, SIDE, Maker
from foveate.models.training.vision.features import Features, kept
from foveate.models.training.vision.photos import (
    BACKGROUND,
    HELD,
    SPLITS,
    TARGETS,
    UNUSED,
    read_photos,
)
from foveate.models.training.vision.run import Plan, Trainer, accuracy
from foveate.models.zoo.image.stem import Stem

OTHERS = ("anchor", "pizza")
FEW = 10  # composites, one a class
COUNT = HELD["test"] + HELD["val"] + 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As Caltech-101's: photos of one colour a class, each a little another."""
    root = tmp_path_factory.mktemp("photos")
    for number, name in enumerate((*TARGETS, *UNUSED, *OTHERS, BACKGROUND)):
        (root / name).mkdir()
        for photo in range(COUNT if name in TARGETS else 10):
            colour = (9 * number, 255 - 9 * number, 3 * photo)
            size = (40, 30) if photo % 2 else (24, 36)
            Image.new("RGB", size, colour).save(root / name / f"image_{photo:04}.jpg")
    return root


def test_no_photo_is_in_two_splits(folder: Path) -> None:
    parts = [read_photos(folder, split) for split in SPLITS]
    assert [len(part.targets) // len(TARGETS) for part in parts] == [3, HELD["val"], HELD["test"]]
    together = [photo for part in parts for photo in part.all]
    assert len(together) == len(set(together)) == COUNT * len(TARGETS) + 10 * (1 + len(OTHERS))
    assert not any(photo.parent.name in UNUSED for photo in together)
    assert read_photos(folder, "test") == parts[2] != read_photos(folder, "test", seed=1)


def test_a_folder_of_other_photos_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no photos in airplanes"):
        read_photos(tmp_path, "train")


def test_a_composite_is_the_same_again_and_its_target_is_where_it_says(folder: Path) -> None:
    for split in ("train", "test"):
        maker = Maker(read_photos(folder, split), split, count=40)
        for number in (1, 3, 33):
            one, again = maker[number], maker[number]
            assert one.box == again.box
            assert one.picture.tobytes() == again.picture.tobytes()
            left, top, right, bottom = one.box
            assert 0 <= left < right <= SIDE
            assert 0 <= top < bottom <= SIDE
            middle = one.picture.getpixel(((left + right) // 2, (top + bottom) // 2))
            assert abs(middle[0] - 9 * one.label) < 6  # the class's colour


def test_a_target_has_its_share_of_the_picture(folder: Path) -> None:
    maker = Maker(read_photos(folder, "test"), "test")
    assert len(maker) == len(SHARES) * HELD["test"] * len(TARGETS)
    for number, share in enumerate(SHARES):
        left, top, right, bottom = maker[number].box
        assert (right - left) * (bottom - top) / SIDE**2 == pytest.approx(share, rel=0.03)
    assert {maker[number].target for number in range(len(SHARES))} == {0}


@pytest.fixture(scope="module")
def features(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Features:
    torch.manual_seed(0)
    cache = tmp_path_factory.mktemp("cache")
    maker = Maker(read_photos(folder, "train"), "train", 0, FEW)
    told: list[str] = []
    first = kept(cache, maker, Stem(), told.append)
    assert told[-1] == "train: the stem's features of 10 of 10 composites"
    told.clear()
    again = kept(cache, maker, Stem(), told.append)  # another stem, and nothing is made again
    assert not told
    assert np.array_equal(first.maps, again.maps)
    # An untrained stem tells little apart: what stands for its maps has the label in one place.
    maps = np.random.default_rng(0).normal(size=first.maps.shape).astype(np.float16)
    maps[np.arange(FEW), first.labels, 6, 6] += 40
    return replace(first, maps=maps)


def trained(features: Features, folder: Path, **change: object) -> Trainer:
    plan = replace(Plan("additive", FEW, epochs=12, batch=5, smoothing=0.0), **change)  # type: ignore[arg-type]
    trainer = Trainer(plan, features, features, len(TARGETS), folder)
    trainer.run()
    return trainer


@pytest.fixture(scope="module")
def whole(features: Features, tmp_path_factory: pytest.TempPathFactory) -> Trainer:
    return trained(features, tmp_path_factory.mktemp("whole"))


def test_a_few_composites_are_learned_by_heart(features: Features, whole: Trainer) -> None:
    assert accuracy(whole.network, features).mean() == 1
    assert whole.progress.log[0]["loss"] > 2 > whole.progress.log[-1]["loss"]


def test_a_seed_gives_the_same_weights_with_a_break_and_without(
    features: Features, whole: Trainer, tmp_path: Path
) -> None:
    broken = Trainer(whole.plan, features, features, len(TARGETS), tmp_path)
    with pytest.raises(KeyboardInterrupt):
        broken.run(_stop_after_two)
    resumed = trained(features, tmp_path)
    for name, tensor in whole.network.state_dict().items():
        assert torch.equal(tensor, resumed.network.state_dict()[name]), name


def _stop_after_two(at: object) -> None:
    if getattr(at, "epoch", 0) == 2:
        raise KeyboardInterrupt


def test_another_plan_does_not_go_on(features: Features, whole: Trainer) -> None:
    with pytest.raises(InputError, match="begun with rate = 0.01, not 0.5"):
        trained(features, whole.folder, rate=0.5)
