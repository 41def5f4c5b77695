"""Which image files are read, and what is said of those that are not."""

from __future__ import annotations

import io
import re
import warnings
from typing import NoReturn

import pi_heif
from PIL import Image, PngImagePlugin

from foveate.models.errors import InputError, OversizedInput, UnsupportedInput
from foveate.models.inputs import bitfields

pi_heif.register_heif_opener()

FORMATS = (
    "JPEG",
    "PNG",
    "WEBP",
    "GIF",
    "BMP",
    "TIFF",
    "AVIF",
    "HEIF",
    "PPM",
    "JPEG2000",
    "ICO",
    "TGA",
)  # the last one has no mark of its own and is tried last
OWN = (*FORMATS, "MPO")  # a JPEG with further pictures after the first
MEBIBYTE = 1024 * 1024

# The limit is checked on the header before a pixel is decoded; Pillow's own warning comes later.
Image.MAX_IMAGE_PIXELS = None
# Notes of editors and profiles of presses are over Pillow's 1 MiB; all of a file's stay limited.
PngImagePlugin.MAX_TEXT_CHUNK = 16 * MEBIBYTE
PngImagePlugin.MAX_TEXT_MEMORY = 64 * MEBIBYTE

# What people send and is not read here: where its mark stands, the mark, its name.
UNREAD = (
    (0, rb"\xff\x0a|\0\0\0\x0cJXL ", "a JPEG XL image"),
    (0, rb"8BPS", "a Photoshop document"),
    (0, rb"%PDF", "a PDF"),
    (0, rb"%!PS|\xc5\xd0\xd3\xc6", "a PostScript file"),
    (0, rb"(?s)(\xef\xbb\xbf)?\s*(<\?xml.{0,999}?)?(<!.{0,999}?)?<svg", "an SVG drawing"),
    (0, rb"gimp xcf", "a GIMP document"),
    (0, rb"v/1\x01", "an OpenEXR image"),
    (0, rb"#\?R", "a Radiance HDR image"),
    (0, rb"II\xbc", "a JPEG XR image"),
    (0, rb"DDS ", "a DDS texture"),
    (0, rb"icns", "an icon of macOS"),
    (0, rb"qoif", "a QOI image"),
    (0, rb"SIMPLE  =", "a FITS file"),
    (0, rb"\x89HDF", "an HDF5 file"),
    (128, rb"DICM", "a DICOM file"),
    (0, rb"FUJIFILMCCD|II[RU][OS\0]|FOVb|\0MRM", "a camera's raw file"),
    (4, rb"ftypcrx", "a camera's raw file"),
    (4, rb"ftyp(isom|iso\d|mp4|M4V|avc1|qt  |3g|dash)|(moov|mdat)", "a video"),
    (0, rb"\x1aE\xdf\xa3|RIFF....AVI |OggS|FLV", "a video"),
    (0, rb"PK\x03\x04|\x1f\x8b|7z\xbc\xaf|Rar!", "an archive"),
)
RAW_SUFFIXES = ".dng .cr2 .cr3 .nef .arw .raf .orf .rw2 .pef .srw"
UNREAD_SUFFIXES = frozenset(f".jxl .psd .exr .hdr .jxr .qoi {RAW_SUFFIXES}".split())
DNG_VERSION = 50706  # the tag of a raw file that is a TIFF

_KINDS = f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}"
# What plugins say of a kind of file that they do not know, and not of a damaged one.
_UNKNOWN_KIND = re.compile(
    r"unsupported|not supported|unknown (pixel|data|raw|TGA)|unrecognized|no decoder|not available",
    re.I,
)


def suffixes() -> frozenset[str]:
    """How files are called that are read here, in lower case: `.jpg`, `.jfif`, `.hif` ..."""
    registered = Image.registered_extensions().items()
    return frozenset(suffix for suffix, format in registered if format in OWN)


def hungry(kind: str) -> InputError:
    return InputError(
        f"The {kind} file needs more memory to decode than is given to one photo: save it again as "
        "an ordinary JPEG or PNG and send the new file.",
        "file",
    )


def check_size(size: tuple[int, int], max_pixels: int) -> None:
    """Raises OversizedInput."""
    width, height = size
    if width * height > max_pixels:
        raise OversizedInput(
            f"The image is {width} x {height} pixels; at most "
            f"{max_pixels / 1e6:g} million pixels are read: make it smaller.",
            "file",
        )


def open_image(data: bytes, max_pixels: int) -> Image.Image:
    """The image of a file, its pixels not read yet.

    Raises UnsupportedInput for bytes that are no image in `FORMATS`, OversizedInput, and InputError
    for an image whose header is damaged.
    """
    check_size(_webp_size(data), max_pixels)
    try:
        with warnings.catch_warnings(action="ignore"):
            image: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
    except MemoryError as error:
        raise hungry("image") from error
    except Exception as error:  # Pillow's readers raise whatever a broken header leads them to
        image = _by_bitfields(data, max_pixels) or _refuse(data, error)
    check_size(image.size, max_pixels)
    return image


def _by_bitfields(data: bytes, max_pixels: int) -> Image.Image | None:
    """A BMP of a layout that Pillow does not know."""
    size = bitfields.size_of(data)
    check_size(size, max_pixels)
    try:
        return bitfields.read(data) if all(size) else None
    except ValueError as error:
        raise undecodable("BMP", error) from error


def _refuse(data: bytes, cause: Exception) -> NoReturn:
    raise _refusal(data) from cause


def undecodable(kind: str, reason: object) -> InputError:
    """What is said of a file whose plugin stopped, by the reason that it gave."""
    if _UNKNOWN_KIND.search(str(reason)):
        return UnsupportedInput(
            f"The file is {kind} of a kind that is not read here ({reason}): save it again as an "
            "ordinary JPEG or PNG and send the new file.",
            "file",
        )
    return InputError(
        f"The {kind} file could not be decoded ({reason}): it is probably cut short or damaged; "
        "save it again and send the new file.",
        "file",
    )


def _refusal(data: bytes) -> InputError:
    """Why a file is not opened: what it is, or what the plugin of its format says."""
    for place, mark, name in UNREAD:
        if re.compile(mark).match(data, place):
            return UnsupportedInput(
                f"The file ({len(data)} bytes) is {name}, which is not read here: send {_KINDS}.",
                "file",
            )
    for format in FORMATS[:-1]:
        factory, accept = Image.OPEN[format]
        if accept is None or accept(data[:16]) is not True:
            continue
        try:
            with warnings.catch_warnings(action="ignore"):
                factory(io.BytesIO(data), "")
        except Exception as error:  # what a reader stumbles over tells a visitor nothing
            known = _UNKNOWN_KIND.search(str(error))
            return undecodable(format, error if known else "its header is not whole")
    start = data[:12].decode("ascii", "backslashreplace")
    return UnsupportedInput(
        f"The file ({len(data)} bytes, starting {start!r}) is not an image that can be read: "
        f"send {_KINDS}.",
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
