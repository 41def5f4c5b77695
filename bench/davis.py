"""How well a mask is carried: J and F on DAVIS-2016, by features, by keys and by attention.

python -m bench.davis --data PATH [--clips NAME ...] [--frames 40] [--resolution 616] [--layers 12]
                      [--by keys attention]

PATH has JPEGImages/480p and Annotations/480p as DAVIS-2016 (Perazzi et al. 2016) has them; it is
not part of this repository. The first frame's mask is given; the first and the last frame are not
counted.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from foveate.models.analysis.propagation import (
    By,
    Carrying,
    Likeness,
    likeness_of,
    propagate,
    sharp,
)
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.inputs.clip import Clip
from foveate.models.inputs.photo import read_photo
from foveate.models.trace import Trace
from foveate.models.zoo.clips import clip_model

CLIPS = ["blackswan", "bmx-trees", "breakdance", "camel"]
CLIPS += ["car-roundabout", "car-shadow", "cows", "dance-twirl"]
TOLERANCE = 0.008  # of the diagonal
HOW = Carrying()
OF_LAYERS: list[By] = ["keys", "attention"]


def main() -> None:
    """Prints J and F of every clip and likeness, their means, and how many frames a second are
    recorded in the passes, and how many a mask is then carried through.
    """
    given = _arguments()
    model = clip_model(load(Catalog()["dinov2-small"]))
    found: dict[str, list[tuple[float, float]]] = {}
    for name in given.clips:
        clip, masks = read(given.data, name, given.frames)
        start = time.perf_counter()
        trace = model.trace(clip, given.resolution)
        print(f"{name}: {len(masks) / (time.perf_counter() - start):.1f} frames a second recorded")
        for by, likeness in _likenesses(trace, given.layers, given.by):
            start = time.perf_counter()
            carried = _carried(trace, likeness, masks)
            rate = len(masks) / (time.perf_counter() - start)
            scores = overlap(carried, masks)[1:-1].mean(), accuracy(carried, masks)[1:-1].mean()
            found.setdefault(by, []).append((float(scores[0]), float(scores[1])))
            print(f"{name}, {by}: J {scores[0]:.3f}, F {scores[1]:.3f}, {rate:.1f} carried")
    for by, listed in found.items():
        means = torch.tensor(listed).mean(0)
        print(f"{by}: J {means[0]:.3f}, F {means[1]:.3f} over {len(listed)} clips")


def read(data: Path, name: str, frames: int) -> tuple[Clip, Tensor]:
    """A clip of DAVIS and its masks (F, height, width)."""
    pictures = sorted((data / "JPEGImages" / "480p" / name).glob("*.jpg"))[:frames]
    photos = tuple(read_photo(path.read_bytes()) for path in pictures)
    files = (data / "Annotations" / "480p" / name / f"{path.stem}.png" for path in pictures)
    masks = [np.asarray(Image.open(path).convert("L")) > 0 for path in files]
    times = tuple(number / 24 for number in range(len(photos)))
    return Clip(photos, times, len(photos) / 24), torch.from_numpy(np.stack(masks))


def _likenesses(trace: Trace, layers: list[int], by: list[By]) -> Iterator[tuple[str, Likeness]]:
    yield "features", likeness_of(trace, "features", trace.attended[-1], HOW.temperature)
    for layer in layers:
        site = trace.layer(layer)
        for each in by:
            yield f"{each} of layer {layer}", likeness_of(trace, each, site, HOW.temperature)


def _carried(trace: Trace, likeness: Likeness, masks: Tensor) -> Tensor:
    """The first mask carried through a clip: (F, height, width)."""
    grid, crop = trace.clip.grid, trace.clip.crop
    left, top, right, bottom = map(round, crop.scaled(1.0))
    inside = masks[:, top:bottom, left:right]
    first = F.interpolate(inside[:1, None].float(), (grid.rows, grid.columns), mode="area")[0, 0]
    soft = propagate(likeness, first, 0, len(masks), HOW)
    whole = torch.zeros_like(masks)
    whole[:, top:bottom, left:right] = sharp(soft, (bottom - top, right - left))
    return whole


def overlap(found: Tensor, expected: Tensor) -> Tensor:
    """J: intersection over union of masks (F, height, width), 1 where both are empty: (F,)."""
    both = (found & expected).sum((1, 2)).float()
    either = (found | expected).sum((1, 2)).float()
    return torch.where(either > 0, both / either.clamp_min(1), 1.0)


def accuracy(found: Tensor, expected: Tensor) -> Tensor:
    """F: the harmonic mean of precision and recall of boundaries, within a tolerance: (F,)."""
    return torch.tensor([_accuracy(*pair) for pair in zip(found, expected, strict=True)])


def _accuracy(found: Tensor, expected: Tensor) -> float:
    radius = math.ceil(TOLERANCE * math.hypot(*found.shape))
    ours, theirs = _boundary(found), _boundary(expected)
    if not (ours.any() and theirs.any()):
        return float(not (ours.any() or theirs.any()))
    precision = float((ours & _widened(theirs, radius)).sum() / ours.sum())
    recall = float((theirs & _widened(ours, radius)).sum() / theirs.sum())
    return 2 * precision * recall / max(precision + recall, 1e-12)


def _boundary(mask: Tensor) -> Tensor:
    """Pixels that differ from the one at the right, below, or both (as DAVIS has it)."""
    padded = F.pad(mask[None].float(), (0, 1, 0, 1), mode="replicate")[0].bool()
    here = padded[:-1, :-1]
    return (here ^ padded[:-1, 1:]) | (here ^ padded[1:, :-1]) | (here ^ padded[1:, 1:])


def _widened(boundary: Tensor, radius: int) -> Tensor:
    """What is within so many pixels of it."""
    reach = torch.arange(-radius, radius + 1)
    disk = (reach[:, None] ** 2 + reach**2 <= radius**2).float()
    return F.conv2d(boundary[None, None].float(), disk[None, None], padding=radius)[0, 0] > 0.5


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--clips", nargs="+", default=CLIPS)
    parser.add_argument("--frames", type=int, default=40)
    parser.add_argument("--resolution", type=int, default=616)
    parser.add_argument("--layers", type=int, nargs="*", default=[12])
    parser.add_argument("--by", nargs="*", default=OF_LAYERS, choices=OF_LAYERS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
