"""How street scenes are measured: draws of seeds and pictures, groups, pairs."""

from __future__ import annotations

import numpy as np
import pytest

from foveate.models.evaluation.streets import GROUPS, compared, draws_of, told
from foveate.models.training.streets.run import ious_of
from foveate.models.zoo.image.decoders.classes import LABELS

THIN = [LABELS.index(name) for name in ("pole", "sign", "pedestrian", "bicyclist")]


def seen(right: float, seeds: int = 3, pictures: int = 40) -> np.ndarray:
    """Confusions of pictures in which so much of every class is right."""
    chance = np.random.default_rng(5)
    hard = chance.uniform(0.8, 1, size=(1, pictures, 1, 1))
    share = np.where(np.eye(11, dtype=bool), right * hard, (1 - right * hard) / 10)
    noise = chance.uniform(0.97, 1.03, size=(seeds, pictures, 11, 11))
    return (1000 * share * noise).astype(np.int64)


def test_draws_are_of_whole_confusions_and_the_same_again() -> None:
    found = seen(0.7)
    drawn = draws_of(found, draws=50)
    assert drawn.shape == (50, 11)
    assert np.array_equal(drawn, draws_of(found, draws=50))
    alone = draws_of(found[:1, :1], draws=3)  # one seed, one picture: nothing to draw
    np.testing.assert_allclose(alone, np.tile(ious_of(found[0, 0]), (3, 1)))


def test_figures_are_of_all_pictures_together_and_hold_their_intervals() -> None:
    found = seen(0.7)
    parts = told(found, draws_of(found, draws=300))
    ious = ious_of(found.sum(1)).mean(0)
    assert parts["miou"]["score"] == pytest.approx(ious.mean(), abs=1e-4)
    assert parts["thin"]["score"] == pytest.approx(ious[THIN].mean(), abs=1e-4)
    assert parts["miou"]["low"] < parts["miou"]["score"] < parts["miou"]["high"]
    assert len(parts["iou"]["sky"]["seeds"]) == 3
    assert sorted(GROUPS["thin"]) == sorted(THIN)


def test_two_decoders_are_compared_on_the_same_pictures() -> None:
    one, other = seen(0.72), seen(0.7)
    drawn = [draws_of(each, draws=300, runs=run) for run, each in enumerate((one, other))]
    parts = compared(one, other, *drawn)
    assert 0 < parts["miou"]["low"] < parts["miou"]["score"] < parts["miou"]["high"]
    assert not parts["miou"]["noise"]
    assert compared(one, one, drawn[0], drawn[0])["miou"]["noise"]
    wide = told(one, drawn[0])["miou"]
    assert parts["miou"]["high"] - parts["miou"]["low"] < wide["high"] - wide["low"]
