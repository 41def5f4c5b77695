"""What is free goes back to the system, though something in use lies beside it."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import itertools
from pathlib import Path

import numpy as np
import pytest

from foveate.app import memory

BLOCK, BLOCKS, KEPT = 10_000, 12_000, 50  # 120 MB, of which every fiftieth block stays

glibc = pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="this C library has no malloc_trim"
)


def resident() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


async def tidied(begun: itertools.count[int] | itertools.repeat[int]) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.5):
            await memory.tidy(lambda: next(begun))


@glibc
@pytest.mark.alone
@pytest.mark.parametrize("work", ["done", "goes on"])
def test_free_pages_between_blocks_in_use_go_back(
    work: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "QUIET_SECONDS", 0.05)
    monkeypatch.setattr(memory, "TRIM_SECONDS", 0.2)
    blocks = [np.ones(BLOCK, np.uint8) for _ in range(BLOCKS)]
    kept = blocks[::KEPT]
    blocks.clear()
    held = resident()
    asyncio.run(tidied(itertools.repeat(0)))
    assert resident() > held - BLOCK * BLOCKS // 4  # nothing has been done: it is left alone
    asyncio.run(tidied(itertools.repeat(1) if work == "done" else itertools.count()))
    assert resident() < held - BLOCK * BLOCKS // 2
    assert all(block.all() for block in kept)
