"""What is free goes back to the system, though something in use lies beside it."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import itertools

import numpy as np
import pytest

from foveate.app import memory

BLOCK, BLOCKS, KEPT = 10_000, 12_000, 50  # 120 MB, of which every fiftieth block stays

glibc = pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="this C library has no malloc_trim"
)


async def tidied(begun: itertools.count[int] | itertools.repeat[int], kept: int = 0) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.5):
            await memory.tidy(lambda: next(begun), lambda: kept)


@glibc
@pytest.mark.alone
@pytest.mark.parametrize("work", ["done", "goes on"])
def test_free_pages_between_blocks_in_use_go_back(
    work: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(memory, "QUIET_SECONDS", 0.05)
    monkeypatch.setattr(memory, "TRIM_SECONDS", 0.2)
    monkeypatch.setattr(memory, "USUAL", 0)
    blocks = [np.ones(BLOCK, np.uint8) for _ in range(BLOCKS)]
    kept = blocks[::KEPT]
    blocks.clear()
    held = memory.resident()
    asyncio.run(tidied(itertools.repeat(0)))
    asyncio.run(tidied(itertools.count(), kept=2 * held))
    assert (
        memory.resident() > held - BLOCK * BLOCKS // 4
    )  # nothing was done, or no more is there than usual
    asyncio.run(tidied(itertools.repeat(1) if work == "done" else itertools.count()))
    assert memory.resident() < held - BLOCK * BLOCKS // 2
    assert all(block.all() for block in kept)


@pytest.mark.parametrize(
    ("beside", "looks"), [(memory.USUAL, 0), (memory.USUAL + 1, 2), (memory.MUCH + 1, 8)]
)
def test_under_work_pages_go_back_the_sooner_the_more_there_are(beside: int, looks: int) -> None:
    seen, seconds = memory._Looks(), 2 * memory.TRIM_SECONDS
    times = round(seconds / memory.LOOK_SECONDS)
    assert sum(seen.are_due(begun, beside) for begun in range(1, times + 1)) == looks
