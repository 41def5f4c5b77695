"""CamVid's pictures and their labels, as copies to learn from: mirrored, or a part of one enlarged.

Brostow, Fauqueur and Cipolla 2009; 367, 101 and 233 pictures of 480 x 360, from the SegNet tutorial
(CC BY-NC 4.0: research and personal use). A folder holds `train/NAME.jpg`, `trainannot/NAME.png`
and the same of `val` and `test`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter

from foveate.models.errors import InputError
from foveate.models.zoo.image.decoders.classes import IGNORED

Split = Literal["train", "val", "test"]
ENLARGED = 1.7  # at most, of a copy from the third on
CONTRAST, COLOUR, CAST = (0.6, 1.4), (0.3, 1.5), (0.85, 1.18)  # of such copies
GAMMA, BLUR = (0.5, 2.0), (0.0, 1.2)  # BLUR: the radius in pixels, of one in three


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture and the classes of its pixels (rows, columns)."""

    picture: Image.Image
    labels: NDArray[np.uint8]


class Scenes:
    """The pictures of one split, by number. Raises InputError for a folder that has none."""

    def __init__(self, folder: Path, split: Split) -> None:
        self.split, self.files = split, sorted((folder / split).glob("*.jpg"))
        self.annotations = folder / f"{split}annot"
        if not self.files:
            raise InputError(
                f"--data {folder} has no pictures in {split}: give CamVid's folder, with "
                f"{split}/NAME.jpg and {split}annot/NAME.png."
            )

    def __len__(self) -> int:
        return len(self.files)

    @cached_property
    def frequencies(self) -> NDArray[np.float64]:
        """How often each class is among the labels of all pictures, the ignored one last."""
        counts = np.zeros(IGNORED + 1)
        for number in range(len(self)):
            counts += np.bincount(self.labels(number).ravel(), minlength=len(counts))
        found: NDArray[np.float64] = counts / counts.sum()
        return found

    def labels(self, number: int) -> NDArray[np.uint8]:
        """A picture's labels as they come."""
        return np.asarray(self._annotation(number))

    def scene(self, number: int, copy: int, size: tuple[int, int]) -> Scene:
        """A copy of a picture at a size (width, height): 0 as it is, 1 mirrored; others are a part
        of it enlarged, mirrored or not, in another light. The same for the same numbers.
        """
        picture = Image.open(self.files[number]).convert("RGB")
        labels = self._annotation(number)
        chance = np.random.default_rng([copy, number])
        box = _part(picture.size, chance) if copy > 1 else (0.0, 0.0, *picture.size)
        picture = picture.resize(size, Image.Resampling.BICUBIC, box=box)
        labels = labels.resize(size, Image.Resampling.NEAREST, box=box)
        if copy == 1 or (copy > 1 and chance.random() < 0.5):
            picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            labels = labels.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        if copy > 1:
            picture = _lit(picture, chance)
        return Scene(picture, np.asarray(labels))

    def _annotation(self, number: int) -> Image.Image:
        return Image.open(self.annotations / f"{self.files[number].stem}.png")


def _part(size: tuple[int, int], chance: np.random.Generator) -> tuple[float, float, float, float]:
    by = chance.uniform(1, ENLARGED)
    width, height = size[0] / by, size[1] / by
    left, top = chance.uniform(0, size[0] - width), chance.uniform(0, size[1] - height)
    return left, top, left + width, top + height


def _lit(picture: Image.Image, chance: np.random.Generator) -> Image.Image:
    """In another light: darker or lighter (gamma), of another cast, contrast and colour; one in
    three is a little out of focus.
    """
    gamma = math.exp(chance.uniform(*np.log(GAMMA)))
    cast = chance.uniform(*CAST, size=3)
    values = (np.asarray(picture) / 255) ** gamma * cast
    picture = Image.fromarray((values.clip(0, 1) * 255).astype(np.uint8))
    picture = ImageEnhance.Contrast(picture).enhance(chance.uniform(*CONTRAST))
    picture = ImageEnhance.Color(picture).enhance(chance.uniform(*COLOUR))
    radius = chance.uniform(*BLUR)
    return picture.filter(ImageFilter.GaussianBlur(radius)) if chance.random() < 1 / 3 else picture
