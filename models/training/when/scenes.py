"""Scenes: a thing of one of the twenty classes that moves over a background, and what else is seen.

A scene has two takes of the same sixteen moments. In `shown` the thing is there; in `other` it is
not, and for some of the time a thing of another class is. A clip takes the moments at which the
thing is there from the one and all others from the other: so that how long it is there can be
chosen anew at no cost. The background drifts, and things move, grow or shrink, and tremble.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from foveate.models.training.vision.composites import (
    Box,
    chance_of,
    filled,
    open_photo,
    varied_photo,
)
from foveate.models.training.vision.photos import Photos, Split

FRAMES = 16
SIDE = 128  # pixels of a frame
SMALLEST, LARGEST = 0.25, 0.65  # share of the frame that a thing has
GROWTH = 0.8  # what its share may become of that, from the first moment to the last
TREMBLE = 2  # pixels
WINDOW = 0.85  # of the background's side that is seen at a time
ALONE = 0.25  # of the scenes have nothing but the background where the thing is not


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Both takes, the class of the thing, and its photo's number among the split's."""

    shown: list[Image.Image]
    other: list[Image.Image]
    label: int
    target: int


@dataclass(frozen=True, slots=True)
class Maker:
    """The scenes of a split by number, each the same for the same seed.

    Train has `count` of random photos, every class as often, each varied a little; val and test
    have one of every photo.
    """

    photos: Photos
    split: Split
    seed: int = 0
    count: int = 0

    def __len__(self) -> int:
        return self.count if self.split == "train" else len(self.photos.targets)

    def __getitem__(self, number: int) -> Scene:
        rng = chance_of(self.seed, self.split, number)
        if self.split != "train":
            return scene(self.photos, number, rng)
        label = number % (1 + max(each.label for each in self.photos.targets))
        alike = [n for n, each in enumerate(self.photos.targets) if each.label == label]
        return scene(self.photos, rng.choice(alike), rng, varied=True)


def scene(photos: Photos, target: int, rng: random.Random, varied: bool = False) -> Scene:
    """A scene of a target by its number; `varied` mirrors and trims it at random."""
    behind = _drifting(open_photo(rng.choice(photos.backgrounds)), rng)
    chosen = photos.targets[target]
    thing = open_photo(chosen.photo)
    if varied:
        thing = varied_photo(thing, rng)
    stranger = open_photo(rng.choice(photos.distractors))
    way, other_way = _way(thing, rng), _way(stranger, rng)
    there = _span(rng)
    shown = [_with(frame, thing, box) for frame, box in zip(behind, way, strict=True)]
    other = [
        _with(frame, stranger, box) if moment in there else frame
        for moment, (frame, box) in enumerate(zip(behind, other_way, strict=True))
    ]
    return Scene(shown, other, chosen.label, target)


def _span(rng: random.Random) -> range:
    """The moments at which the stranger is there: none, or some in a row."""
    if rng.random() < ALONE:
        return range(0)
    length = rng.randint(FRAMES // 2, FRAMES)
    first = rng.randint(0, FRAMES - length)
    return range(first, first + length)


def _drifting(photo: Image.Image, rng: random.Random) -> list[Image.Image]:
    """A background through a window that goes from one place to another."""
    whole = filled(photo, round(SIDE / WINDOW), round(SIDE / WINDOW))
    room = whole.width - SIDE
    places = zip(_line(0, room, rng), _line(0, room, rng), strict=True)
    corners = [(round(left), round(top)) for left, top in places]
    return [whole.crop((left, top, left + SIDE, top + SIDE)) for left, top in corners]


def _way(thing: Image.Image, rng: random.Random) -> list[Box]:
    """Where a thing is at every moment."""
    first = rng.uniform(SMALLEST, LARGEST)
    last = first * rng.choice((1.0, GROWTH, 1 / GROWTH))
    across, down = _line(0, 1, rng), _line(0, 1, rng)
    found = []
    for moment in range(FRAMES):
        share = first + (last - first) * moment / (FRAMES - 1)
        width, height = _size(thing, min(share, 0.9))
        left = across[moment] * (SIDE - width) + rng.uniform(-TREMBLE, TREMBLE)
        top = down[moment] * (SIDE - height) + rng.uniform(-TREMBLE, TREMBLE)
        place = _kept(left, SIDE - width), _kept(top, SIDE - height)
        found.append((*place, place[0] + width, place[1] + height))
    return found


def _size(thing: Image.Image, share: float) -> tuple[int, int]:
    """Width and height of about the photo's aspect, inside the frame, with that share of it."""
    area, aspect = share * SIDE * SIDE, thing.width / thing.height
    width = min(SIDE, round((area * aspect) ** 0.5))
    height = min(SIDE, round(area / width))
    return min(SIDE, max(width, round(area / height))), height


def _line(low: float, high: float, rng: random.Random) -> Sequence[float]:
    """From one number to another in even steps."""
    first, last = rng.uniform(low, high), rng.uniform(low, high)
    return [first + (last - first) * moment / (FRAMES - 1) for moment in range(FRAMES)]


def _kept(value: float, most: int) -> int:
    return min(most, max(0, round(value)))


def _with(frame: Image.Image, thing: Image.Image, box: Box) -> Image.Image:
    found = frame.copy()
    found.paste(filled(thing, box[2] - box[0], box[3] - box[1]), box[:2])
    return found
