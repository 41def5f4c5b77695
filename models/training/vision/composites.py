"""Composites: one target at a known box among distractors of other classes on a background photo.

A share is that of the picture's area that the target's box has. A target is pasted as the whole
rectangle of its photo; only what would reach out of the picture is cut off it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from foveate.models.training.vision.photos import Photos, Split

SIDE = 224  # pixels of a composite
SHARES = (1.0, 1 / 2, 1 / 4, 1 / 9, 1 / 16, 1 / 30)  # at which heads are measured
SMALLEST = 1 / 36  # of the training's
WHOLE = 0.12  # of the training's pictures are one whole object and nothing else
LARGEST_OTHER = 1 / 9  # a distractor's share at most
OTHERS, TRIES = 6, 40  # distractors, and how often a place for one is sought

Box = tuple[int, int, int, int]  # left, top, right, bottom, in pixels


@dataclass(frozen=True, slots=True, eq=False)
class Composite:
    """A picture, the class of its target, the target's box and number, how large it was to be."""

    picture: Image.Image
    label: int
    box: Box
    share: float
    target: int


@dataclass(frozen=True, slots=True)
class Maker:
    """The composites of a split by number, each the same for the same seed.

    Train has `count` of random targets at random shares, every class as often, each varied a
    little; val and test have every target at every one of `SHARES`.
    """

    photos: Photos
    split: Split
    seed: int = 0
    count: int = 0

    def __len__(self) -> int:
        return self.count if self.split == "train" else len(self.photos.targets) * len(SHARES)

    def __getitem__(self, number: int) -> Composite:
        if self.split != "train":
            target, size = divmod(number, len(SHARES))
            rng = chance_of(self.seed, self.split, target)  # the same background at every share
            return compose(self.photos, target, SHARES[size], rng)
        rng = chance_of(self.seed, self.split, number)
        label = number % (1 + max(each.label for each in self.photos.targets))
        alike = [n for n, each in enumerate(self.photos.targets) if each.label == label]
        target = rng.choice(alike)
        share = 1.0 if rng.random() < WHOLE else SMALLEST ** rng.random()
        return compose(self.photos, target, share, rng, varied=True)


def compose(
    photos: Photos, target: int, share: float, rng: random.Random, varied: bool = False
) -> Composite:
    """A composite of a target by its number; `varied` mirrors and trims it at random."""
    picture = filled(open_photo(rng.choice(photos.backgrounds)), SIDE, SIDE)
    chosen = photos.targets[target]
    shown = open_photo(chosen.photo)
    if varied:
        shown = varied_photo(shown, rng)
    boxes = [_placed(shown, share, rng)]
    if share < 1:
        for _ in range(OTHERS):
            _add(picture, open_photo(rng.choice(photos.distractors)), boxes, share, rng)
    _paste(picture, shown, boxes[0])
    return Composite(picture, chosen.label, boxes[0], share, target)


def _add(
    picture: Image.Image, other: Image.Image, boxes: list[Box], share: float, rng: random.Random
) -> None:
    """Pastes a distractor of about the target's share where it covers nothing, if there is room."""
    size = min(share, LARGEST_OTHER) * rng.uniform(0.7, 1.3)
    for _ in range(TRIES):
        box = _placed(other, size, rng)
        if not any(_overlap(box, each) for each in boxes):
            _paste(picture, other, box)
            boxes.append(box)
            return


def _placed(shown: Image.Image, share: float, rng: random.Random) -> Box:
    """A box of that share of the picture and about the photo's aspect, anywhere inside."""
    area, aspect = share * SIDE * SIDE, shown.width / shown.height
    width = min(SIDE, round(math.sqrt(area * aspect)))
    height = min(SIDE, round(area / width))
    width = min(SIDE, max(width, round(area / height)))  # what was too high is wider
    left, top = rng.randint(0, SIDE - width), rng.randint(0, SIDE - height)
    return left, top, left + width, top + height


def _paste(picture: Image.Image, shown: Image.Image, box: Box) -> None:
    picture.paste(filled(shown, box[2] - box[0], box[3] - box[1]), box[:2])


def filled(image: Image.Image, width: int, height: int) -> Image.Image:
    """The largest part in the middle of an image with that aspect, at that size."""
    scale = min(image.width / width, image.height / height)
    across, down = min(image.width, width * scale), min(image.height, height * scale)
    left, top = (image.width - across) / 2, (image.height - down) / 2
    box = (left, top, left + across, top + down)
    return image.resize((width, height), Image.Resampling.BICUBIC, box=box)


def varied_photo(image: Image.Image, rng: random.Random) -> Image.Image:
    width, height = (round(side * rng.uniform(0.8, 1)) for side in image.size)
    left, top = rng.randint(0, image.width - width), rng.randint(0, image.height - height)
    image = image.crop((left, top, left + width, top + height))
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if rng.random() < 0.5 else image


def _overlap(one: Sequence[int], other: Sequence[int]) -> bool:
    across = one[0] < other[2] and other[0] < one[2]
    return across and one[1] < other[3] and other[1] < one[3]


def open_photo(path: Path) -> Image.Image:
    return Image.open(path).convert("RGB")


def chance_of(seed: int, split: Split, number: int) -> random.Random:
    return random.Random(f"{seed}/{split}/{number}")  # noqa: S311
