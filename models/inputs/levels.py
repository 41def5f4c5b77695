"""Measured values to grey levels: 12 bits in 16, 32-bit integers, signed ones, floats.

Such a file holds numbers, not colours: which of them is white is nowhere said. They are scaled
between two percentiles of those that are values at all; the rest (NaN, infinity, no data) is black.
"""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from foveate.models.errors import InputError

PERCENTILES = (0.5, 99.5)
SAMPLE = 2_000_000  # values that percentiles are taken of
FULL = 65_535  # white where a picture has 16 bits and uses the highest
HUGE = 1e30  # beyond it a float is a mark, not a value
BITS, FORMAT, NO_DATA = 258, 339, 42113  # tags of TIFF, the last one GDAL's

Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Levels:
    """Which value is black and which white; `missing` is the mark for no data."""

    low: float
    high: float
    missing: float | None = None
    unsigned: bool = False
    note: str = ""

    def __call__(self, image: Image.Image) -> Image.Image:
        """Values as grey levels (mode L)."""
        values = _values(image, self.unsigned)
        values = np.where(_present(values, self.missing), values, self.low)
        grey = (values - self.low) * (255 / (self.high - self.low))
        return Image.fromarray(grey.clip(0, 255).astype(np.uint8))


def is_measured(image: Image.Image) -> bool:
    """Whether a loaded image holds numbers of more than eight bits."""
    return image.mode.startswith(("I", "F"))


def levels(image: Image.Image) -> Levels:
    """Of a loaded image of mode I, I;16 or F. Raises InputError where it has no value at all."""
    unsigned = _tag(image, BITS) == (32,) and _tag(image, FORMAT) in (None, 1, (1,))
    sample = _sample(image, unsigned)
    missing = _no_data(image, sample)
    found = sample[_present(sample, missing)]
    if not found.size:
        raise InputError("Every value of the file is NaN, infinite or no data.", "file")
    if image.mode != "F" and found.min() >= 0 and FULL / 2 <= found.max() <= FULL:
        return Levels(0, FULL, missing, unsigned)
    low, high = (float(value) for value in np.percentile(found, PERCENTILES))
    share = 1 - found.size / sample.size
    note = _note(low, high, share)
    if not low < high:  # one value nearly everywhere: grey
        low, high = low - 0.5, low + 0.5
    return Levels(low, high, missing, unsigned, note)


def stretched(image: Image.Image, source: Image.Image, data: bytes) -> tuple[Image.Image, str]:
    """Colours of 16 bits that use the lowest 14 at most, scaled as values are; and a note.

    Pillow keeps the upper eight bits of each colour: 12 bits in 16 would be all but black.
    """
    deep = source.format == "PNG" and data[24:25] == b"\x10"
    bits = _tag(source, BITS)
    deep = deep or (isinstance(bits, tuple) and bits[0] == 16)
    pixels = np.asarray(image)
    if not deep or image.mode != "RGB" or pixels.max() >= 64:
        return image, ""
    low, high = (float(value) for value in np.percentile(pixels, PERCENTILES))
    grey = (pixels - low) * (255 / max(high - low, 1))
    return Image.fromarray(grey.clip(0, 255).astype(np.uint8)), _note(low * 256, high * 256, 0)


def _note(low: float, high: float, share: float) -> str:
    note = f"Values from {low:.4g} to {high:.4g} are drawn from black to white"
    if share:
        percent = "less than 0.1" if share < 0.001 else f"{100 * share:.1f}"
        note += f"; {percent} % have no value (NaN, infinity or no data) and are black"
    return f"{note}."


def _values(image: Image.Image, unsigned: bool) -> Floats:
    """The numbers of an image, integers as float64."""
    values = np.asarray(image)
    if unsigned and values.dtype == np.int32:
        values = values.view(np.uint32)
    return values if image.mode == "F" else values.astype(np.float64)


def _present(values: Floats, missing: float | None) -> NDArray[np.bool_]:
    there = np.abs(values) < HUGE  # not where NaN
    return there if missing is None else there & (values != values.dtype.type(missing))


def _sample(image: Image.Image, unsigned: bool) -> Floats:
    """The values of rows evenly spread over the image: `SAMPLE` or hardly more."""
    rows = max(1, min(image.height, SAMPLE // image.width))
    tops = (row * image.height // rows for row in range(rows))
    picked = [_values(image.crop((0, top, image.width, top + 1)), unsigned) for top in tops]
    return np.concatenate(picked).ravel()


def _no_data(image: Image.Image, sample: Floats) -> float | None:
    """The mark for no data: as the file says, else an end that lies far from all else.

    -9999 under heights from 200 to 3000: further from them than they are from each other.
    """
    with contextlib.suppress(TypeError, ValueError):
        said = float(str(_tag(image, NO_DATA)).strip("\0 "))
        return said if math.isfinite(said) else None
    found, counts = np.unique(sample[_present(sample, None)], return_counts=True)
    if len(found) < 16:  # a mask or labels
        return None
    if counts[0] > 1 and found[1] - found[0] > found[-1] - found[1]:
        return float(found[0])
    alone = counts[-1] > 1 and found[-1] - found[-2] > found[-2] - found[0]
    return float(found[-1]) if alone else None


def _tag(image: Image.Image, number: int) -> object:
    """A TIFF's tag, if it has it and is one."""
    return image.tag_v2.get(number) if hasattr(image, "tag_v2") else None
