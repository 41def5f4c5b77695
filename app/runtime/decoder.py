"""The child that decodes strangers' images: `python -m foveate.app.runtime.decoder`, driven by its pipes.

It knows the photo's reader and nothing else: no torch, no settings, no secrets. Over its standard
input come jobs: the most pixels, the length and the bytes of a file. Over its standard output go
messages: two lengths, a head (JSON) and the pixels. The first one says that it is ready, and which
limits this platform lacks. It ends when its input does.
"""

from __future__ import annotations

import json
import math
import os
import struct
import sys
from collections.abc import Mapping
from typing import BinaryIO

import pi_heif
from PIL import AvifImagePlugin, Image

from foveate.models.errors import InputError
from foveate.models.inputs.photo import read_photo

MEBIBYTE = 1024 * 1024
# What a legal file of 64 megapixels takes at most: a WebP, whose two canvases and frame are RGBA.
MEMORY = 1280 * MEBIBYTE
THREADS = 4  # of a decoder that has several; each has a stack and a frame of its own
PROCESSOR_SECONDS = 12  # of all threads together, for one file
LIMITS = {
    "RLIMIT_CORE": 0,
    "RLIMIT_FSIZE": 0,
    "RLIMIT_NOFILE": 16,
    "RLIMIT_DATA": MEMORY,
    "RLIMIT_AS": MEMORY + 1024 * MEBIBYTE,  # with libraries and stacks; where DATA is not enforced
}
JOB = struct.Struct(">QI")  # the most pixels, the length of the file
MESSAGE = struct.Struct(">II")  # the lengths of the head and of the pixels


def limit() -> list[str]:
    """Takes away what a decoder does not need; returns the limits that this platform lacks."""
    missing = []
    for name, most in LIMITS.items():
        try:
            _lower(name, most)
        except (ImportError, AttributeError, OSError, ValueError):
            missing.append(name)
    return missing


def _lower(name: str, most: int) -> None:
    import resource  # Unix alone has it

    kind = getattr(resource, name)
    _, hard = resource.getrlimit(kind)
    least = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (least, least))


def _grant_processor_time() -> None:
    """The next file's share: beyond it the kernel ends this process, even if its parent is gone."""
    try:
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        until = math.ceil(used.ru_utime + used.ru_stime) + PROCESSOR_SECONDS
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (until, hard))
    except (ImportError, OSError, ValueError):
        return  # the parent's deadline holds all the same


def send(sink: BinaryIO, head: Mapping[str, object], pixels: bytes = b"") -> None:
    """One message to the parent."""
    body = json.dumps(head).encode()
    sink.write(MESSAGE.pack(len(body), len(pixels)) + body)
    sink.write(pixels)
    sink.flush()


def _answer(sink: BinaryIO, data: bytes, max_pixels: int) -> None:
    try:
        photo = read_photo(data, max_pixels)
    except InputError as error:
        kind, parameter = type(error).__name__, error.parameter
        send(sink, {"error": kind, "sentence": str(error), "parameter": parameter})
        return
    size = {"size": photo.image.size, "width": photo.width, "height": photo.height}
    head = size | {"sha256": photo.sha256, "notes": photo.notes}
    send(sink, head, photo.image.tobytes())


def main() -> None:
    """Answers jobs until there are no more."""
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is not taken for a message
    Image.init()  # all plugins now: later it may not have the files to import them
    AvifImagePlugin.DEFAULT_MAX_THREADS = pi_heif.options.DECODE_THREADS = THREADS
    send(sink, {"missing": limit()})
    while job := source.read(JOB.size):
        max_pixels, size = JOB.unpack(job)
        _grant_processor_time()
        _answer(sink, source.read(size), max_pixels)


if __name__ == "__main__":
    main()
