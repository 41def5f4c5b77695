"""A photo stands upright by whatever says so, and its size is that of the upright picture."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from foveate.models.inputs.photo import Photo, read_photo
from tests.photos import encoded

XMP = b'<rdf:RDF><rdf:Description tiff:Orientation="6"/></rdf:RDF>'
TURN = {1: (0, 0), 3: (1, 1), 5: (0, 0), 6: (1, 0), 8: (0, 1)}  # where the stored corner goes to


def marked() -> Image.Image:
    """600 x 400, blue, its upper left quarter red."""
    image = Image.new("RGB", (600, 400), "blue")
    image.paste("red", (0, 0, 300, 200))
    return image


def exif(orientation: int = 6) -> Image.Exif:
    found = Image.Exif()
    found[274] = orientation
    return found


def red_corner(photo: Photo) -> tuple[int, int]:
    """Which corner is red: 0 or 1 across, 0 or 1 down."""
    width, height = photo.image.size
    corners = {
        (x, y): (5 + x * (width - 10), 5 + y * (height - 10)) for x in (0, 1) for y in (0, 1)
    }
    return max(corners, key=lambda corner: photo.image.getpixel(corners[corner])[0])


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "jpeg"])
@pytest.mark.parametrize("orientation", TURN)
def test_a_tiff_lying_on_its_side(orientation: int, compression: str | None) -> None:
    file = encoded(marked(), "TIFF", tiffinfo={274: orientation}, compression=compression)
    photo = read_photo(file)
    size = (400, 600) if orientation > 4 else (600, 400)
    assert (photo.width, photo.height) == photo.image.size == size
    assert red_corner(photo) == TURN[orientation]


def by_raw_profile() -> bytes:
    block, info = exif().tobytes(), PngInfo()
    text = f"\nexif\n{len(block):8}\n{block.hex()}\n"
    info.add_text("Raw profile type exif", text, zip=True)
    return encoded(marked(), "PNG", pnginfo=info)


def by_png_xmp() -> bytes:
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return encoded(marked(), "PNG", pnginfo=info)


SAID = {
    "JPEG": lambda: encoded(marked(), "JPEG", exif=exif()),
    "PNG": lambda: encoded(marked(), "PNG", exif=exif()),
    "WebP": lambda: encoded(marked(), "WEBP", exif=exif()),
    "AVIF": lambda: encoded(marked(), "AVIF", exif=exif()),
    "XMP in a JPEG": lambda: encoded(marked(), "JPEG", xmp=XMP),
    "XMP in a WebP": lambda: encoded(marked(), "WEBP", xmp=XMP),
    "XMP in a PNG": by_png_xmp,
    "a raw profile": by_raw_profile,
}


@pytest.mark.parametrize("where", SAID)
def test_whatever_says_so_is_heeded(where: str) -> None:
    photo = read_photo(SAID[where]())
    assert (photo.width, photo.height) == photo.image.size == (400, 600)
    assert red_corner(photo) == (1, 0)


TYPES = {
    "byte": (1, 1, b"\6\0\0\0"),
    "text": (2, 2, b"6\0\0\0"),
    "two shorts": (3, 2, struct.pack("<HH", 6, 1)),
    "long": (4, 1, struct.pack("<I", 6)),
    "undefined": (7, 1, b"\6\0\0\0"),
    "float": (11, 1, struct.pack("<f", 6)),
}


@pytest.mark.parametrize("kind", TYPES)
def test_a_tag_may_have_any_type_of_number(kind: str) -> None:
    number, count, value = TYPES[kind]
    entry = struct.pack("<HHI", 274, number, count) + value
    block = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry + bytes(4)
    photo = read_photo(encoded(marked(), "JPEG", exif=block))
    assert (photo.width, photo.height) == photo.image.size == (400, 600)


@pytest.mark.parametrize("orientation", [0, 9, 60_000])
def test_an_orientation_that_is_none_turns_nothing(orientation: int) -> None:
    photo = read_photo(encoded(marked(), "JPEG", exif=exif(orientation)))
    assert (photo.width, photo.height) == photo.image.size == (600, 400)


def test_a_large_photo_lying_on_its_side_is_reduced_and_keeps_its_size() -> None:
    large = marked().resize((5000, 3001))
    for file in (encoded(large, "JPEG", exif=exif()), encoded(large, "TIFF", tiffinfo={274: 6})):
        photo = read_photo(file)
        assert (photo.width, photo.height) == (3001, 5000)
        assert photo.image.size == (773, 1288)
        assert red_corner(photo) == (1, 0)


def test_a_gain_map_is_no_second_frame() -> None:
    small = marked().convert("L").resize((150, 100))
    photo = read_photo(encoded(marked(), "MPO", save_all=True, append_images=[small]))
    assert photo.image.size == (600, 400)
    assert photo.notes == ()


def test_a_pair_of_a_stereo_camera_is() -> None:
    file = encoded(marked(), "MPO", save_all=True, append_images=[marked()])
    second = file.rindex(struct.pack("<L", 0x030000), 0, 200) + 16  # after the first one's entry
    assert file[second : second + 4] == bytes(4)
    pair = file[:second] + struct.pack("<L", 0x020002) + file[second + 4 :]
    assert read_photo(pair).notes == ("The file has more than one frame; the first is shown.",)


def test_a_smaller_copy_in_a_tiff_is_no_second_frame() -> None:
    def pages(subfile: int) -> bytes:
        buffer, copy = io.BytesIO(), marked().resize((300, 200))
        copy.encoderinfo = {"tiffinfo": {254: subfile}}  # type: ignore[attr-defined]
        marked().save(buffer, "TIFF", save_all=True, append_images=[copy])
        return buffer.getvalue()

    assert read_photo(pages(1)).notes == ()
    assert read_photo(pages(0)).notes == ("The file has more than one frame; the first is shown.",)
