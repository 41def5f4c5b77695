"""Features of frames: what a frozen network makes of each, averaged over places.

EfficientNet-Lite0 up to its last stage (Tan and Le 2019), its first five stages those of the lab's
stem (zoo/image/stem.py). Every frame is seen alone and whole: it is brought to about 128 x 128
pixels' area at its own aspect, and its 320 numbers are worked out once for all heads.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from functools import cache
from weakref import WeakKeyDictionary

import torch
from PIL import Image
from torch import Tensor

from foveate.models.axis import Crop
from foveate.models.inputs.clip import Clip
from foveate.models.inputs.patches import cut
from foveate.models.inputs.photo import Photo
from foveate.models.interruption import step
from foveate.models.zoo.image.efficientnet_lite import PREPARATION
from foveate.models.zoo.image.stem import DEEP, Deep, Stem, deep, stem

WIDTH = DEEP
SIDE = 128  # pixels of the square whose area a frame is brought to
CELL = 32  # pixels of a place of the last map
BATCH = 8  # frames a pass


class FrameFeatures:
    """Features of frames, each worked out once and gone with its frame."""

    def __init__(self, through: Stem, deep: Deep) -> None:
        self.stem, self.deep = through, deep
        self._seen: WeakKeyDictionary[Photo, Tensor] = WeakKeyDictionary()
        self._lock = threading.Lock()

    @torch.inference_mode()
    def of(self, clip: Clip) -> Tensor:
        """Of every frame of a clip, (F, 320). It may be stopped before each batch."""
        with self._lock:
            known = {photo: self._seen.get(photo) for photo in clip.frames}
        missing = [photo for photo, found in known.items() if found is None]
        for first in range(0, len(missing), BATCH):
            step()
            some = missing[first : first + BATCH]
            made = self.pooled([seen_of(photo) for photo in some])
            with self._lock:
                self._seen.update(zip(some, made, strict=True))
            known.update(zip(some, made, strict=True))
        return torch.stack([found for found in map(known.get, clip.frames) if found is not None])

    @torch.inference_mode()
    def pooled(self, images: Sequence[Image.Image]) -> Tensor:
        """Of pictures of one size: (F, 320)."""
        pixels = torch.cat([PREPARATION.pixels(image) for image in images])
        maps: Tensor = self.deep(self.stem(pixels.contiguous(memory_format=torch.channels_last)))
        return maps.mean((2, 3))


def seen_of(photo: Photo) -> Image.Image:
    """A frame as the network sees it: whole."""
    return cut(photo, whole(photo), *size_of(photo.width, photo.height))


def whole(photo: Photo) -> Crop:
    """All of it."""
    return Crop(0.0, 0.0, float(photo.width), float(photo.height))


def size_of(width: int, height: int) -> tuple[int, int]:
    """Whole cells of about that aspect, which together have about a square's area."""
    scale = SIDE / CELL / math.sqrt(width * height)
    columns, rows = (max(1, round(side * scale)) for side in (width, height))
    return columns * CELL, rows * CELL


@cache
def frame_features(stem_sha256: str, deep_sha256: str) -> FrameFeatures:
    """With weights of those checksums, one for all heads. Raises WeightsError."""
    return FrameFeatures(stem(stem_sha256), deep(deep_sha256))
