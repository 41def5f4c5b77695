"""Caltech-101's photos, split by photo: none is in two of train, val and test.

Fei-Fei, Fergus and Perona 2004, "Learning generative visual models from few training examples";
CC BY 4.0, https://data.caltech.edu/records/mzrjq-6wc02. A folder holds `CLASS/image_NNNN.jpg`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from foveate.models.errors import InputError

Split = Literal["train", "val", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
BACKGROUND = "BACKGROUND_Google"
TARGETS = {
    "airplanes": "airplane",
    "Motorbikes": "motorbike",
    "watch": "watch",
    "Leopards": "leopard",
    "bonsai": "bonsai",
    "ketch": "sailing boat",
    "chandelier": "chandelier",
    "hawksbill": "turtle",
    "grand_piano": "piano",
    "butterfly": "butterfly",
    "helicopter": "helicopter",
    "starfish": "starfish",
    "kangaroo": "kangaroo",
    "sunflower": "sunflower",
    "ewer": "jug",
    "laptop": "laptop",
    "umbrella": "umbrella",
    "electric_guitar": "guitar",
    "dalmatian": "dalmatian",
    "Faces_easy": "face",
}
# What shows a target's class under another name is neither a target nor a distractor.
UNUSED = ("Faces", "schooner")
MOST = 130  # photos of a target's class: else airplanes would be a fifth of all
HELD = {"test": 20, "val": 5}  # photos of each target's class
SHARES = {"test": 0.2, "val": 0.1}  # of the photos of distractors and backgrounds


@dataclass(frozen=True, slots=True)
class Target:
    """A photo of one of the classes, by the class's number."""

    photo: Path
    label: int


@dataclass(frozen=True, slots=True)
class Photos:
    """One split: the photos that composites are made of."""

    targets: tuple[Target, ...]
    distractors: tuple[Path, ...]
    backgrounds: tuple[Path, ...]

    @property
    def all(self) -> set[Path]:
        return {each.photo for each in self.targets} | {*self.distractors, *self.backgrounds}


def read_photos(folder: Path, split: Split, seed: int = 0) -> Photos:
    """The photos of a split, the same for the same seed. Raises InputError for another folder."""
    targets = [
        Target(photo, label)
        for label, name in enumerate(TARGETS)
        for photo in _part(_listed(folder, name), split, seed, HELD)
    ]
    others = sorted(each.name for each in folder.iterdir() if each.is_dir())
    distractors = [
        photo
        for name in others
        if name not in (*TARGETS, *UNUSED, BACKGROUND)
        for photo in _part(_listed(folder, name), split, seed)
    ]
    backgrounds = _part(_listed(folder, BACKGROUND), split, seed)
    return Photos(tuple(targets), tuple(distractors), tuple(backgrounds))


def _listed(folder: Path, name: str) -> list[Path]:
    found = sorted((folder / name).glob("*.jpg"))
    if not found:
        raise InputError(
            f"--data {folder} has no photos in {name}: give the folder of Caltech-101, with "
            f"{name}/image_0001.jpg and so on."
        )
    return found


def _part(
    photos: Sequence[Path], split: Split, seed: int, held: dict[str, int] | None = None
) -> list[Path]:
    """A split's photos of one class; of distractors and backgrounds, by share."""
    mixed = list(photos)
    random.Random(f"{seed}/{photos[0].parent.name}").shuffle(mixed)  # noqa: S311
    if held is not None:
        mixed = mixed[:MOST]
    counts = held or {name: round(share * len(mixed)) for name, share in SHARES.items()}
    test, val = counts["test"], counts["test"] + counts["val"]
    return {"test": mixed[:test], "val": mixed[test:val], "train": mixed[val:]}[split]
