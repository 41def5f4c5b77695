"""The encoder for all decoders at once: the photo that was seen last goes through it one time."""

from __future__ import annotations

import threading
import weakref
from functools import cache

from torch import Tensor

from foveate.models.axis import Crop
from foveate.models.inputs.patches import cut
from foveate.models.inputs.photo import Photo
from foveate.models.zoo.image.decoders.base import larger
from foveate.models.zoo.image.efficientnet_lite import PREPARATION
from foveate.models.zoo.image.stem import Deep, Stem, deep, stem


class Lite0Taps:
    """The stem's taps, and the context: what the stages after it make of its last map, at half of
    that map's size and brought up to it.
    """

    def __init__(self, through: Stem, deep: Deep) -> None:
        self._stem, self._deep = through, deep

    def taps(self, pixels: Tensor) -> list[Tensor]:
        """Of pixels (B, 3, rows, columns) that are whole sixteens: as many maps as TAPPED."""
        taps = self._stem.taps(pixels)
        size = taps[-1].shape[2], taps[-1].shape[3]
        return [*taps, larger(self._deep(taps[-1]), size)]


class SharedTaps:
    """The encoder's taps of pixels; one photo's are kept, eight megabytes, and gone with it."""

    def __init__(self, encoder: Lite0Taps) -> None:
        self._encoder = encoder
        self._lock = threading.Lock()
        self._photo: weakref.ref[Photo] | None = None
        self._size = (0, 0)
        self._pixels: Tensor | None = None
        self._taps: list[Tensor] | None = None

    def pixels(self, photo: Photo, crop: Crop, size: tuple[int, int]) -> Tensor:
        """A photo's pixels (1, 3, height, width) at a size (width, height)."""
        with self._lock:
            same = self._photo is not None and self._photo() is photo and self._size == size
            if same and self._pixels is not None:
                return self._pixels
        made = PREPARATION.pixels(cut(photo, crop, *size))
        with self._lock:
            self._photo, self._size = weakref.ref(photo, self._forget), size
            self._pixels, self._taps = made, None
        return made

    def taps(self, pixels: Tensor) -> list[Tensor]:
        """Of pixels (B, 3, rows, columns)."""
        with self._lock:
            if self._pixels is pixels and self._taps is not None:
                return self._taps
        made = self._encoder.taps(pixels)
        with self._lock:
            if self._pixels is pixels:
                self._taps = made
        return made

    def _forget(self, photo: weakref.ref[Photo]) -> None:
        if self._photo is photo:
            self._photo = self._pixels = self._taps = None


@cache
def shared(stem_sha256: str, deep_sha256: str) -> SharedTaps:
    """With weights of those checksums. Raises WeightsError."""
    return SharedTaps(Lite0Taps(stem(stem_sha256), deep(deep_sha256)))
