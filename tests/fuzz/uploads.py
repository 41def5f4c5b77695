"""Damaged files of every format through the children that decode photos and clips.

A file is a photo or a clip or gets a sentence, within the time that a file is given; what a child
does meanwhile, crash or hang, is no fault, as long as the next one is there.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator

from PIL import Image

from foveate.app.runtime.decoding import ClipDecoder, Decoder
from foveate.models.errors import InputError
from foveate.models.inputs.clip import Clip, Sampling
from foveate.models.inputs.photo import FORMATS, Photo
from tests.fuzz.counts import Counts
from tests.hostile.files import HEIC
from tests.photos import encoded, sample_image
from tests.videos import ANIMATED, CODECS, animation, growing, sound, video

# Seconds: a photo has four and a clip ten, and the next child may have to start.
STALL = {"photo": 15.0, "clip": 25.0}
CLIP = Sampling(8)
NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)


def seeds() -> dict[str, list[bytes]]:
    """Whole files by format: as many kinds of each as Pillow writes."""
    Image.init()
    small = sample_image("cat").convert("RGB").resize((64, 48))
    kinds = {"JPEG": ("RGB", "L", "CMYK"), "PNG": ("RGB", "RGBA", "P", "I;16", "1")}
    kinds |= {"TIFF": ("RGB", "L", "F", "CMYK"), "WEBP": ("RGB", "RGBA"), "GIF": ("P",)}
    found = {
        name: [encoded(_of(small, kind), name) for kind in kinds.get(name, ("RGB",))]
        for name in FORMATS
        if name in Image.SAVE and name != "HEIF"
    }
    found["JPEG"].append(encoded(small, "JPEG", progressive=True, exif=_turned()))
    found["TIFF"].append(encoded(small, "TIFF", compression="tiff_lzw", tiffinfo={274: 6}))
    found["WEBP"].append(encoded(small, "WEBP", lossless=True))
    found["GIF"].append(encoded(small, "GIF", save_all=True, append_images=[small.rotate(90)]))
    several = encoded(small, "MPO", save_all=True, append_images=[small.rotate(90)])
    return found | {"HEIF": [HEIC], "MPO": [several]}


def clips() -> dict[str, list[bytes]]:
    """Whole videos by container, one of them turned, one of sound alone and one whose
    frames grow, and animated images.
    """
    found = {name: [video(name)] for name in CODECS}
    found["mp4"] += [video("mp4", rotation=90), sound()]
    found["avi"].append(growing())
    return found | {name: [animation(name)] for name in ANIMATED}


def _of(image: Image.Image, kind: str) -> Image.Image:
    return image.convert("L").convert("I;16") if kind == "I;16" else image.convert(kind)


def _turned() -> bytes:
    exif = Image.Exif()
    exif[274] = 6
    return exif.tobytes()


Change = Callable[[bytearray, random.Random], object]


def _flip(data: bytearray, draw: random.Random) -> None:
    data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)


def _number(data: bytearray, draw: random.Random) -> None:
    """A length or a count that cannot be, in either order of bytes."""
    size, order = draw.choice((1, 2, 4)), draw.choice(("big", "little"))
    at = draw.randrange(len(data))
    value = draw.choice(NUMBERS) & (1 << 8 * size) - 1
    data[at : at + size] = value.to_bytes(size, order)  # type: ignore[arg-type]


def _cut(data: bytearray, draw: random.Random) -> None:
    del data[draw.randrange(1, len(data) + 1) :]


def _remove(data: bytearray, draw: random.Random) -> None:
    at = draw.randrange(len(data))
    del data[at : at + draw.randrange(1, 64)]


def _repeat(data: bytearray, draw: random.Random) -> None:
    at = draw.randrange(len(data))
    piece = data[at : at + draw.randrange(1, 256)]
    data[at:at] = piece * draw.choice((1, 2, 50))


def _noise(data: bytearray, draw: random.Random) -> None:
    at = draw.randrange(len(data))
    data[at : at + 16] = draw.randbytes(16)


CHANGES: tuple[Change, ...] = (_flip, _flip, _number, _number, _cut, _remove, _repeat, _noise)


def damaged(data: bytes, draw: random.Random) -> bytes:
    """The file after one to six changes, most of them near its beginning or in its middle."""
    found = bytearray(data)
    for _ in range(draw.randint(1, 6)):
        if found:
            draw.choice(CHANGES)(found, draw)
    return bytes(found)


def files(seed: int, whole: dict[str, list[bytes]]) -> Iterator[tuple[str, bytes]]:
    """Damaged files without end, every format as often as the others."""
    draw = random.Random(seed)
    while True:
        for name, kinds in whole.items():
            data = draw.choice(kinds)
            if draw.random() < 0.1:  # two formats in one
                data = data[: draw.randrange(8, 64)] + draw.choice(draw.choice([*whole.values()]))
            yield name, damaged(data, draw)


def fuzz(seed: int, goes_on: Callable[[int], bool]) -> Counts:
    """As many photos and as many clips as `goes_on` says of the number of those that were tried."""
    counts = Counts("uploads")
    photos, films = Decoder(1), ClipDecoder(1)
    try:
        both = zip(files(seed, seeds()), files(seed, clips()), strict=True)
        for number, ((name, data), (film, frames)) in enumerate(both):
            if not goes_on(number):
                return counts
            said = f"{number} of seed {seed}"
            _try(f"{name} {said}", lambda data=data: photos.decode(data), "photo", counts)
            _try(f"{film} {said}", lambda data=frames: films.sampled(data, CLIP), "clip", counts)
    finally:
        photos.close()
        films.close()
    return counts


def _try(name: str, read: Callable[[], Photo | Clip], kind: str, counts: Counts) -> None:
    start = time.monotonic()
    try:
        found = read()
        counts.note(f"{kind}s" if isinstance(found, Photo | Clip) else "nothing")
    except InputError as error:
        stopped = "its decoder stopped" in str(error) or "takes longer" in str(error)
        counts.note(f"ended decoders of a {kind}" if stopped else f"refused {kind}s")
        if not str(error).strip():
            counts.fail(f"{name}: refused without a sentence")
    except Exception as error:
        counts.fail(f"{name}: {type(error).__name__}: {error}")
    if time.monotonic() - start > STALL[kind]:
        counts.fail(f"{name}: took {time.monotonic() - start:.0f} s")
