"""What the frozen stem makes of composites, worked out once and kept in a folder.

A part holds 1,000 composites or fewer: a run that was broken off goes on with the next part, and
more composites for training are further parts. A composite's maps (112, 14, 14) in float16 are 44
kB.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foveate.models.training.vision.composites import Composite, Maker
from foveate.models.training.vision.photos import Split, read_photos
from foveate.models.weights.cache import file_sha256
from foveate.models.weights.folder import TRAINED
from foveate.models.weights.source import MODEL_FILE
from foveate.models.zoo.image.efficientnet_lite import PREPARATION
from foveate.models.zoo.image.stem import DEEP_FOLDER, FOLDER, Stem, stem

PART, BATCH, TOLD = 1000, 8, 200
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """The stem's maps of composites, and what is known of each.

    `maps` (N, 112, 14, 14) in float16, `labels` (N,), `shares` (N,), `boxes` (N, 4) in pixels,
    `photos` (N,): the target's number among the split's, the same for composites of one photo.
    """

    maps: NDArray[np.float16]
    labels: NDArray[np.int64]
    shares: NDArray[np.float64]
    boxes: NDArray[np.int64]
    photos: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, rows: Any, chance: np.random.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Maps in float32 and labels of some composites; by chance half of them are mirrored."""
        maps, labels = self.maps[rows], self.labels[rows]
        if chance is not None:
            mirrored = chance.random(len(labels)) < 0.5
            maps[mirrored] = maps[mirrored][..., ::-1]
        return torch.from_numpy(maps).float(), torch.from_numpy(labels)

    @classmethod
    def joined(cls, files: list[Path]) -> Self:
        """The parts together."""
        parts = [np.load(file) for file in files]
        names = [field.name for field in fields(cls)]
        return cls(**{name: np.concatenate([part[name] for part in parts]) for name in names})


def features(
    data: Path, cache: Path, split: Split, progress: Progress, composites: int = 0
) -> Features:
    """The stem's features of a split of Caltech-101's photos, from the cache where they are there.

    Raises InputError for a folder that does not hold them.
    """
    maker = Maker(read_photos(data, split), split, count=composites)
    through = stem(stem_sha256()).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return kept(cache, maker, through, progress)


def stem_sha256() -> str:
    """The checksum of the stem that this project carries."""
    return file_sha256(TRAINED / FOLDER / MODEL_FILE)


def deep_sha256() -> str:
    """The checksum of the stages after it."""
    return file_sha256(TRAINED / DEEP_FOLDER / MODEL_FILE)


def kept(cache: Path, maker: Maker, through: Stem, progress: Progress) -> Features:
    """The features of a split's composites, those made that are not in the cache folder yet."""
    cache.mkdir(parents=True, exist_ok=True)
    files = []
    for first in range(0, len(maker), PART):
        numbers = range(first, min(first + PART, len(maker)))
        file = cache / f"{maker.split}-{maker.seed}-{numbers.start}-{numbers.stop}.npz"
        if not file.is_file():
            _write(file, maker, numbers, through, progress)
        files.append(file)
    return Features.joined(files)


def _write(file: Path, maker: Maker, numbers: range, through: Stem, progress: Progress) -> None:
    """One part, written beside and renamed into place."""
    made, maps = [], []
    for first in range(0, len(numbers), BATCH):
        group = [maker[number] for number in numbers[first : first + BATCH]]
        maps.append(stem_maps(group, through).half().contiguous().numpy())
        made += [(each.label, each.share, each.box, each.target) for each in group]
        done = numbers[first] + len(group)
        if done % TOLD == 0 or done == len(maker):
            progress(f"{maker.split}: the stem's features of {done} of {len(maker)} composites")
    labels, shares, boxes, photos = zip(*made, strict=True)
    scratch = file.with_name(f"new.{file.name}")
    np.savez(
        scratch,
        maps=np.concatenate(maps),
        labels=labels,
        shares=shares,
        boxes=boxes,
        photos=photos,
    )
    scratch.replace(file)


@torch.inference_mode()
def stem_maps(composites: list[Composite], through: Stem) -> Tensor:
    """What the stem makes of pictures: (B, 112, 14, 14)."""
    pixels = torch.cat([PREPARATION.pixels(each.picture) for each in composites])
    pixels = pixels.contiguous(memory_format=torch.channels_last)  # half the time
    maps: Tensor = through(pixels)
    return maps
