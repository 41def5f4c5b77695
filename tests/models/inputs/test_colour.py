"""What a file's numbers mean is heeded: the model sees sRGB."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from foveate.models.inputs.photo import Photo, read_photo
from tests.photos import encoded, sample_image

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
# Red, green and blue of Display P3 as XYZ under D50, as its published profile has them.
P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
P3_CHROMATICITIES = (31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)


def swapped_profile() -> bytes:
    """sRGB whose first channel is blue and whose third is red."""
    found = bytearray(SRGB)
    red, blue = found.index(b"rXYZ"), found.index(b"bXYZ")
    found[red : red + 4], found[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(found)


def p3_profile() -> bytes:
    """The profile of sRGB with the primaries of Display P3."""
    found = bytearray(SRGB)
    for name, values in zip((b"rXYZ", b"gXYZ", b"bXYZ"), P3, strict=True):
        entry = found.index(name)
        at = struct.unpack(">I", found[entry + 4 : entry + 8])[0]
        found[at + 8 : at + 20] = struct.pack(">3i", *(round(v * 65536) for v in values))
    return bytes(found)


def ink_profile() -> bytes:
    """A press whose cyan is black and whose other inks cannot be seen."""
    header = bytearray(128)
    header[8:24] = b"\x02\x40\0\0" + b"prtrCMYKLab "
    header[36:40] = b"acsp"
    header[68:80] = struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D)
    identity = struct.pack(">9i", *(65536 * (n % 4 == 0) for n in range(9)))
    curve = bytes(range(256))
    corners = b"".join(bytes([0 if n & 8 else 255, 128, 128]) for n in range(16))  # cyan first
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + identity + curve * 4 + corners + curve * 3
    tags = struct.pack(">I4sII", 1, b"A2B0", 144, len(table))
    whole = bytes(header) + tags + table
    return struct.pack(">I", len(whole)) + whole[4:]


def with_chunk(png: bytes, name: bytes, body: bytes) -> bytes:
    """A PNG with one more chunk after its header."""
    chunk = struct.pack(">I", len(body)) + name + body
    return png[:33] + chunk + struct.pack(">I", zlib.crc32(name + body)) + png[33:]


def swapped(image: Image.Image) -> Image.Image:
    return Image.merge("RGB", image.convert("RGB").split()[::-1])


def apart(photo: Photo, image: Image.Image) -> float:
    """Mean distance in 8-bit steps."""
    one, two = np.asarray(photo.image, float), np.asarray(image.convert("RGB"), float)
    return float(abs(one - two).mean())


def level(photo: Photo) -> tuple[int, ...]:
    return photo.image.getpixel((9, 9))  # type: ignore[return-value]


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_swapped_channels_are_swapped_back(format: str) -> None:
    coffee = sample_image("coffee")
    options = {"quality": 95} if format in ("JPEG", "WEBP", "AVIF") else {}
    file = encoded(swapped(coffee), format, icc_profile=swapped_profile(), **options)
    assert apart(read_photo(file), coffee) < 4
    assert read_photo(file).notes == ()


def test_a_transparent_picture_has_its_colours_too() -> None:
    image = swapped(Image.new("RGB", (40, 40), (200, 30, 60)))
    image.putalpha(Image.new("L", (40, 40), 128))
    photo = read_photo(encoded(image, "PNG", icc_profile=swapped_profile()))
    assert level(photo) == (227, 142, 157)


def test_a_large_picture_has_its_colours_too() -> None:
    large = sample_image("coffee").convert("RGB").resize((3000, 2000))
    photo = read_photo(encoded(swapped(large), "JPEG", icc_profile=swapped_profile()))
    assert apart(photo, large.resize(photo.image.size)) < 4


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_the_profile_of_a_press_is_heeded(format: str) -> None:
    inks = Image.merge("CMYK", [Image.linear_gradient("L")] * 2 + [Image.new("L", (256, 256))] * 2)
    photo = read_photo(encoded(inks, format, icc_profile=ink_profile()))
    pixels = np.asarray(photo.image, dtype=int)
    assert np.ptp(pixels[:, 100], axis=1).max() <= 6  # grey, though cyan and magenta are blue
    assert pixels[2].min() > 240
    assert pixels[-2].max() < 20


def test_a_profile_of_over_a_mebibyte_is_read() -> None:
    profile = swapped_profile()
    large = struct.pack(">I", 2_000_000) + profile[4:].ljust(1_999_996, b"\0")
    image = Image.new("RGB", (40, 40), (200, 30, 60))
    photo = read_photo(encoded(swapped(image), "PNG", icc_profile=large))
    assert apart(photo, image) < 2


@pytest.mark.parametrize("profile", [b"no profile", SRGB[:200], ink_profile()])
def test_a_profile_that_does_not_fit_is_left_aside(profile: bytes) -> None:
    image = Image.new("RGB", (40, 40), (200, 30, 60))
    assert level(read_photo(encoded(image, "PNG", icc_profile=profile))) == (200, 30, 60)


def test_gamma_is_taken_back() -> None:
    file = with_chunk(encoded(Image.new("RGB", (40, 40), (55, 0, 255))), b"gAMA", b"\0\1\x86\xa0")
    assert level(read_photo(file)) == (128, 0, 255)  # linear light of 0.2158
    grey = with_chunk(encoded(Image.new("L", (40, 40), 55)), b"gAMA", b"\0\1\x86\xa0")
    assert level(read_photo(grey)) == (128, 128, 128)


def test_what_writers_of_srgb_say_changes_nothing() -> None:
    usual = struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
    file = encoded(Image.new("RGB", (40, 40), (200, 30, 60)))
    file = with_chunk(with_chunk(file, b"gAMA", struct.pack(">I", 45455)), b"cHRM", usual)
    assert level(read_photo(file)) == (200, 30, 60)
    linear = with_chunk(encoded(Image.new("L", (40, 40), 55)), b"gAMA", b"\0\1\x86\xa0")
    assert level(read_photo(with_chunk(linear, b"sRGB", b"\0"))) == (55, 55, 55)


def test_primaries_agree_with_the_profile_that_has_them() -> None:
    coffee = sample_image("coffee").convert("RGB")
    expected = read_photo(encoded(coffee, "PNG", icc_profile=p3_profile())).image
    assert apart(Photo(expected, 0, 0, ""), coffee) > 2
    chromaticities = struct.pack(">8I", *P3_CHROMATICITIES)
    for name, body in ((b"cHRM", chromaticities), (b"cICP", bytes([12, 13, 0, 1]))):
        assert apart(read_photo(with_chunk(encoded(coffee), name, body)), expected) < 1


def test_code_points_go_before_a_profile_in_a_png() -> None:
    file = encoded(Image.new("RGB", (40, 40), (200, 30, 60)), "PNG", icc_profile=swapped_profile())
    assert level(read_photo(with_chunk(file, b"cICP", bytes([1, 13, 0, 1])))) == (200, 30, 60)


@pytest.mark.parametrize(("transfer", "name", "white"), [(16, "PQ", 148), (18, "HLG", 191)])
def test_high_dynamic_range_is_pressed_together_and_says_so(
    transfer: int, name: str, white: int
) -> None:
    ramp = Image.new("L", (256, 40))
    ramp.putdata([n % 256 for n in range(256 * 40)])
    file = with_chunk(encoded(ramp.convert("RGB")), b"cICP", bytes([9, transfer, 0, 1]))
    photo = read_photo(file)
    levels = np.asarray(photo.image, dtype=int)[9, :, 0]
    assert (np.diff(levels) >= 0).all()
    assert levels[0] == 0
    assert abs(levels[white] - 247) <= 2  # the white of paper, 203 cd/m2, and room above it
    assert levels[-1] == 255
    assert photo.notes == (
        f"The file is of high dynamic range ({name}); its lights are pressed together to fit a "
        "usual screen.",
    )


def test_code_points_of_an_avif_are_heeded() -> None:
    file = encoded(Image.new("RGB", (64, 64), (148, 148, 148)), "AVIF", quality=95)
    at = file.index(b"colrnclx") + 8
    photo = read_photo(file[:at] + struct.pack(">HH", 9, 16) + file[at + 4 :])
    assert abs(level(photo)[0] - 247) <= 4
    assert "(PQ)" in photo.notes[0]


@pytest.mark.parametrize("body", [bytes(32), b"\xff" * 32, struct.pack(">8I", *[33333] * 8)])
def test_primaries_that_are_none_do_no_harm(body: bytes) -> None:
    image = Image.new("RGB", (40, 40), (200, 200, 200))
    assert read_photo(with_chunk(encoded(image), b"cHRM", body)).image.size == (40, 40)


@pytest.mark.parametrize("gamma", [0, 1, 2**32 - 1])
def test_a_gamma_that_is_none_does_no_harm(gamma: int) -> None:
    file = with_chunk(encoded(Image.new("L", (40, 40), 255)), b"gAMA", struct.pack(">I", gamma))
    assert level(read_photo(file)) == (255, 255, 255)
