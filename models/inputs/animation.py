"""An animated image's bytes to the frames of a clip: GIF, WebP, APNG and AVIF, by Pillow."""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from collections.abc import Iterator
from typing import Any

from PIL import Image, UnidentifiedImageError

from foveate.models.errors import InputError
from foveate.models.inputs.clip import Clip, Sampling, kept_size
from foveate.models.inputs.formats import check_size, undecodable
from foveate.models.inputs.photo import Photo

MARKS = (
    (rb"GIF8[79]a", "GIF"),
    (rb"RIFF....WEBP", "WEBP"),
    (rb"\x89PNG\r\n\x1a\n", "PNG"),
    (rb"....ftyp(avis|avif)", "AVIF"),
)
MOST_FRAMES = 3000
SHORTEST, USUAL = 10, 100  # milliseconds: browsers show what is no longer than the first for these


def kind_of(data: bytes) -> str:
    """Pillow's name of the format, by the first bytes; empty where it is none of these."""
    return next((kind for mark, kind in MARKS if re.match(mark, data, re.DOTALL)), "")


def read(data: bytes, kind: str, sampling: Sampling, max_pixels: int) -> Clip:
    """The frames that are chosen, what is transparent on white. Raises as `video.read_clip`."""
    try:
        with warnings.catch_warnings(action="ignore"):
            return _read(data, kind, sampling, max_pixels)
    except InputError:
        raise
    except MemoryError as error:
        raise undecodable(kind, "it needs more memory than is given to one file") from error
    except UnidentifiedImageError as error:
        raise undecodable(kind, "its header is not whole") from error
    except Exception as error:  # Pillow's readers raise whatever a broken file leads them to
        raise undecodable(kind, error) from error


def _read(data: bytes, kind: str, sampling: Sampling, max_pixels: int) -> Clip:
    starts, notes = _starts(data, kind, max_pixels)
    chosen = sampling.choose(starts[:-1])
    digest, photos = hashlib.sha256(data).hexdigest(), []
    for number, image in enumerate(_frames(data, kind, max_pixels)):
        if number in chosen:
            photos.append(_photo(image, digest))
        if number == chosen[-1]:
            break
    notes += dict.fromkeys(note for photo in photos for note in photo.notes)
    if len(chosen) < sampling.frames:
        notes.append(f"The part has {len(chosen)} frames: all are taken.")
    times = tuple(starts[number] for number in chosen)
    return Clip(tuple(photos), times, starts[-1], tuple(notes))


def _starts(data: bytes, kind: str, max_pixels: int) -> tuple[list[float], list[str]]:
    """Seconds at which each frame begins, and at last when all are over; notes. What comes before a
    break is as good as a whole file. Raises what Pillow does, where there are not two frames.
    """
    starts = [0.0]
    try:
        for image in _frames(data, kind, max_pixels):
            starts.append(starts[-1] + _milliseconds(image) / 1000)
    except InputError:
        raise
    except Exception as error:
        if len(starts) < 3:
            raise
        return starts, [f"The {kind} is cut short after {len(starts) - 1} frames ({error})."]
    return starts, []


def _frames(data: bytes, kind: str, max_pixels: int) -> Iterator[Image.Image]:
    """Every frame, decoded, up to `MOST_FRAMES`: how many there are is not believed. What lies
    outside the file's own size, as parts of a GIF may, is cut off, as browsers do.
    """
    image: Any = Image.open(io.BytesIO(data), formats=[kind])
    size = image.size
    for number in range(MOST_FRAMES):
        try:
            image.seek(number)
        except EOFError:
            return
        check_size(image.size, max_pixels)  # it grows by a part that is larger
        image.load()
        yield image if image.size == size else _cut(image, size)


def _cut(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    found = image.crop((0, 0, *size))
    found.info = image.info
    return found


def _milliseconds(image: Image.Image) -> float:
    shown = float(image.info.get("duration") or 0)
    return shown if shown > SHORTEST else USUAL


def _photo(image: Image.Image, digest: str) -> Photo:
    plain = image.convert("RGBA")
    notes: tuple[str, ...] = ()
    if plain.getchannel("A").getextrema()[0] < 255:  # type: ignore[operator]
        white = Image.new("RGBA", plain.size, "white")
        plain, notes = (
            Image.alpha_composite(white, plain),
            ("Transparent parts are laid on white.",),
        )
    size = kept_size(*image.size)
    rgb = plain.convert("RGB")
    small = rgb if rgb.size == size else rgb.resize(size, Image.Resampling.BICUBIC)
    return Photo(small, *image.size, digest, notes)
