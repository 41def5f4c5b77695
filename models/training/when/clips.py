"""Clips made of the features of scenes: what is asked of a head, and how it is answered.

`Shown` asks what is there: a thing that is there for a part of the time, in a row, from one frame
of sixteen to all. `First` asks which of two things came first: frames in no order cannot tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foveate.models.training.when.features import Takes
from foveate.models.training.when.scenes import FRAMES

SHARES = (1.0, 1 / 2, 1 / 4, 1 / 8, 1 / 16)  # of the time, at which heads are measured
FEWEST, MOST = 2, 6  # frames that each of two things has


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """Every scene as clips. In training each time with another span, its length even in proportion;
    else (`fixed`) at every one of `SHARES`, scene after scene.
    """

    takes: Takes
    fixed: bool

    def __len__(self) -> int:
        return len(self.takes) * (len(SHARES) if self.fixed else 1)

    @property
    def labels(self) -> NDArray[np.int64]:
        return self.takes.labels.repeat(len(SHARES)) if self.fixed else self.takes.labels

    @property
    def shares(self) -> NDArray[np.float64]:
        return np.tile(SHARES, len(self.takes)) if self.fixed else np.ones(len(self))

    @property
    def there(self) -> NDArray[np.bool_]:
        """In which frames the thing is, (N, 16), of fixed clips."""
        lengths = np.rint(self.shares * FRAMES).astype(np.int64)
        return _spans(lengths, np.random.default_rng([len(self), 1]))

    def batch(self, rows: Any, chance: np.random.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Features (B, 16, C) in float32 and labels."""
        numbers = np.arange(len(self))[rows]
        if chance is None:
            scenes, there = numbers // len(SHARES), self.there[numbers]
        else:
            lengths = np.rint(FRAMES ** chance.random(len(numbers))).astype(np.int64)
            scenes, there = numbers, _spans(lengths, chance)
        made = np.where(there[..., None], self.takes.shown[scenes], self.takes.other[scenes])
        return torch.from_numpy(made).float(), torch.from_numpy(self.takes.labels[scenes])


@dataclass(frozen=True, slots=True, eq=False)
class First:
    """Two things of two classes in one clip, one after the other; the label is the first one's.

    The frames with neither are of one scene or the other, whichever chance has it. Fixed clips come
    in pairs, which hold the same two things in both orders: who cannot tell which is first is right
    in half of them at most.
    """

    takes: Takes
    fixed: bool

    def __len__(self) -> int:
        return len(self.takes) * (2 if self.fixed else 1)

    @property
    def labels(self) -> NDArray[np.int64]:
        return (
            self.takes.labels[self._pairs(np.arange(len(self)))[0]]
            if self.fixed
            else (self.takes.labels)
        )

    @property
    def shares(self) -> NDArray[np.float64]:
        return np.ones(len(self))

    def batch(self, rows: Any, chance: np.random.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Features (B, 16, C) in float32 and labels."""
        numbers = np.arange(len(self))[rows]
        if chance is None:
            one, other = self._pairs(numbers)
            chances = [_fixed(number) for number in numbers]
        else:
            one, other = numbers, self._others(numbers, chance)
            chances = [chance] * len(numbers)
        made = [self._clip(*each) for each in zip(one, other, chances, strict=True)]
        clips = torch.from_numpy(np.stack(made)).float()
        return clips, torch.from_numpy(self.takes.labels[one])

    def _pairs(self, numbers: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The first and the second thing's scene of fixed clips."""
        scenes = numbers // 2
        others = self._others(np.arange(len(self.takes)), np.random.default_rng([0, 2]))[scenes]
        swapped = numbers % 2 == 1
        return np.where(swapped, others, scenes), np.where(swapped, scenes, others)

    def _others(self, scenes: NDArray[np.int64], chance: np.random.Generator) -> NDArray[np.int64]:
        """For each scene one of another class."""
        drawn = chance.integers(len(self.takes), size=len(scenes))
        same = self.takes.labels[drawn] == self.takes.labels[scenes]
        while same.any():
            drawn[same] = chance.integers(len(self.takes), size=int(same.sum()))
            same = self.takes.labels[drawn] == self.takes.labels[scenes]
        return drawn

    def _clip(self, one: int, other: int, chance: np.random.Generator) -> NDArray[np.float16]:
        """(16, C): the two things each in a span, the first before the second."""
        lengths = chance.integers(FEWEST, MOST + 1, size=2)
        gaps = np.sort(chance.integers(0, FRAMES - lengths.sum() + 1, size=2))
        early = slice(gaps[0], gaps[0] + lengths[0])
        late = slice(gaps[1] + lengths[0], gaps[1] + lengths.sum())
        found: NDArray[np.float16] = self.takes.other[chance.choice([one, other])].copy()
        found[early] = self.takes.shown[one, early]
        found[late] = self.takes.shown[other, late]
        return found


def _fixed(number: int) -> np.random.Generator:
    return np.random.default_rng([int(number) // 2, 3])


def _spans(lengths: NDArray[np.int64], chance: np.random.Generator) -> NDArray[np.bool_]:
    """Frames in a row, so many each, anywhere: (N, 16)."""
    first = chance.integers(0, FRAMES - lengths + 1)
    moment = np.arange(FRAMES)
    return (moment >= first[:, None]) & (moment < (first + lengths)[:, None])
