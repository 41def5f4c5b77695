"""Files that are small and cost much, or crash what reads them; each is made here."""

from __future__ import annotations

import base64
import io
import random
import struct
import zlib
from collections.abc import Iterable

from PIL import Image

from tests.photos import encoded

# The sample `cat` at 64 x 48 by pillow-heif: what the tests have installed reads HEIC alone.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAX1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAA"
    "AAAAAAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAABoQABAAAAAAAAAR4AAAAjaWluZgAAAAAAAQAAABVpbmZlAgAA"
    "AAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34"
    "+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5"
    "uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAA"
    "AAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAA"
    "AAAAAAEAAQWBAgMFhAAAASZtZGF0AAABGigBrxmA9/1u6n+1NzU1/Rh/PTJT02iJxI5o2pdVCUt0r21nvBR//ZeJ"
    "IKjST4FrlmjMV/Qccq/aA+isLArzYjQ//K8nMOg5lWc26IpuvmvipmZ1xJ2uo+8rXeY6HLig7su9Cww1QcEsCLFk"
    "3lHUv7VAKrpon0Hm2HBQiMz1KuY/2ZBC+tm1j1S22FMTzaSP5DVEKPxrVzrJJdVgzM9ZYhR0drYXAWmB83GmBwi2"
    "uLIj1w3bRUf+fN5eksGaKpeSEnOW1QZx1aTnggjnYSsUQJQhpod2kTH7aWjYlTWmJtHFvfNhK46ZCMwR8T8ZCv6Q"
    "X6j25sIALmw0XHAcORZjHtqBeEiWAx6kLoKUHrWIVa2RbPgSXwLuOIS5GA=="
)


def tiff(entries: Iterable[tuple[int, int, int]], following: int = 0, at: int = 8) -> bytes:
    """An image directory at `at`: tag, type (3 short, 4 long) and value of each entry."""
    listed = list(entries)
    packed = b"".join(
        struct.pack("<HHIHH", tag, kind, 1, value, 0)
        if kind == 3
        else struct.pack("<HHII", tag, kind, 1, value)
        for tag, kind, value in listed
    )
    start = struct.pack("<2sHI", b"II", 42, at) if at == 8 else b""
    return start + struct.pack("<H", len(listed)) + packed + struct.pack("<I", following)


def page(width: int = 16, height: int = 16, strip: int = 0) -> list[tuple[int, int, int]]:
    """The entries of a grey page whose pixels lie at `strip`."""
    pixels = width * height
    return [
        *((256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, 1), (262, 3, 1)),
        *((273, 4, strip), (277, 3, 1), (278, 4, height), (279, 4, pixels)),
    ]


def tiff_with_a_wide_tile(side: int = 46_000) -> bytes:
    """A picture of 64 x 64 whose one tile (deflate) is `side` x `side`: 2 GB a channel."""
    body = zlib.compress(bytes(200))
    shape = [(256, 4, 64), (257, 4, 64), (258, 3, 8), (259, 3, 8), (262, 3, 1), (277, 3, 1)]
    tiles = [(322, 4, side), (323, 4, side), (324, 4, 400), (325, 4, len(body))]
    return tiff(shape + tiles).ljust(400, b"\0") + body


def tiff_of_pages(count: int = 100_000) -> bytes:
    """A page that points to the next, and so on; all share their pixels."""
    size = len(tiff(page(), at=0))
    strip = 8 + count * size
    starts = [8 + number * size for number in range(1, count)]
    pages = [tiff(page(strip=strip), start, 0) for start in [*starts, 0]]
    return b"".join([struct.pack("<2sHI", b"II", 42, 8), *pages, bytes(256)])


def webp_of_one_colour(width: int = 16_383, height: int = 16_383, size: int = 2_500) -> bytes:
    """A lossless WebP whose five prefix codes have one symbol each: no pixel takes a bit."""
    bits = (width - 1) | (height - 1) << 14  # no alpha, version 0
    # No transform, no colour cache, no meta codes; then a simple code of the one symbol 0, times 5.
    codes = sum(1 << 3 + 4 * number for number in range(5))
    body = b"\x2f" + struct.pack("<I", bits) + codes.to_bytes(4, "little")
    body = body.ljust(size - 20, b"\0")
    chunk = b"VP8L" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def jpeg_of_scans(count: int = 1_000, size: tuple[int, int] = (6000, 4000)) -> bytes:
    """A progressive JPEG of one colour that sends its last scan again and again: a few bytes each.

    A scan that refines coefficients looks at every one of them, and in a run of empty blocks, too.
    """
    whole = encoded(Image.new("RGB", size, "teal"), "JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    scan = whole[whole.rindex(b"\xff\xc4", 0, last) : -2]
    return whole[:-2] + scan * (count - whole.count(b"\xff\xda")) + whole[-2:]


def gif_without_end(frames: int = 100_000) -> bytes:
    """A GIF of one frame again and again, and no trailer."""
    whole = encoded(Image.new("P", (32, 32)), "GIF")
    frame = whole.index(b"\x2c", 13 + 3 * 2)
    return whole[:-1] + whole[frame:-1] * frames


def damaged(data: bytes, seed: int) -> bytes:
    """The same with one to eight bits flipped, beyond the first bytes that name the format."""
    found, draw = bytearray(data), random.Random(seed)
    first = draw.choice((32, len(found) // 2))
    for _ in range(draw.randint(1, 8)):
        found[draw.randrange(first, len(found))] ^= 1 << draw.randrange(8)
    return bytes(found)


def png_of_zeros(width: int, height: int) -> bytes:
    """A whole PNG of one colour: a thousandth of what it unpacks to."""
    buffer = io.BytesIO()
    Image.new("1", (width, height)).save(buffer, "PNG")
    return buffer.getvalue()
