"""Bytes to an upright photo in sRGB."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PIL import Image

from foveate.models.errors import InputError
from foveate.models.inputs.colour import to_srgb
from foveate.models.inputs.formats import (
    DNG_VERSION,
    FORMATS,
    check_size,
    hungry,
    open_image,
    undecodable,
)
from foveate.models.inputs.levels import is_measured, levels, stretched

__all__ = ["FORMATS", "KEPT_SIDE", "MAX_PIXELS", "RESOLUTIONS", "Photo", "read_photo"]

RESOLUTIONS = (224, 448, 644)
MAX_PIXELS = 64_000_000  # the largest phone cameras make 50 megapixels
KEPT_SIDE = 2 * max(RESOLUTIONS)  # a photo is kept no larger than pictures of it are drawn
STRIP = 1_000_000  # pixels that are converted at once
ORIENTATION, SUBFILE = 274, 254  # tags of EXIF and of TIFF
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = (5, 6, 7, 8)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Photo:
    """An upright RGB photo in sRGB, its longest side at most `KEPT_SIDE`.

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
    """Decodes an image file: upright by its orientation tag, in sRGB, reduced.

    Raises UnsupportedInput for bytes that are no image in `FORMATS`, OversizedInput beyond
    `max_pixels`, InputError for an image that is empty or cut short.
    """
    if not data:
        raise InputError("The file is empty (0 bytes): choose an image file.", "file")
    image = open_image(data, max_pixels)
    try:
        with warnings.catch_warnings(action="ignore"):
            return _read(image, data, max_pixels)
    except InputError:
        raise
    except MemoryError as error:
        raise hungry(str(image.format)) from error
    except Exception as error:  # truncated data, broken palettes, decoders' own errors
        raise undecodable(str(image.format), error) from error


def _read(image: Image.Image, data: bytes, max_pixels: int) -> Photo:
    notes = _page_notes(image)
    size = _load(image, data)
    check_size(size, max_pixels)  # an icon's header may say less than the picture in it
    orientation = _orientation(image)
    reduced, found = _reduced(image)
    found += ["Transparent parts are laid on white."] if _is_transparent(reduced) else []
    kept = _kept(size)
    small = reduced if reduced.size == kept else reduced.resize(kept, Image.Resampling.BICUBIC)
    rgb, more = _in_srgb(small, image, data)
    if orientation in UPRIGHT:
        rgb = rgb.transpose(UPRIGHT[orientation])
    width, height = reversed(size) if orientation in SIDEWAYS else size
    digest = hashlib.sha256(data).hexdigest()
    return Photo(rgb, width, height, digest, (*notes, *found, *more))


