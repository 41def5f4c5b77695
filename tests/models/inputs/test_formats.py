"""What is said of a file that is not read is true, and healthy files are read."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from foveate.models.errors import InputError, OversizedInput, UnsupportedInput
from foveate.models.inputs.formats import UNREAD_SUFFIXES, suffixes
from foveate.models.inputs.photo import read_photo
from tests.hostile.files import page, tiff
from tests.photos import encoded, sample_image


def archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("a.txt", "text")
    return buffer.getvalue()


NAMED = {
    "a JPEG XL image": b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(99),
    "a Photoshop document": b"8BPS\0\1" + bytes(99),
    "a PDF": b"%PDF-1.7\n",
    "a PostScript file": b"%!PS-Adobe-3.0 EPSF-3.0\n",
    "an SVG drawing": b'<?xml version="1.0"?>\n<!-- made by hand -->\n<svg xmlns="x"/>',
    "an OpenEXR image": b"v/1\x01" + bytes(99),
    "a DICOM file": bytes(128) + b"DICM" + bytes(99),
    "a camera's raw file": b"\0\0\0\x18ftypcrx \0\0\0\1",
    "a video": b"\0\0\0\x18ftypisom\0\0\2\0",
    "an archive": archive(),
}


@pytest.mark.parametrize("name", NAMED)
def test_a_known_kind_that_is_not_read_is_named(name: str) -> None:
    with pytest.raises(UnsupportedInput, match=f"is {name}, which is not read here: send JPEG"):
        read_photo(NAMED[name])


def tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as made:
        made.addfile(tarfile.TarInfo("a.jpg"))
    return buffer.getvalue()


@pytest.mark.parametrize("data", [b"hello, world", b"x", bytes(999), tar(), b"<html></html>"])
def test_what_is_no_image_is_unsupported_and_quoted(data: bytes) -> None:
    with pytest.raises(UnsupportedInput, match="is not an image that can be read: send JPEG"):
        read_photo(data)


@pytest.mark.parametrize(
    "start", [b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"BM", b"P6\n"]
)
def test_the_beginning_of_a_known_kind_is_a_file_cut_short(start: bytes) -> None:
    with pytest.raises(
        InputError, match="could not be decoded .its header is not whole.*cut short"
    ):
        read_photo(start)


def tiff_of(bits: int, photometric: int = 1) -> bytes:
    entries = [(tag, kind, bits if tag == 258 else value) for tag, kind, value in page(strip=200)]
    shape = [(tag, kind, photometric if tag == 262 else value) for tag, kind, value in entries]
    return tiff(shape).ljust(200, b"\0") + bytes(4096)


@pytest.mark.parametrize("data", [tiff_of(24), tiff_of(10), tiff_of(8, photometric=32844)])
def test_a_healthy_file_of_an_unknown_kind_is_not_called_damaged(data: bytes) -> None:
    with pytest.raises(UnsupportedInput, match="TIFF of a kind that is not read here .unknown"):
        read_photo(data)


def bmp(masks: tuple[int, ...], bits: int, top_down: bool = False) -> bytes:
    """The sample `cat` (451 x 300) with its channels under these masks."""
    image = np.asarray(sample_image("cat").convert("RGBA"))
    pixels = np.zeros(image.shape[:2], np.uint32)
    for channel, mask in enumerate(masks):
        lowest = (mask & -mask).bit_length() - 1
        most = mask >> lowest
        pixels |= (image[..., channel] * (most / 255)).round().astype(np.uint32) << lowest
    rows = (pixels if top_down else pixels[::-1]).astype(f"<u{bits // 8}")
    rows = np.pad(rows, [(0, 0), (0, bits == 16)])
    height = -300 if top_down else 300
    header = struct.pack("<IIiiHHI5I", 122, 108, 451, height, 1, bits, 3, 0, 0, 0, 0, 0)
    fields = struct.pack("<4I", *masks, *[0] * (4 - len(masks)))
    return b"BM" + bytes(8) + (header + fields).ljust(112, b"\0") + rows.tobytes()


FIELDS = {
    "RGBX": ((0xFF, 0xFF00, 0xFF0000), 32),
    "10 bits each": ((0x3FF00000, 0xFFC00, 0x3FF), 32),
    "10 bits each and alpha": ((0x3FF, 0xFFC00, 0x3FF00000, 0xC0000000), 32),
    "4 bits each": ((0xF00, 0xF0, 0xF, 0xF000), 16),
    "one that Pillow knows": ((0xFF0000, 0xFF00, 0xFF), 32),
}


@pytest.mark.parametrize("top_down", [False, True])
@pytest.mark.parametrize("name", FIELDS)
def test_bit_fields_of_any_layout_are_read(name: str, top_down: bool) -> None:
    masks, bits = FIELDS[name]
    file = bmp(masks, bits, top_down)
    photo = read_photo(file)
    apart = np.asarray(photo.image, float) - np.asarray(sample_image("cat"), float)
    assert photo.image.size == (451, 300)
    assert abs(apart).mean() < (5 if bits == 16 else 1)
    assert photo.notes == ()
    with pytest.raises(InputError, match="BMP file could not be decoded .*cut short"):
        read_photo(file[:-9000])


def test_a_png_with_much_text_is_read() -> None:
    info = PngInfo()
    for number in range(4):
        info.add_text(f"note {number}", "All of it. " * 300_000, zip=True)
    info.add_itxt("history", "edited " * 400_000, zip=True)
    file = encoded(sample_image("cat"), "PNG", pnginfo=info)
    assert read_photo(file).image.size == (451, 300)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_an_avif_with_alpha_is_read(mode: str) -> None:
    image = sample_image("cat").convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    photo = read_photo(encoded(image.convert(mode), "AVIF"))
    assert photo.image.size == (451, 300)
    assert photo.notes == ("Transparent parts are laid on white.",)


@pytest.mark.parametrize("format", ["JPEG2000", "ICO", "TGA"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_rarer_formats_are_read(format: str, mode: str) -> None:
    image = sample_image("cat").convert(mode).resize((64, 48))
    options = {"sizes": [(64, 48), (16, 12)]} if format == "ICO" else {}
    photo = read_photo(encoded(image, format, **options))
    apart = np.asarray(photo.image, float) - np.asarray(image.convert("RGB"), float)
    assert photo.image.size == (64, 48)
    assert abs(apart).mean() < 1


@pytest.mark.parametrize("height", [101, 102, 103, 104])
def test_a_large_jpeg_2000_is_decoded_no_larger_than_need_be(height: int) -> None:
    large = sample_image("cat").resize((5200, height))
    for resolutions in (6, 1):
        photo = read_photo(encoded(large, "JPEG2000", num_resolutions=resolutions))
        assert (photo.width, photo.height) == (5200, height)
        assert photo.image.size == (1288, round(height * 1288 / 5200))


def test_the_picture_in_an_icon_is_no_larger_than_others_may_be() -> None:
    picture = encoded(Image.new("1", (9000, 9000)))
    entry = struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, len(picture), 22)
    with pytest.raises(OversizedInput, match="9000 x 9000 pixels"):
        read_photo(struct.pack("<HHH", 0, 1, 1) + entry + picture)


def test_a_camera_s_raw_file_says_that_its_preview_is_shown() -> None:
    raw = tiff([*page(strip=200), (50706, 4, 1025)]).ljust(200, b"\0") + bytes(256)
    (note,) = read_photo(raw).notes
    assert note == "A camera's raw file is not developed: its preview (16 x 16) is shown."


def test_the_names_of_files() -> None:
    assert {".jpg", ".jfif", ".hif", ".heic", ".pgm", ".mpo", ".jp2", ".tif"} <= suffixes()
    assert not suffixes() & UNREAD_SUFFIXES
