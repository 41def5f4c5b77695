"""Deletion and insertion (Petsiuk et al. 2018, RISE): does the verdict hang on what a map shows?

Places are erased, or put into a blurred picture, in the order of a map; the area under the curve of
the first class's probability is low for a good map when they are deleted, high when inserted. A map
at random stands beside: the stem has seen no erased pictures, and a part of any drop is its
surprise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from PIL import ImageFilter
from torch import Tensor

from foveate.models.evaluation.intervals import Figures
from foveate.models.training.vision.composites import Composite
from foveate.models.zoo.image.efficientnet_lite import PREPARATION
from foveate.models.zoo.image.stem import PLACES, Stem

STEPS = 7  # in which all places come or go
BLUR = 12  # pixels: the deviation of the blur from which insertion begins
Verdict = Callable[[Tensor], Tensor]  # the stem's maps to logits


@torch.inference_mode()
def areas(
    pictures: Sequence[Composite], orders: Sequence[Tensor], stem: Stem, verdict: Verdict
) -> tuple[Figures, Figures]:
    """Areas under the deletion and the insertion curve of each picture (N,), from 0 to 1.

    `orders` are the places of each picture (196,), the first to go or to come first.
    """
    found = [
        _both(picture, order, stem, verdict)
        for picture, order in zip(pictures, orders, strict=True)
    ]
    deleted, inserted = zip(*found, strict=True)
    return np.array(deleted), np.array(inserted)


def order_of(found: Tensor) -> Tensor:
    """The places of a map (rows, columns), the highest first; ties go to the earlier."""
    return found.flatten().argsort(descending=True, stable=True)


def _both(picture: Composite, order: Tensor, stem: Stem, verdict: Verdict) -> tuple[float, float]:
    whole = PREPARATION.pixels(picture.picture)
    blurred = PREPARATION.pixels(picture.picture.filter(ImageFilter.GaussianBlur(BLUR)))
    chosen = _gone(order)  # (STEPS + 1, 1, height, width)
    number = int(verdict(stem(whole)).argmax())
    deletion = torch.where(chosen, torch.zeros(()), whole)  # 0 is grey once normalised
    insertion = torch.where(chosen, whole, blurred)
    logits = verdict(stem(torch.cat([deletion, insertion])))
    chances = logits.softmax(-1)[:, number].view(2, -1)
    areas = torch.trapezoid(chances, dx=1 / STEPS)
    return float(areas[0]), float(areas[1])


def _gone(order: Tensor) -> Tensor:
    """Which pixels are among the first places, after each of the steps."""
    rank = torch.empty_like(order)
    rank[order] = torch.arange(len(order))
    counts = torch.linspace(0, len(order), STEPS + 1)[:, None]
    places = (rank < counts).view(-1, 1, PLACES.rows, PLACES.columns)
    side = PLACES.patch_size
    return places.repeat_interleave(side, 2).repeat_interleave(side, 3)
