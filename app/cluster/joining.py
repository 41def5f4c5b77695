"""Calls of several requests that wait at a model together, as one batch of texts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from foveate.app.cluster.calls import Answer, Call
from foveate.app.runtime.job import Gone
from foveate.models.inputs.text import Text
from foveate.models.translation.guidance import FREE
from foveate.models.translation.search import batches


def alike(call: Call) -> Hashable | None:
    """What calls have in common that may run together; None for one that may not.

    Such are greedy translations in which nothing is pinned, of texts that are at most twice as long
    as each other, and readings of as many tokens each.
    """
    if call.what == "trace_several":
        return "trace_several", len(call.given[0][0].tokens)
    beam = call.given[1] if len(call.given) > 1 else call.named.get("beam", 1)
    free = beam == 1 and call.named.get("guidance", FREE) == FREE
    if call.what != "translate" or not free:
        return None
    return "translate", max(len(text.tokens) for text in call.given[0]).bit_length()


def together(model: Any, calls: Sequence[Call]) -> list[Answer]:
    """An answer to each of calls that are alike; what one cannot have, it alone is told, and Gone
    is all of theirs.
    """
    if len(calls) > 1:
        texts = [text for call in calls for text in call.given[0]]
        found = Answer.of(partial(_done, model, calls[0].what, texts))
        if found.error is None:
            return list(_parted(calls, found.value))
        if found.error is Gone:
            return [found] * len(calls)
    return [Answer.of(partial(call.on, model)) for call in calls]


def _done(model: Any, what: Any, texts: Sequence[Text]) -> list[Any]:
    """Those of like length together, as many as go through a model at a time."""
    found: dict[int, Any] = {}
    for chosen in batches([each.tokens for each in texts]):
        made = Call(what, ([texts[number] for number in chosen],)).on(model)
        found |= zip(chosen, made, strict=True)
    return [found[number] for number in range(len(texts))]


def _parted(calls: Sequence[Call], found: Sequence[Any]) -> Iterator[Answer]:
    """Each call's own."""
    start = 0
    for call in calls:
        end = start + len(call.given[0])
        yield Answer(found[start:end])
        start = end


@dataclass(slots=True, eq=False)
class Asked:
    """A call, and whether its caller has `left`."""

    call: Call
    left: bool = False

    async def until(self, answer: Awaitable[Answer]) -> Answer:
        """The answer. Whoever is cancelled here has left."""
        try:
            return await answer
        except asyncio.CancelledError:
            self.left = True
            raise


class Queue:
    """Calls that are alike, up to `most` together: what comes while a batch runs is the next one,
    and nobody waits for more to come. (Ray Serve's own batches are made as calls come: those that
    wait for another to end stay as small as they are.)
    """

    def __init__(
        self, work: Callable[[Sequence[Asked]], Awaitable[list[Answer]]], most: int
    ) -> None:
        self._work, self._most = work, most
        self._waiting: list[tuple[Asked, asyncio.Future[Answer]]] = []
        self._task: asyncio.Task[None] | None = None

    async def answer(self, call: Call) -> Answer:
        """Raises what the work does. Whoever is cancelled here leaves it to the others."""
        asked, answer = Asked(call), asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        return await asked.until(answer)

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            staying = [each for each in batch if not each[0].left]
            if staying:
                await self._done(staying)

    async def _done(self, batch: Sequence[tuple[Asked, asyncio.Future[Answer]]]) -> None:
        """Tells what has come of it whoever still waits."""
        work = self._work([asked for asked, _ in batch])
        (found,) = await asyncio.gather(work, return_exceptions=True)
        for number, (_, answer) in enumerate(batch):
            if answer.done():
                continue
            if isinstance(found, BaseException):
                answer.set_exception(found)
            else:
                answer.set_result(found[number])
