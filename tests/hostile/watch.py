"""A watch on event loops: how much processor time their longest callbacks take.

Time of the processor and not of the clock: on a busy machine others may make a thread wait, which
says nothing of what it does itself.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Watch:
    """The longest callback so far, in seconds, and what it was."""

    def __init__(self) -> None:
        self.longest, self.name = 0.0, ""
        self._lock = threading.Lock()

    def note(self, seconds: float, handle: asyncio.Handle) -> None:
        with self._lock:
            if seconds > self.longest:
                self.longest, self.name = seconds, repr(handle)

    def reset(self) -> None:
        self.longest, self.name = 0.0, ""


@contextmanager
def watched() -> Iterator[Watch]:
    """Watches every loop of this process."""
    watch, usual = Watch(), asyncio.Handle._run

    def timed(handle: asyncio.Handle) -> None:
        start = time.thread_time()
        try:
            usual(handle)
        finally:
            watch.note(time.thread_time() - start, handle)

    asyncio.Handle._run = timed  # type: ignore[method-assign]
    try:
        yield watch
    finally:
        asyncio.Handle._run = usual  # type: ignore[method-assign]
