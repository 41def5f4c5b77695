"""What a frozen encoder makes of CamVid's pictures, worked out once and kept in a folder.

The taps of a picture are 2.7 MB in float16, DINOv2's patches 0.7 MB. A copy of a split that
is there already is not made again; arrays are read from the disk as they are needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from foveate.models.training.streets.camvid import Scenes
from foveate.models.zoo.image.decoders.encoder import Lite0Taps
from foveate.models.zoo.image.efficientnet_lite import PREPARATION

TOLD = 50
Progress = Callable[[str], None]


class Encoder(Protocol):
    """A frozen network, and the size of the pictures that it is given, in cells."""

    name: str
    rows: int
    columns: int
    cell: int  # pixels a side

    def maps(self, picture: Image.Image) -> list[Tensor]:
        """Of a picture of that size: (1, C, rows, columns), the finest first."""


class StemTaps:
    """EfficientNet-Lite0: the stem's last map of every size, from half to a sixteenth, and the
    context.
    """

    name, rows, columns, cell = "lite0", 23, 30, 16

    def __init__(self, encoder: Lite0Taps) -> None:
        self._encoder = encoder

    @torch.inference_mode()
    def maps(self, picture: Image.Image) -> list[Tensor]:
        return self._encoder.taps(PREPARATION.pixels(picture))


class Window(NamedTuple):
    """A part of the pictures in cells."""

    row: int
    column: int
    rows: int
    columns: int

    def slices(self, by: int) -> tuple[slice, slice]:
        """Of a map with so many places a cell along a side."""
        row, column = self.row * by, self.column * by
        return slice(row, row + self.rows * by), slice(column, column + self.columns * by)


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """One copy of a split: every map (N, C, rows, columns) in float16, and labels (N, height,
    width) of whole cells.
    """

    maps: tuple[NDArray[np.float16], ...]
    labels: NDArray[np.uint8]
    cells: tuple[int, int]  # rows, columns

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, rows: Any, window: Window | None = None) -> tuple[list[Tensor], Tensor]:
        """Maps and labels of some pictures, or of a part of them."""
        part = window or Window(0, 0, *self.cells)
        maps = [self._part(each, rows, part) for each in self.maps]
        return maps, self._part(self.labels, rows, part).long()

    def _part(self, held: NDArray[Any], rows: Any, window: Window) -> Tensor:
        by = held.shape[-2] // self.cells[0]
        down, across = window.slices(by)
        return torch.from_numpy(np.stack([held[row][..., down, across] for row in rows]))


def features(
    scenes: Scenes, encoder: Encoder, folder: Path, copy: int, progress: Progress
) -> Features:
    """A copy of a split through an encoder, from the folder where it is there."""
    name = f"{encoder.name}-{scenes.split}-{copy}"
    if not (folder / f"{name}-labels.npy").is_file():
        _write(folder, name, scenes, encoder, copy, progress)
    files = sorted(folder.glob(f"{name}-[0-9].npy"))
    maps = tuple(np.load(file, mmap_mode="r") for file in files)
    labels = np.load(folder / f"{name}-labels.npy", mmap_mode="r")
    return Features(maps, labels, (encoder.rows, encoder.columns))


def _write(
    folder: Path, name: str, scenes: Scenes, encoder: Encoder, copy: int, progress: Progress
) -> None:
    """The labels come last: they say that all is there."""
    folder.mkdir(parents=True, exist_ok=True)
    size = encoder.columns * encoder.cell, encoder.rows * encoder.cell
    taps: list[list[NDArray[np.float16]]] = []
    labels = []
    for number in range(len(scenes)):
        scene = scenes.scene(number, copy, size)
        taps.append([tap.half().numpy() for tap in encoder.maps(scene.picture)])
        labels.append(scene.labels)
        if (number + 1) % TOLD == 0 or number + 1 == len(scenes):
            progress(f"{name}: features of {number + 1} of {len(scenes)} pictures")
    for number, maps in enumerate(zip(*taps, strict=True)):
        np.save(folder / f"{name}-{number}.npy", np.concatenate(maps))
    np.save(folder / f"{name}-labels.npy", np.stack(labels))
