"""Bytes to an upright photo."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass

import numpy as np
import pi_heif
from PIL import Image, ImageOps

from models.errors import InputError, OversizedInput, UnsupportedInput

pi_heif.register_heif_opener()

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF", "PPM")
RESOLUTIONS = (224, 448, 644)
MAX_PIXELS = 64_000_000  # the largest phone cameras make 50 megapixels
KEPT_SIDE = 2 * max(RESOLUTIONS)  # a photo is kept no larger than pictures of it are drawn

# The limit is checked on the header before a pixel is decoded; Pillow's own warning comes later.
Image.MAX_IMAGE_PIXELS = None


_HUNGRY = (
    "The {kind} file needs more memory to decode than is given to one photo: save it again as an "
    "ordinary JPEG or PNG and send the new file."
)


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """An upright RGB photo, its longest side at most `KEPT_SIDE`.

    `width` and `height` are those of the upright original, `sha256` that of its bytes. `notes` are
    sentences on what was changed: an animation's first frame, transparency on white.
    """

    image: Image.Image
    width: int
    height: int
    sha256: str
    notes: tuple[str, ...] = ()

    @property
    def nbytes(self) -> int:
        return self.image.width * self.image.height * 3


def read_photo(data: bytes, max_pixels: int = MAX_PIXELS) -> Photo:
    """Decodes an image file: rotated by its EXIF orientation, converted to RGB, reduced.

    Raises UnsupportedInput for bytes that are no image in `FORMATS`, OversizedInput beyond
    `max_pixels`, InputError for an image that is empty or cut short.
    """
    if not data:
        raise InputError("The file is empty (0 bytes): choose an image file.", "file")
    _check_size(_webp_size(data), max_pixels)
    image = _open(data)
    _check_size(image.size, max_pixels)
    width, height = _upright_size(image)
    upright, notes = _decode(image)
    return Photo(upright, width, height, hashlib.sha256(data).hexdigest(), notes)


def _check_size(size: tuple[int, int], max_pixels: int) -> None:
    width, height = size
    if width * height > max_pixels:
        raise OversizedInput(
            f"The image is {width} x {height} pixels; at most "
            f"{max_pixels / 1e6:g} million pixels are read: make it smaller.",
            "file",
        )


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height in a WebP's header (RFC 9649), or zeros.

    Pillow makes room for two canvases when it opens one: 2 GB for a file of 100 bytes.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return (0, 0)
    match data[12:16]:
        case b"VP8X":
            width, height = data[24:27], data[27:30]
            return int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case _:
            sides = int.from_bytes(data[26:28], "little"), int.from_bytes(data[28:30], "little")
            return sides[0] & 0x3FFF, sides[1] & 0x3FFF


def _open(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings(action="ignore"):
            return Image.open(io.BytesIO(data), formats=FORMATS)
    except MemoryError as error:
        raise InputError(_HUNGRY.format(kind="image"), "file") from error
    except Exception as error:  # Pillow's readers raise whatever a broken header leads them to
        start = data[:12].decode("ascii", "backslashreplace")
        raise UnsupportedInput(
            f"The file ({len(data)} bytes, starting {start!r}) is not an image that can be read: "
            f"send {', '.join(FORMATS[:-1])} or {FORMATS[-1]}.",
            "file",
        ) from error


def _decode(image: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    try:
        with warnings.catch_warnings(action="ignore"):
            notes = _notes(image)
            image.draft("RGB", (KEPT_SIDE, KEPT_SIDE))  # JPEG: decode at a half, quarter or eighth
            image.load()
            upright = ImageOps.exif_transpose(image)
            rgb = _rgb(upright)
            rgb.thumbnail((KEPT_SIDE, KEPT_SIDE), Image.Resampling.BICUBIC, reducing_gap=2.0)
            return rgb, notes
    except MemoryError as error:
        raise InputError(_HUNGRY.format(kind=image.format), "file") from error
    except Exception as error:  # truncated data, broken palettes, decoders' own errors
        raise InputError(
            f"The {image.format} file could not be decoded ({error}): it is probably cut short or "
            "damaged; save it again and send the new file.",
            "file",
        ) from error


def _rgb(image: Image.Image) -> Image.Image:
    """Any Pillow mode as RGB: 16-bit scaled to 8, transparency laid on white."""
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image, dtype=np.float32)
        whole = 65535.0 if image.mode.startswith("I") else max(float(values.max()), 1e-12)
        image = Image.fromarray((values / whole * 255).clip(0, 255).astype(np.uint8))
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        image = Image.new("RGBA", rgba.size, "white")
        image.alpha_composite(rgba)
    return image.convert("RGB")


def _upright_size(image: Image.Image) -> tuple[int, int]:
    """Width and height after the EXIF orientation (tag 274; 5 to 8 lie on their side)."""
    try:
        sideways = image.getexif().get(274, 1) in (5, 6, 7, 8)
    except Exception:  # a broken EXIF block is no reason to refuse the photo
        sideways = False
    return (image.height, image.width) if sideways else image.size


def _notes(image: Image.Image) -> tuple[str, ...]:
    notes = []
    if getattr(image, "is_animated", False):  # one seek; to count them would be a walk over all
        notes.append("The file has more than one frame; the first is shown.")
    if image.has_transparency_data:
        notes.append("Transparent parts are laid on white.")
    return tuple(notes)
