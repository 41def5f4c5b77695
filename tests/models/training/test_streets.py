"""Decoders of street scenes: copies of pictures, features once, training that repeats."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from foveate.models.errors import InputError
from foveate.models.training.streets.camvid import Scenes
from foveate.models.training.streets.deciding import decided
from foveate.models.training.streets.features import Features, Window, features
from foveate.models.training.streets.run import Plan, Trainer, confusion, ious_of, loss_of
from foveate.models.zoo.image.decoders.table import decoder_of
from foveate.models.zoo.image.stem import DEEP, TAPS

CELLS = (3, 4)
EVEN = np.full(12, 1 / 12)
PLAN = Plan("unet", epochs=2, batch=2, copies=1, share=0.6)


class Colours:
    """An encoder that needs no weights: the pixels' colours, by cells of 8."""

    name, rows, columns, cell = "colours", *CELLS, 8

    def maps(self, picture: Image.Image) -> list[Tensor]:
        pixels = torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None].float() / 255
        return [pixels, nn.functional.avg_pool2d(pixels, self.cell)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As CamVid's: road on the left, sky on the right, a column of what is ignored."""
    root = tmp_path_factory.mktemp("camvid")
    labels = np.zeros((36, 48), np.uint8)
    labels[:, :16], labels[:, 47] = 3, 11
    for split in ("train", "val"):
        (root / split).mkdir()
        (root / f"{split}annot").mkdir()
        for number in range(3):
            colour = (80 * number, 100, 200)
            Image.new("RGB", (48, 36), colour).save(root / split / f"{number}.jpg", quality=100)
            Image.fromarray(labels).save(root / f"{split}annot" / f"{number}.png")
    return root


def made(count: int = 3, seed: int = 0) -> Features:
    """The encoder's taps of nothing in particular, and labels that follow from the finest."""
    chance = np.random.default_rng(seed)
    sizes = [(width, by) for width, by in zip((*TAPS, DEEP), (8, 4, 2, 1, 1), strict=True)]
    maps = [chance.normal(size=(count, c, by * CELLS[0], by * CELLS[1])) for c, by in sizes]
    labels = np.where(maps[0][:, 0] > 0, 3, 8).repeat(2, 1).repeat(2, 2).astype(np.uint8)
    return Features(tuple(each.astype(np.float16) for each in maps), labels, CELLS)


def trainer(folder: Path, plan: Plan = PLAN) -> Trainer:
    return Trainer(plan, [made()], made(2, 1), EVEN, folder)


def test_copies_are_mirrored_or_enlarged_and_the_same_again(folder: Path) -> None:
    scenes = Scenes(folder, "train")
    assert len(scenes) == 3
    plain, mirrored = (scenes.scene(0, copy, (48, 36)) for copy in (0, 1))
    assert np.array_equal(plain.labels, scenes.labels(0))
    assert np.array_equal(mirrored.labels, plain.labels[:, ::-1])
    one, again = (scenes.scene(1, 2, (32, 24)) for _ in range(2))
    assert one.picture.tobytes() == again.picture.tobytes()
    assert np.array_equal(one.labels, again.labels)
    assert one.labels.shape == (24, 32)
    assert set(np.unique(one.labels)) <= {0, 3, 11}
    np.testing.assert_allclose(scenes.frequencies[[0, 3, 11]], [31 / 48, 16 / 48, 1 / 48])
    with pytest.raises(InputError, match="no pictures in test"):
        Scenes(folder, "test")


def test_features_are_made_once_and_a_part_of_them_is_that_of_the_picture(
    folder: Path, tmp_path: Path
) -> None:
    said: list[str] = []
    scenes, encoder = Scenes(folder, "train"), Colours()
    for _ in range(2):
        found = features(scenes, encoder, tmp_path, 0, said.append)
    assert said == ["colours-train-0: features of 3 of 3 pictures"]
    assert found.labels.shape == (3, 24, 32)
    maps, labels = found.batch([2, 0], Window(1, 2, 2, 1))
    assert [each.shape for each in maps] == [(2, 3, 16, 8), (2, 3, 2, 1)]
    assert labels.shape == (2, 16, 8)
    assert np.array_equal(labels[0], found.labels[2, 8:, 16:24])
    assert torch.equal(maps[1], torch.from_numpy(np.array(found.maps[1][[2, 0], :, 1:, 2:3])))


def test_iou_is_that_of_a_plain_count() -> None:
    chance = np.random.default_rng(0)
    labels, said = chance.integers(12, size=(9, 9)), chance.integers(11, size=(9, 9))
    found = ious_of(confusion(said, labels))
    for number in range(11):
        ours, theirs = (said == number) & (labels != 11), labels == number
        assert found[number] == pytest.approx((ours & theirs).sum() / (ours | theirs).sum())
    assert np.isnan(ious_of(np.zeros((11, 11), np.int64))).all()


def test_the_loss_is_its_formula() -> None:
    logits, labels = torch.randn(2, 11, 3, 3), torch.randint(0, 12, (2, 3, 3))
    weights = torch.rand(11)
    chances, top, bottom, dices = logits.softmax(1), 0.0, 0.0, []
    known = (labels != 11).nonzero().tolist()
    for b, r, c in known:
        y = int(labels[b, r, c])
        top -= float(weights[y] * chances[b, y, r, c].log())
        bottom += float(weights[y])
    for y in set(labels.flatten().tolist()) - {11}:
        hit = sum(float(chances[b, y, r, c]) for b, r, c in known if labels[b, r, c] == y)
        said = sum(float(chances[b, y, r, c]) for b, r, c in known)
        dices.append(1 - 2 * hit / (said + int((labels == y).sum())))
    expected = top / bottom + 0.3 * sum(dices) / len(dices)
    assert float(loss_of(logits, labels, weights, 0.3)) == pytest.approx(expected, rel=1e-5)


def test_where_it_decides_so_much_of_the_weights_is_undone() -> None:
    network, weights = decoder_of("unet").eval(), torch.rand(11) + 0.5
    maps, _ = made(1).batch([0])
    with torch.inference_mode():
        before = network([each.float() for each in maps])
        after, same = (
            decided(network, weights, share)([each.float() for each in maps]) for share in (0.75, 0)
        )
    expected = before - 0.75 * weights.log()[:, None, None]
    torch.testing.assert_close(after, expected)
    assert torch.equal(same, before)
    assert torch.equal(network([each.float() for each in maps]), before)


def test_a_seed_gives_the_same_weights_with_a_break_or_without(tmp_path: Path) -> None:
    straight = trainer(tmp_path / "straight")
    straight.run()

    def stop(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trainer(tmp_path / "broken").run(stop)
    resumed = trainer(tmp_path / "broken")
    resumed.run()
    pairs = zip(
        straight.both.state_dict().values(), resumed.both.state_dict().values(), strict=True
    )
    assert all(torch.equal(one, other) for one, other in pairs)
    assert [entry["loss"] for entry in resumed.progress.log] == [
        entry["loss"] for entry in straight.progress.log
    ]
    other = trainer(tmp_path / "other", replace(PLAN, seed=1, epochs=1))
    other.run()
    assert other.progress.log[0]["loss"] != straight.progress.log[0]["loss"]
    with pytest.raises(InputError, match=r"epochs = 2, not 3"):
        trainer(tmp_path / "straight", replace(PLAN, epochs=3)).run()


def test_one_picture_can_be_learned_by_heart(tmp_path: Path) -> None:
    plan = replace(PLAN, epochs=80, share=1.0, rate=1e-2, memory=0.5)
    one = made(1)
    made_by = Trainer(plan, [one], one, EVEN, tmp_path)
    made_by.run()
    assert made_by.progress.log[-1]["iou"]["road"] > 0.8
    assert made_by.progress.log[-1]["iou"]["car"] > 0.8
