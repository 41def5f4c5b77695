"""A file of the user's as bytes, where it is one and not too large to be decoded."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Literal

from foveate.models.errors import InputError, OversizedInput

MEBIBYTE = 1024 * 1024
# A photo of 64 megapixels with four values of 16 bits each; a clip leaves its decoder, which has
# 1.25 GiB, some of it.
MOST = {"photo": 512 * MEBIBYTE, "video": 1024 * MEBIBYTE}


def bytes_of(file: Path, kind: Literal["photo", "video"] = "photo") -> bytes:
    """All of it, its size looked at first. Raises InputError for what is no file, OversizedInput
    for one that no decoder would take, OSError for one that cannot be read.
    """
    if "\0" in str(file):
        raise InputError(f"{str(file)!r} names no file: it has a character NUL.", "path")
    found, most = file.stat(), MOST[kind]
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(file))
    if not stat.S_ISREG(found.st_mode):
        raise InputError(f"{file.name!r} is a device or a pipe: give a file.", "path")
    if found.st_size > most:
        raise OversizedInput(_too_large(found.st_size, kind))
    with file.open("rb") as opened:
        data = opened.read(most + 1)  # it may have grown
    if len(data) > most:
        raise OversizedInput(_too_large(len(data), kind))
    return data


def _too_large(size: int, kind: Literal["photo", "video"]) -> str:
    return (
        f"The file has {size:,} bytes, and a {kind} may have {MOST[kind]:,}: save it smaller and "
        "give the new file."
    )
