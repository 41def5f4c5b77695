"""What the frozen network makes of the frames of scenes, worked out once and kept in a folder.

A part holds 100 scenes or fewer, 20 kB each: a run that was broken off goes on with the next part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from foveate.models.training.vision.features import deep_sha256, stem_sha256
from foveate.models.training.vision.photos import Split, read_photos
from foveate.models.training.when.scenes import FRAMES, Maker
from foveate.models.zoo.video.frames import FrameFeatures, frame_features

PART = 100  # scenes
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Takes:
    """Features of both takes of scenes: `shown` and `other` (N, 16, C) in float16, `labels` (N,),
    `photos` (N,): the thing's photo's number among the split's.
    """

    shown: NDArray[np.float16]
    other: NDArray[np.float16]
    labels: NDArray[np.int64]
    photos: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    @classmethod
    def joined(cls, files: list[Path]) -> Self:
        """The parts together."""
        parts = [np.load(file) for file in files]
        names = [field.name for field in fields(cls)]
        return cls(**{name: np.concatenate([part[name] for part in parts]) for name in names})


def takes(data: Path, cache: Path, split: Split, progress: Progress, scenes: int = 0) -> Takes:
    """Of a split of Caltech-101's photos, from the cache where they are there.

    Raises InputError for a folder that does not hold them.
    """
    maker = Maker(read_photos(data, split), split, count=scenes)
    return kept(cache, maker, frame_features(stem_sha256(), deep_sha256()), progress)


def kept(cache: Path, maker: Maker, through: FrameFeatures, progress: Progress) -> Takes:
    """The features of a split's scenes, those made that are not in the cache folder yet."""
    cache.mkdir(parents=True, exist_ok=True)
    files = []
    for first in range(0, len(maker), PART):
        numbers = range(first, min(first + PART, len(maker)))
        file = cache / f"{maker.split}-{maker.seed}-{numbers.start}-{numbers.stop}.npz"
        if not file.is_file():
            _write(file, maker, numbers, through)
            progress(f"{maker.split}: features of {numbers.stop} of {len(maker)} scenes")
        files.append(file)
    return Takes.joined(files)


def _write(file: Path, maker: Maker, numbers: range, through: FrameFeatures) -> None:
    """One part, written beside and renamed into place."""
    scenes = [maker[number] for number in numbers]
    pairs = [through.pooled([*each.shown, *each.other]).half().numpy() for each in scenes]
    made = np.stack(pairs)  # (N, 2 * 16, C)
    scratch = file.with_name(f"new.{file.name}")
    np.savez(
        scratch,
        shown=made[:, :FRAMES],
        other=made[:, FRAMES:],
        labels=[each.label for each in scenes],
        photos=[each.target for each in scenes],
    )
    scratch.replace(file)
