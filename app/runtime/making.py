"""Traces that are being made: one that is asked for twice at once is made once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from foveate.app.runtime.job import Gone, Job
from foveate.app.runtime.store import Stored


@dataclass(slots=True)
class _Making:
    """A trace that is being made, and how many wait for it."""

    job: Job
    task: asyncio.Task[Stored]
    waiting: int = 0

    async def wait(self) -> Stored:
        """The trace. Shielded: one visitor who leaves must not cancel another's wait for it."""
        self.waiting += 1
        try:
            return await asyncio.shield(self.task)
        finally:
            self.waiting -= 1
            if not self.waiting:
                self.job.leave()


class Makings:
    """Those under way, by the ids that they will have."""

    def __init__(self) -> None:
        self._running: dict[str, _Making] = {}

    async def once(
        self,
        trace_id: str,
        admit: Callable[[], Job],
        make: Callable[[Job], Coroutine[Any, Any, Stored]],
    ) -> Stored:
        """The trace that `make` gives, or is giving already to another. Raises what both raise."""
        while True:
            making = self._running.get(trace_id)
            if making is None:
                job = admit()
                task = asyncio.create_task(make(job))
                task.add_done_callback(lambda done: self._ended(trace_id, done))
                making = self._running[trace_id] = _Making(job, task)
            try:
                return await making.wait()
            except Gone:
                continue  # whoever asked for it first has left while it waited for its turn

    def _ended(self, trace_id: str, task: asyncio.Task[Stored]) -> None:
        self._running.pop(trace_id, None)
        if not task.cancelled():
            task.exception()  # heard of here: where all have left, nobody else does
