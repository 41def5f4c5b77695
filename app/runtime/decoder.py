"""The child that decodes strangers' files: `python -m` this module with `photo` or `clip`, driven
by its pipes.

It knows the reader of its kind and nothing else: no torch, no settings, no secrets, and no file
but those that it has open. Over its standard input come jobs: two lengths, a question (JSON) and
the bytes of a file. Over its standard output go messages: two lengths, a head (JSON) and the
pixels. The first one says that it is ready, and which limits this platform lacks. It ends when its
input does.
"""

from __future__ import annotations

import json
import math
import os
import struct
import sys
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

import pi_heif
from PIL import AvifImagePlugin, Image

from foveate.app.runtime.priority import behind
from foveate.models.errors import InputError
from foveate.models.inputs.photo import read_photo

Answer = tuple[dict[str, Any], bytes]
Reader = Callable[[bytes, dict[str, Any]], Answer]  # of a file, by a question

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
OF_A_CLIP = {"RLIMIT_NOFILE": 4}  # the pipes: it opens nothing more, whatever a file names
JOB = struct.Struct(">II")  # the lengths of the question and of the file
MESSAGE = struct.Struct(">II")  # the lengths of the head and of the pixels


def limit(limits: Mapping[str, int]) -> list[str]:
    """Takes away what a decoder does not need; returns the limits that this platform lacks."""
    missing = []
    for name, most in limits.items():
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


def _photo(data: bytes, question: dict[str, Any]) -> Answer:
    photo = read_photo(data, **question)
    size = {"size": photo.image.size, "width": photo.width, "height": photo.height}
    head = size | {"sha256": photo.sha256, "notes": photo.notes}
    return head, photo.image.tobytes()


def _clip_reader() -> Reader:
    """FFmpeg is for those children alone that need it, and imports nothing once a clip is read."""
    from foveate.models.inputs.clip import Sampling
    from foveate.models.inputs.video import read_clip, sample_video

    def read(data: bytes, question: dict[str, Any]) -> Answer:
        clip = read_clip(data, Sampling(**question["sampling"]), question["max_pixels"])
        first = clip.frames[0]
        size = {"size": first.image.size, "width": first.width, "height": first.height}
        told = {"times": clip.times, "duration": clip.duration, "notes": clip.notes}
        pixels = b"".join(frame.image.tobytes() for frame in clip.frames)
        return size | told | {"sha256": first.sha256}, pixels

    read(sample_video(), {"sampling": {}, "max_pixels": 1024})
    return read


READERS: dict[str, Callable[[], Reader]] = {"photo": lambda: _photo, "clip": _clip_reader}


def _answer(sink: BinaryIO, read: Reader, data: bytes, question: dict[str, Any]) -> None:
    try:
        head, pixels = read(data, question)
    except InputError as error:
        kind, parameter = type(error).__name__, error.parameter
        send(sink, {"error": kind, "sentence": str(error), "parameter": parameter})
        return
    send(sink, head, pixels)


def main(kind: str) -> None:
    """Answers jobs until there are no more."""
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    behind()
    os.dup2(2, 1)  # whatever a library prints is not taken for a message
    Image.init()  # all plugins now: later it may not have the files to import them
    AvifImagePlugin.DEFAULT_MAX_THREADS = pi_heif.options.DECODE_THREADS = THREADS
    read = READERS[kind]()
    send(sink, {"missing": limit(LIMITS | (OF_A_CLIP if kind == "clip" else {}))})
    while job := source.read(JOB.size):
        asked, size = JOB.unpack(job)
        question = json.loads(source.read(asked))
        _grant_processor_time()
        _answer(sink, read, source.read(size), question)


if __name__ == "__main__":
    main(sys.argv[1])
