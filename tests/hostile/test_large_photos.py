"""The limits leave room for the largest photo that is read, of every format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from foveate.app.runtime.decoding import Decoder
from tests.hostile.conftest import Children
from tests.photos import encoded, sample_image

pytestmark = pytest.mark.slow
SIDE = 8_000  # 64 megapixels


def photo(mode: str = "RGB") -> Image.Image:
    return sample_image("cat").convert(mode).resize((SIDE, SIDE), Image.Resampling.NEAREST)


def flat(mode: str) -> Image.Image:
    """Quickly encoded: what a decoder needs hangs on the size alone."""
    return Image.new(mode, (SIDE, SIDE), "teal" if mode != "L" else 99)


def deep() -> Image.Image:
    return Image.fromarray(np.asarray(photo("L")).astype(np.uint16) * 257)


FORMATS: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: encoded(photo(), "JPEG"),
    "progressive JPEG": lambda: encoded(photo(), "JPEG", progressive=True),
    "CMYK JPEG": lambda: encoded(photo("CMYK"), "JPEG"),
    "PNG with alpha": lambda: encoded(photo("RGBA"), "PNG", compress_level=1),
    "PNG of 16 bits": lambda: encoded(deep(), "PNG", compress_level=1),
    "lossless WebP with alpha": lambda: encoded(flat("RGBA"), "WEBP", lossless=True, method=0),
    "GIF": lambda: encoded(photo("P"), "GIF"),
    "BMP": lambda: encoded(photo("1"), "BMP"),
    "TIFF of floats": lambda: encoded(photo("F"), "TIFF", compression="tiff_lzw"),
    "AVIF": lambda: encoded(flat("RGB"), "AVIF", speed=10),
    "JPEG 2000": lambda: encoded(flat("L"), "JPEG2000"),
}


# What the decoders of these formats take by themselves: several pictures of full size.
HUNGRY = {"lossless WebP with alpha": 1100, "AVIF": 650}
HUNGRY |= {"TIFF of floats": 500}  # a file that is too large to be sent


@pytest.mark.parametrize("name", FORMATS)
def test_a_photo_of_64_megapixels_is_read_in_little_memory(children: Children, name: str) -> None:
    decoder = Decoder(1, seconds=100)  # more than a visitor has: what counts here is the memory
    found = decoder.decode(FORMATS[name]())
    assert (found.width, found.height) == (SIDE, SIDE)
    assert found.image.size == (1288, 1288)
    status = Path(f"/proc/{children[0].pid}/status")
    if status.exists():
        peak = int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
        assert peak < HUNGRY.get(name, 400), f"{peak:.0f} MiB"
    decoder.close()
