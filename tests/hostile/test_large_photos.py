"""The limits leave room for the largest photo that is read, of every format."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PIL import Image

from app.runtime.decoding import Decoder
from tests.photos import encoded, sample_image

pytestmark = pytest.mark.slow
SIDE = 8_000  # 64 megapixels


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    """With more time than a visitor has: what counts here is the memory."""
    found = Decoder(1, seconds=100)
    yield found
    found.close()


def photo(mode: str = "RGB") -> Image.Image:
    return sample_image("cat").convert(mode).resize((SIDE, SIDE), Image.Resampling.NEAREST)


def deep() -> Image.Image:
    return Image.fromarray(np.asarray(photo("L")).astype(np.uint16) * 257)


FORMATS: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: encoded(photo(), "JPEG"),
    "progressive JPEG": lambda: encoded(photo(), "JPEG", progressive=True),
    "CMYK JPEG": lambda: encoded(photo("CMYK"), "JPEG"),
    "PNG": lambda: encoded(photo(), "PNG", compress_level=1),
    "PNG with alpha": lambda: encoded(photo("RGBA"), "PNG", compress_level=1),
    "PNG of 16 bits": lambda: encoded(deep(), "PNG", compress_level=1),
    "WebP": lambda: encoded(photo(), "WEBP", method=0),
    "lossless WebP with alpha": lambda: encoded(photo("RGBA"), "WEBP", lossless=True, method=0),
    "GIF": lambda: encoded(photo("P"), "GIF"),
    "BMP": lambda: encoded(photo("1"), "BMP"),
    "TIFF": lambda: encoded(photo(), "TIFF", compression="tiff_lzw"),
    "TIFF of floats": lambda: encoded(photo("F"), "TIFF", compression="tiff_lzw"),
    "AVIF": lambda: encoded(photo(), "AVIF", speed=10),
    "PBM": lambda: encoded(photo("1"), "PPM"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_photo_of_64_megapixels_is_read(decoder: Decoder, name: str) -> None:
    found = decoder.decode(FORMATS[name]())
    assert (found.width, found.height) == (SIDE, SIDE)
    assert found.image.size == (1288, 1288)
