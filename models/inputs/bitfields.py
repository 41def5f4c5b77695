"""BMP files whose channels lie in bit fields of any layout: Pillow knows a dozen of them.

https://learn.microsoft.com/en-us/windows/win32/api/wingdi/ns-wingdi-bitmapv5header
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image

HEADER = struct.Struct("<IIiiHHI")  # at byte 10: pixels, header, width, height, planes, bits, kind
MASKS = struct.Struct("<4I")  # at byte 54: red, green, blue, alpha
BITFIELDS, ALPHA_BITFIELDS = 3, 6
WITH_ALPHA = 56  # bytes of the smallest header that has a mask of alpha


def size_of(data: bytes) -> tuple[int, int]:
    """Width and height of a BMP with bit fields; zeros for any other file."""
    if data[:2] != b"BM" or len(data) < 54 + MASKS.size:
        return (0, 0)
    _, _, width, height, _, bits, kind = HEADER.unpack_from(data, 10)
    known = bits in (16, 32) and kind in (BITFIELDS, ALPHA_BITFIELDS)
    return (width, abs(height)) if known and width > 0 else (0, 0)


def read(data: bytes) -> Image.Image:
    """The image, RGB or RGBA. Raises ValueError for a file that is cut short."""
    start, header, width, height, _, bits, kind = HEADER.unpack_from(data, 10)
    masks = MASKS.unpack_from(data, 54)
    masks = masks if header >= WITH_ALPHA or kind == ALPHA_BITFIELDS else (*masks[:3], 0)
    stride = (width * bits + 31) // 32 * 4
    rows = np.frombuffer(data, np.uint8, stride * abs(height), start).reshape(-1, stride)
    pixels = rows.view(f"<u{bits // 8}")[:, :width]
    bands = [Image.fromarray(_channel(pixels, mask)) for mask in (masks if masks[3] else masks[:3])]
    image = Image.merge("RGBA" if masks[3] else "RGB", bands)
    image = image if height < 0 else image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    image.format = "BMP"
    return image


def _channel(pixels: NDArray[np.unsignedinteger], mask: int) -> NDArray[np.uint8]:
    """The bits under a mask as 0 to 255."""
    lowest = (mask & -mask).bit_length() - 1 if mask else 0
    found = (pixels.astype(np.uint32) & np.uint32(mask)) >> np.uint32(lowest)
    return (found * (255 / max(mask >> lowest, 1))).round().astype(np.uint8)
