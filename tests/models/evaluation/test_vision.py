"""How the vision lab is measured: intervals, boxes on the grid, maps, erasing."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from foveate.models.axis import Patches
from foveate.models.evaluation.erasing import areas, order_of
from foveate.models.evaluation.intervals import difference, interval
from foveate.models.evaluation.vision import coverage, judged, map_of
from foveate.models.intervention import Intervention
from foveate.models.recording import recording
from foveate.models.training.vision.composites import Composite
from foveate.models.training.vision.features import Features
from foveate.models.zoo.image.heads.table import head_of
from foveate.models.zoo.image.stem import CHANNELS


def test_an_interval_holds_the_mean_and_narrows_with_photos() -> None:
    chance = np.random.default_rng(1)
    few, many = (chance.random((3, photos)).round() for photos in (40, 4000))
    for found in (few, many):
        made = interval(found, draws=300)
        assert made.low <= made.mean == found.mean() <= made.high
        assert made == interval(found, draws=300)
    wide, narrow = (interval(found, 300).high - interval(found, 300).low for found in (few, many))
    assert narrow < wide / 4


def test_a_difference_on_the_same_photos_is_narrower_than_its_parts() -> None:
    hard = np.random.default_rng(2).random((1, 300)).repeat(3, 0)
    one, other = (hard > 0.4).astype(float), (hard > 0.5).astype(float)
    apart = difference(one, other, draws=300)
    assert 0.05 < apart.low < apart.mean < apart.high < 0.16
    assert not apart.is_zero_inside
    assert difference(one, one, draws=300).is_zero_inside


def test_a_box_covers_places_by_their_area() -> None:
    found = coverage(np.array([[0, 0, 224, 224], [8, 16, 32, 24]])).reshape(2, 14, 14)
    assert found[0].min() == 1
    assert found[1].nonzero() == (pytest.approx([1, 1]), pytest.approx([0, 1]))
    assert found[1][1, :2].tolist() == [0.25, 0.5]


def composites(count: int) -> Features:
    chance = np.random.default_rng(3)
    maps = chance.normal(size=(count, CHANNELS, 14, 14)).astype(np.float16)
    labels, boxes = np.arange(count) % 20, np.array([[32, 32, 96, 96]] * count)
    return Features(maps, labels, np.full(count, 1 / 9), boxes, np.arange(count))


def test_judging_is_of_the_map_and_the_same_again() -> None:
    torch.manual_seed(0)
    head, test = head_of("additive", 20).eval(), composites(70)
    # One place far above all others in what the score sees: every map points there.
    head.pooler.key.weight.data.fill_(0.05)
    head.pooler.score.weight.data.fill_(1.0)
    test.maps[:, :, 3, 3] = 9
    found, again = judged(head, test), judged(head, test)
    assert found.keys() == {"right", "pointed", "inside"}
    assert all(np.array_equal(found[name], again[name]) for name in found)
    assert found["pointed"].mean() == 1
    assert 0.1 < found["inside"].mean() < 1
    off = judged(head, test, Intervention(attention="off"))
    assert off.keys() == {"right"}


@pytest.mark.parametrize("name", ["spatial", "swin", "pvt", "average", "se"])
def test_a_map_is_on_the_stems_grid_whatever_the_keys_are(name: str) -> None:
    head = head_of(name, 20).eval()
    with torch.inference_mode(), recording(needed=False) as calls:
        head(torch.randn(1, CHANNELS, 14, 14))
    found = map_of(head, calls)
    if not any(isinstance(site.key, Patches) for site in head.sites(calls)):
        assert found is None
    else:
        assert found is not None
        assert found.shape == (14, 14)
        kept = 1 if name != "spatial" else None
        assert kept is None or float(found.sum()) == pytest.approx(4 if name == "pvt" else 1)


def test_erasing_what_decides_first_costs_more_than_last() -> None:
    picture = Image.new("RGB", (224, 224), (127, 127, 127))
    picture.paste((255, 255, 255), (32, 48, 48, 64))  # the place 3,2 alone is not grey
    shown = Composite(picture, 0, (32, 48, 48, 64), 1 / 196, 0)

    def stem(pixels: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.avg_pool2d(pixels, 16)

    def verdict(maps: torch.Tensor) -> torch.Tensor:
        return torch.stack([9 * maps[:, 0, 3, 2], torch.full((len(maps),), 3.0)], 1)

    ordered = order_of(
        stem(torch.as_tensor(np.array(picture)).permute(2, 0, 1)[None].float())[0, 0]
    )
    assert int(ordered[0]) == 3 * 14 + 2
    first = areas([shown], [ordered], stem, verdict)  # type: ignore[arg-type]
    last = areas([shown], [ordered.flip(0)], stem, verdict)  # type: ignore[arg-type]
    assert first[0][0] < 0.2 < 0.8 < last[0][0]
    assert last[1][0] < first[1][0]
