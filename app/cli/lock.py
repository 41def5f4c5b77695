"""One run at a time on an output, by a lock that ends with the process that has it.

Beside `out.parquet` lies `out.parquet.lock` while it is made, and says who makes it. A kill leaves
the file and no lock on it. No child has the lock: Python's files are closed in what it begins.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from foveate.app.cli.terminal import CannotStart, notes

# What a folder says where nothing can be made in it: the run itself then says so, if it has to.
CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)
TAKEN = (errno.EAGAIN, errno.EACCES)  # either, by POSIX, where locks are those of a network


@contextlib.contextmanager
def alone(output: Path) -> Iterator[None]:
    """Raises CannotStart where another run has the output, at once; OSError where its folder cannot
    be made. Without a lock, and with a note, where the file system has none.
    """
    place = output.with_name(f"{output.name}.lock")
    held = _held(place, output)
    try:
        yield
    finally:
        if held is not None:
            with contextlib.suppress(OSError):
                place.unlink()  # before it is let go of: see _held
            with contextlib.suppress(OSError):  # of a full disk, of what was to be written
                held.close()


def _held(place: Path, output: Path) -> IO[str] | None:
    """The file, locked; None where there can be no lock."""
    while True:
        file = _opened(place)
        if file is None:
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            with file:
                _check(error, file, output)
                ours = not os.fstat(file.fileno()).st_size
            if ours:
                with contextlib.suppress(OSError):
                    place.unlink()
            return None
        if _is_at(place, file):
            return _signed(file)
        file.close()  # whoever had it has taken it away meanwhile: another may have made a new one


def _opened(place: Path) -> IO[str] | None:
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        return place.open("a+", encoding="utf-8")
    except OSError as error:
        if error.errno not in CLOSED:
            raise
    # What another user's killed run has left can be read, and locked.
    return place.open(encoding="utf-8") if place.exists() else None


def _check(error: OSError, file: IO[str], output: Path) -> None:
    """Raises CannotStart where a lock is refused because another has it."""
    if error.errno in TAKEN:
        file.seek(0)
        raise CannotStart(
            f"{output} is being made by another run ({file.read() or 'which has just begun'}): "
            "wait until that has ended, or end it and give the same command again, or name "
            "another output."
        ) from error
    notes.print(
        f"The file system has no locks ({error.strerror}): see that no other run makes {output}.",
        highlight=False,
        soft_wrap=True,
        markup=False,
    )


def _is_at(place: Path, file: IO[str]) -> bool:
    try:
        return os.path.samestat(place.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _signed(file: IO[str]) -> IO[str]:
    """With who has it, for whoever finds it taken; a full disk is told by the run itself."""
    if file.writable():
        with contextlib.suppress(OSError):
            file.truncate(0)
            file.write(f"process {os.getpid()} on {platform.node()}")
            file.flush()
    return file
