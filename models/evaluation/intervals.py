"""Means over seeds and photos, with 95 % intervals by bootstrap.

Efron and Tibshirani 1993: seeds and photos are drawn anew with replacement, both together, so that
an interval holds what another training run and other photos would have changed. Pairs of heads are
drawn with the same photos: of a difference, what both find hard falls out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DRAWS = 2000
Figures = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean, and the 2.5th and 97.5th percentile of what it is in other draws."""

    mean: float
    low: float
    high: float

    @property
    def is_zero_inside(self) -> bool:
        return self.low <= 0 <= self.high

    def rounded(self, digits: int = 4) -> dict[str, float]:
        return {
            name: round(value, digits)
            for name, value in (("score", self.mean), ("low", self.low), ("high", self.high))
        }


def interval(found: Figures, draws: int = DRAWS, seed: int = 0) -> Interval:
    """Of figures (seeds, photos)."""
    means = _means(found, draws, seed)
    low, high = np.percentile(means, (2.5, 97.5))
    return Interval(float(found.mean()), float(low), float(high))


def difference(one: Figures, other: Figures, draws: int = DRAWS, seed: int = 0) -> Interval:
    """Of one less the other, on the same photos; their seeds are drawn apart."""
    apart = _means(one, draws, seed) - _means(other, draws, seed, runs=1)
    low, high = np.percentile(apart, (2.5, 97.5))
    return Interval(float(one.mean() - other.mean()), float(low), float(high))


def _means(found: Figures, draws: int, seed: int, runs: int = 0) -> Figures:
    """Means of `draws` draws; the photos of a draw are the same for the same seed."""
    seeds, photos = found.shape
    chosen = np.random.default_rng([seed, 7]).integers(photos, size=(draws, photos))
    trained = np.random.default_rng([seed, runs]).integers(seeds, size=(draws, seeds))
    by_draw = [found[run][:, who].mean() for run, who in zip(trained, chosen, strict=True)]
    return np.array(by_draw)
