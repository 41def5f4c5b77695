"""A job: what one request asks for, done in turns by whoever admitted it (admission.py)."""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections.abc import Callable, Hashable, Sequence
from types import TracebackType
from typing import Any, Protocol, TypeVar

from foveate.app.problems import Problem
from foveate.app.runtime.turns import Failed, Turn, Work
from foveate.app.runtime.visits import client, deadline
from foveate.models import interruption

Item = TypeVar("Item")
Result = TypeVar("Result")
STOPPING = "The service is stopping: send this again in a moment."


class Gone(Exception):
    """The client has left: its work stops at the next step."""


class Desk(Protocol):
    """Who gives a job its turns."""

    def queue(
        self,
        job: Job,
        part: float,
        work: Work,
        context: contextvars.Context,
        item: Any,
        alike: Hashable | None,
    ) -> Turn: ...

    def drop(self, job: Job, error: Exception) -> None:
        """Ends the turns of a job that have not begun."""

    def end(self, job: Job) -> None:
        """It is over, whatever is left of it."""


class Job:
    """A request's work, or a part of it; as a context, closed at its end. All of a request's have
    one deadline.
    """

    def __init__(self, desk: Desk, kind: str, nominal: float, lane: int, seconds: float) -> None:
        self.client, self.kind, self.lane = client.get(), kind, lane
        self.left = nominal
        self._desk = desk
        self._seconds = seconds
        self._deadline = deadline(seconds)
        self._gone = self._stopping = False

    def __enter__(self) -> Job:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    async def turn(self, work: Callable[[], Result], part: float | None = None) -> Result:
        """Calls `work` in a thread when it is this job's turn; `part` nominal seconds of it.

        Raises what it raises, and Problem 503 at the deadline. Whoever is cancelled here leaves.
        """
        result: Result = await self._turn(lambda _: [work()], part)
        return result

    async def together(
        self,
        alike: Hashable,
        item: Item,
        work: Callable[[list[Item]], Sequence[Result | Failed]],
        part: float | None = None,
    ) -> Result:
        """The same, with the items of all jobs that wait for a turn of `alike` when this begins:
        `work` gives a result for each, or Failed. Raises as `turn`, and nothing that concerns
        another's item.
        """
        result: Result = await self._turn(work, part, item, alike)
        return result

    async def _turn(
        self, work: Work, part: float | None, item: Any = None, alike: Hashable | None = None
    ) -> Any:
        self.check()
        context = contextvars.copy_context()
        context.run(interruption.heed, self.check)
        nominal = self.left if part is None else part
        turn = self._desk.queue(self, nominal, work, context, item, alike)
        future = asyncio.wrap_future(turn.future)
        try:
            await asyncio.wait([future], timeout=max(0.0, self._deadline - time.monotonic()))
        finally:
            if not future.done():
                self.leave()
                future.cancel()
        if future.cancelled():
            raise self._late()
        return future.result()

    @property
    def over(self) -> bool:
        """Whether nobody waits for it, or its time has passed."""
        return self._gone or time.monotonic() > self._deadline

    def check(self) -> None:
        """Raises Gone or Problem 503 where the work should not go on."""
        if self._gone:
            raise Gone
        if time.monotonic() > self._deadline:
            raise self._late()

    def leave(self) -> None:
        """Nobody waits for it any more."""
        self._gone = True
        self._desk.drop(self, Gone())

    def close(self) -> None:
        """It is over, whatever is left of it."""
        self.leave()
        self._desk.end(self)

    def stop(self, seconds: float) -> None:
        """The service stops: so much time is left."""
        self._stopping = True
        self._deadline = min(self._deadline, time.monotonic() + seconds)

    def _late(self) -> Problem:
        if self._stopping:
            return Problem(503, STOPPING, headers={"Retry-After": "5"})
        return Problem(
            503,
            f"This took longer than the {self._seconds:g} seconds that a request is given: send "
            "less at once, or try again when fewer are waiting.",
            headers={"Retry-After": "30"},
        )
