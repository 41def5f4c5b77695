"""Photos as people have them, and files that are none."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib

import numpy as np
import pi_heif
import pytest
from PIL import Image, ImageDraw

from foveate.models.errors import InputError, OversizedInput
from foveate.models.inputs.patches import cut, fit, pixel_values
from foveate.models.inputs.photo import RESOLUTIONS, Photo, read_photo
from tests.photos import encoded, sample_bytes, sample_image


def likeness(photo: Photo, other: Image.Image) -> float:
    """Mean absolute difference in 8-bit steps."""
    one = np.asarray(photo.image, dtype=float)
    two = np.asarray(other.convert("RGB").resize(photo.image.size), dtype=float)
    return float(abs(one - two).mean())


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_rotated_phone_photo_stands_upright(orientation: int) -> None:
    upright = sample_image("cat").convert("RGB")
    turn = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    stored = upright if turn is None else upright.transpose(turn)
    exif = Image.Exif()
    exif[274] = orientation
    photo = read_photo(encoded(stored, "JPEG", quality=95, exif=exif))
    assert (photo.width, photo.height) == upright.size
    assert likeness(photo, upright) < 6


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "RGBA", "LA", "I;16", "YCbCr", "LAB"])
def test_every_kind_of_pixel_becomes_rgb(mode: str) -> None:
    image = sample_image("cat")
    if mode == "I;16":
        grey = np.asarray(image.convert("L"), dtype=np.uint16) * 257
        file = encoded(Image.fromarray(grey))
        expected = image.convert("L")
    else:
        lab = mode in ("CMYK", "YCbCr", "LAB")
        source = image if mode == "LAB" else image.convert(mode)
        file = encoded(source, "JPEG" if lab else "PNG", **({"quality": 95} if lab else {}))
        expected = image if lab or mode == "RGBA" else image.convert(mode)
    photo = read_photo(file)
    assert photo.image.mode == "RGB"
    assert likeness(photo, expected) < 8


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_strips_of_a_large_picture_make_the_whole(mode: str) -> None:
    large = sample_image("cat").convert(mode).resize((3001, 4003))
    photo = read_photo(encoded(large, "TIFF"))
    assert photo.image.size == (966, 1288)
    assert likeness(photo, large) < 2
    assert photo.notes == ()


def test_transparency_lies_on_white_and_says_so() -> None:
    photo = read_photo(encoded(Image.new("RGBA", (40, 40), (0, 0, 0, 0))))
    assert photo.image.getpixel((5, 5)) == (255, 255, 255)
    assert photo.notes == ("Transparent parts are laid on white.",)


@pytest.mark.parametrize("format", ["PNG", "WEBP", "AVIF", "TIFF", "TGA"])
def test_an_alpha_channel_that_hides_nothing_is_not_spoken_of(format: str) -> None:
    image = sample_image("cat").convert("RGBA")
    assert read_photo(encoded(image, format)).notes == ()
    image.putpixel((9, 9), (0, 0, 0, 0))
    options = {"quality": 100} if format == "AVIF" else {}
    notes = read_photo(encoded(image, format, **options)).notes
    assert notes == ("Transparent parts are laid on white.",)


def test_a_colour_of_a_palette_that_is_transparent_and_unused_is_not_spoken_of() -> None:
    image = sample_image("cat").convert("L").point(lambda v: v // 2).convert("P")
    assert read_photo(encoded(image, "PNG", transparency=255)).notes == ()
    assert read_photo(encoded(image, "PNG", transparency=60)).notes != ()


def test_an_animation_shows_its_first_frame_and_says_so() -> None:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "green", "blue")]
    file = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    photo = read_photo(file)
    assert photo.image.getpixel((9, 9)) == (255, 0, 0)
    assert photo.notes == ("The file has more than one frame; the first is shown.",)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "AVIF", "PPM", "TGA"])
def test_every_named_format_is_read(format: str) -> None:
    assert likeness(read_photo(encoded(sample_image("cat"), format)), sample_image("cat")) < 6


def test_the_heic_of_an_iphone_is_opened_by_the_same_door() -> None:
    # pi-heif only decodes, so no HEIC can be made here: what counts is that Pillow knows it.
    assert "HEIF" in Image.OPEN
    assert ".heic" in Image.registered_extensions()
    assert pi_heif.libheif_info()["libheif"]


def test_a_twelve_megapixel_photo_is_reduced() -> None:
    large = sample_image("cat").resize((4032, 3024))
    photo = read_photo(encoded(large, "JPEG"))
    assert (photo.width, photo.height) == (4032, 3024)
    assert photo.image.size == (1288, 966)


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and has next to nothing in it: what a decompression bomb is."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1_000_000))
    parts = chunk(b"IHDR", head), chunk(b"IDAT", rows), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_a_bomb_is_refused_by_its_header() -> None:
    with pytest.raises(OversizedInput, match="50000 x 50000 pixels; at most 64 million"):
        read_photo(png_header(50_000, 50_000))


def test_an_empty_file_says_so() -> None:
    with pytest.raises(InputError, match="empty"):
        read_photo(b"")


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF"])
def test_a_file_cut_short_is_refused_at_every_length(format: str) -> None:
    whole = encoded(sample_image("cat").convert("RGB"), format)
    for share in (0.1, 0.5, 0.9):
        with pytest.raises(InputError):
            read_photo(whole[: int(len(whole) * share)])


def test_damaged_bytes_never_escape_as_another_error() -> None:
    whole = bytearray(encoded(sample_image("cat").convert("RGB"), "PNG"))
    random = np.random.default_rng(0)
    for _ in range(60):
        damaged = bytearray(whole)
        for place in random.integers(0, len(whole), 20):
            damaged[place] = random.integers(0, 256)
        with contextlib.suppress(InputError):
            read_photo(bytes(damaged))


@pytest.mark.parametrize("resolution", RESOLUTIONS)
@pytest.mark.parametrize("size", [(640, 480), (451, 300), (300, 451), (1000, 1000), (1920, 800)])
def test_nothing_is_stretched_and_little_is_trimmed(size: tuple[int, int], resolution: int) -> None:
    width, height = size
    grid, crop = fit(width, height, resolution, 14)
    assert max(grid.rows, grid.columns) == resolution // 14
    scale_x = grid.columns * 14 / crop.width
    scale_y = grid.rows * 14 / crop.height
    assert scale_x == pytest.approx(scale_y)
    lost = 1 - crop.width * crop.height / (width * height)
    assert lost <= 0.5 / min(grid.rows, grid.columns) + 1e-9
    assert crop.left == pytest.approx((width - crop.width) / 2)


def test_a_circle_stays_a_circle() -> None:
    image = Image.new("RGB", (451, 300), "white")
    ImageDraw.Draw(image).ellipse((100, 50, 300, 250), fill="black")
    photo = read_photo(encoded(image))
    grid, crop = fit(451, 300, 448, 14)
    dark = np.asarray(cut(photo, crop, grid.columns * 14, grid.rows * 14))[..., 0] < 128
    rows, columns = np.nonzero(dark)
    assert abs(np.ptp(rows) - np.ptp(columns)) <= 1


@pytest.mark.parametrize("size", [(1, 1), (13, 100), (4000, 10), (10, 4000), (6000, 80)])
def test_a_photo_thinner_than_a_patch_is_refused_with_its_size(size: tuple[int, int]) -> None:
    with pytest.raises(InputError, match=f"{size[0]} x {size[1]} pixels.*Crop it"):
        fit(*size, 448, 14)


@pytest.mark.parametrize("resolution", [0, -1, 447, 10_000])
def test_another_resolution_is_refused(resolution: int) -> None:
    with pytest.raises(InputError, match=f"resolution {resolution} .* 224, 448 or 644"):
        fit(100, 100, resolution, 14)


def test_pixels_are_normalised_by_channel() -> None:
    values = pixel_values(Image.new("RGB", (2, 2), (255, 0, 51)), (0.5, 0.5, 0.2), (0.5, 0.25, 1))
    assert values.shape == (1, 3, 2, 2)
    assert values[0, :, 0, 0].tolist() == pytest.approx([1, -2, 0])


def test_a_photo_knows_the_bytes_it_came_from() -> None:
    data = sample_bytes("cat")
    assert read_photo(data).sha256 == read_photo(data).sha256
    assert read_photo(data).sha256 != read_photo(data + b"\0").sha256
    assert read_photo(data).nbytes == 451 * 300 * 3
    assert io.BytesIO(data).read(2) == b"\xff\xd8"
