"""What the process keeps of memory that has been let go of: in C's heap and in Python's."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MEBIBYTE = 1024 * 1024
# malloc.h. Left alone, glibc gives each thread an arena of its own and takes ever larger blocks
# from them (up to 32 MiB), of which it returns nothing that has something in use above it. Blocks
# of a pass are the smaller ones: to map each of them costs an eighth of its time in page faults.
TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8
SETTINGS = {TRIM_THRESHOLD: 32 * MEBIBYTE, MMAP_THRESHOLD: 16 * MEBIBYTE, ARENA_MAX: 2}
# oneDNN keeps the kernels that it has made for 1024 shapes, 300 KiB each: every photo's size is
# half a dozen more. To make them again takes milliseconds.
KERNELS, MOST_KERNELS = "ONEDNN_PRIMITIVE_CACHE_CAPACITY", "128"
# A trim takes 20 to 70 ms of a thread; and the next passes find their pages gone, which costs a
# tenth of what gets done where it happens every second. Of the gibibyte beside models and traces
# that docs/security.md promises, free pages may have what lies under USUAL for good, and what lies
# under MUCH for a while.
LOOK_SECONDS, QUIET_SECONDS, TRIM_SECONDS, SOON_SECONDS = 0.25, 1.0, 2.0, 0.5
USUAL, MUCH = 768 * MEBIBYTE, 896 * MEBIBYTE
YOUNG_SECONDS, ROUNDS = 5.0, 120  # a whole round takes ten minutes


def bound() -> None:
    """Has C libraries keep less: before torch is loaded. Does nothing where there is no glibc.

    What an operator has set (MALLOC_ARENA_MAX, GLIBC_TUNABLES, ...) stands.
    """
    os.environ.setdefault(KERNELS, MOST_KERNELS)
    mallopt = _of_glibc("mallopt")
    if mallopt is None or any(
        name.startswith(("MALLOC_", "GLIBC_TUNABLES")) for name in os.environ
    ):
        return
    for setting, value in SETTINGS.items():
        mallopt(setting, value)


def settle() -> None:
    """Keeps the collector from what is here for long: to look through it takes 0.1 s each time."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


async def tidy(begun: Callable[[], int], kept: Callable[[], int]) -> None:
    """For ever gives back what is free, in Python and in C.

    `begun` counts the work so far; `kept` is how many bytes models and traces have.
    """
    await asyncio.gather(_collect(), _trim(begun, kept))


async def _collect() -> None:
    """Keeps the collector from the traces too, of which a gibibyte would hold all up for seconds.

    What is let go of is freed all the same; only what points at itself waits for the whole round.
    """
    while True:
        for _ in range(ROUNDS):
            await asyncio.sleep(YOUNG_SECONDS)
            gc.collect(1)
            gc.freeze()
        settle()


async def _trim(begun: Callable[[], int], kept: Callable[[], int]) -> None:
    """Gives the system the free pages between blocks in use: once it is quiet after some work, and
    every now and then while it is not, where there are more of them than usual.

    What one trace holds lies among what passes have used and freed: glibc alone would keep it all,
    a gibibyte after ten minutes of load.
    """
    trim, looks = _of_glibc("malloc_trim"), _Looks()
    while trim is not None:
        await asyncio.sleep(LOOK_SECONDS)
        if looks.are_due(begun(), resident() - kept()):
            await asyncio.to_thread(trim, 0)


@dataclass
class _Looks:
    """What was seen at one look after the other, each LOOK_SECONDS after the one before."""

    seen: int = 0  # how much work had begun at the last look
    trimmed: int = 0  # and at the last trim
    still: float = 0.0  # seconds for which no work has begun
    waited: float = 0.0  # seconds since the last trim

    def are_due(self, begun: int, beside: int) -> bool:
        """Whether free pages are to go back, with `beside` bytes beside models and traces."""
        self.waited += LOOK_SECONDS
        self.still = self.still + LOOK_SECONDS if begun == self.seen else 0.0
        self.seen = begun
        wait = SOON_SECONDS if beside > MUCH else TRIM_SECONDS
        large = beside > USUAL and self.waited >= wait
        if begun == self.trimmed or not (large or self.still >= QUIET_SECONDS):
            return False
        self.trimmed, self.waited = begun, 0.0
        return True


def resident() -> int:
    """Bytes of this process that are in memory; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def _of_glibc(name: str) -> Callable[..., int] | None:
    try:
        found: Callable[..., int] = getattr(ctypes.CDLL(None), name)
    except (OSError, AttributeError, TypeError):
        return None
    return found
