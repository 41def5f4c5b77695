"""What the C library keeps of memory that has been let go of."""

from __future__ import annotations

import ctypes
import os

MEBIBYTE = 1024 * 1024
# malloc.h. Left alone, glibc gives each thread an arena of its own and takes ever larger blocks
# from them (up to 32 MiB), of which it returns nothing that has something in use above it.
TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8
SETTINGS = {TRIM_THRESHOLD: 32 * MEBIBYTE, MMAP_THRESHOLD: 16 * MEBIBYTE, ARENA_MAX: 4}


def bound_memory() -> None:
    """Has glibc return large blocks when they are freed. Does nothing where there is no glibc.

    What an operator has set (MALLOC_ARENA_MAX, GLIBC_TUNABLES, ...) stands.
    """
    if any(name.startswith(("MALLOC_", "GLIBC_TUNABLES")) for name in os.environ):
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return
    for setting, value in SETTINGS.items():
        mallopt(setting, value)