def _kept(size: tuple[int, int]) -> tuple[int, int]:
    """The size that a photo is kept at: its longest side at most `KEPT_SIDE`."""
    scale = min(1.0, KEPT_SIDE / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _load(image: Image.Image, data: bytes) -> tuple[int, int]:
    """Decodes, where the format allows it no larger than need be; the size as it is stored.

    A TIFF is upright once it is loaded, and its size is that of the upright picture all along.
    """
    size = image.size
    if image.format in ("JPEG", "MPO"):  # at a half, quarter or eighth
        image.draft("RGB", (KEPT_SIDE, KEPT_SIDE))
        image.load()
        return size
    if image.format == "JPEG2000":
        image.reduce = _halvings(size, data)  # type: ignore[assignment, method-assign]
        image.load()
        return size
    image.load()
    return image.size


def _halvings(size: tuple[int, int], data: bytes) -> int:
    """How often a JPEG 2000 can be halved and stay large enough: its marker COD says how often.

    Sides are rounded up by its decoder and to the nearest by Pillow, which must come to the same.
    """
    place = data.find(b"\xff\x52\0")
    most = data[place + 9] if 0 <= place < len(data) - 9 else 0
    most = min(most, (max(size) // KEPT_SIDE).bit_length() - 1)
    fits = (
        n for n in range(most, 0, -1) if all(-(-s >> n) == (s + (1 << n - 1)) >> n for s in size)
    )
    return next(fits, 0)


def _orientation(image: Image.Image) -> int:
    """The orientation tag of a loaded image, 1 to 8, whichever type of number it has.

    Of EXIF, XMP or a PNG's raw profile: the photo as it stands here is what the model sees, and
    what is drawn on, though browsers heed fewer of these.
    """
    try:
        value: Any = image.getexif().get(ORIENTATION, 1)
        while isinstance(value, tuple | bytes):
            value = value[0]
        return int(value)
    except Exception:  # a broken EXIF block is no reason to refuse the photo
        return 1


def _reduced(image: Image.Image) -> tuple[Image.Image, list[str]]:
    """A loaded image as L, LA, RGB, RGBA, CMYK or LAB, at least twice `KEPT_SIDE` or whole; notes.

    Strip by strip, so that of a large picture nothing of full size is made beside it.
    """
    convert: Callable[[Image.Image], Image.Image] = _plain
    notes = []
    if is_measured(image):
        scale = levels(image)
        convert, notes = scale, [scale.note] if scale.note else []
    factor = max(1, int(max(image.size) / KEPT_SIDE / 2))
    if factor == 1:
        return convert(image), notes
    rows = max(1, STRIP // (image.width * factor)) * factor
    whole: Image.Image | None = None
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(top + rows, image.height)))
        small = convert(strip).reduce(factor)
        if whole is None:
            whole = Image.new(small.mode, (small.width, -(-image.height // factor)))
        whole.paste(small, (0, top // factor))
    assert whole is not None
    return whole, notes


def _plain(image: Image.Image) -> Image.Image:
    """The nearest mode whose channels can be averaged."""
    if "transparency" in image.info or image.mode in ("PA", "RGBa"):
        return image.convert("RGBA")
    match image.mode:
        case "1":
            return image.convert("L")
        case "La":
            return image.convert("LA")
        case "P":
            return image.convert("RGBA" if image.has_transparency_data else "RGB")
        case "YCbCr" | "HSV" | "RGBX":
            return image.convert("RGB")
    return image


def _in_srgb(image: Image.Image, source: Image.Image, data: bytes) -> tuple[Image.Image, list[str]]:
    """As RGB in sRGB, what is transparent laid on white; notes."""
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    if is_measured(source):
        return image.convert("RGB"), []
    solid = image if alpha is None else image.convert(image.mode[:-1])
    solid, note = stretched(solid, source, data)
    rgb, notes = to_srgb(solid, source, data)
    notes = [note, *notes] if note else notes
    if alpha is not None:
        rgb = Image.composite(rgb, Image.new("RGB", rgb.size, "white"), alpha)
    return rgb, notes


def _is_transparent(image: Image.Image) -> bool:
    """Whether a single pixel is: an alpha channel may be there and hide nothing."""
    lowest = image.getchannel("A").getextrema()[0] if image.mode in ("LA", "RGBA") else 255
    return lowest < 255  # type: ignore[operator]


def _page_notes(image: Image.Image) -> list[str]:
    if getattr(image, "tag_v2", {}).get(DNG_VERSION):
        width, height = image.size
        return [f"A camera's raw file is not developed: its preview ({width} x {height}) is shown."]
    if _has_pages(image):  # one seek; to count them would be a walk over all
        return ["The file has more than one frame; the first is shown."]
    return []


def _has_pages(image: Image.Image) -> bool:
    """Whether there are more pictures than one; a gain map or a smaller copy is none."""
    if not getattr(image, "is_animated", False):
        return False
    if image.format == "MPO":
        entries = image.mpinfo[0xB002]  # type: ignore[attr-defined]
        return any(e["Attribute"]["MPType"].startswith("Multi-Frame") for e in entries)
    if image.format != "TIFF":
        return True
    try:
        image.seek(1)
        return not image.tag_v2.get(SUBFILE, 0) & 1  # type: ignore[attr-defined]
    except Exception:  # a second page that is none
        return False
    finally:
        image.seek(0)
