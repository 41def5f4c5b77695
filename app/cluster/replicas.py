"""What runs in the processes of a cluster: the web layer, and one model."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import AsyncGenerator, Callable, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import torch
from fastapi import FastAPI

from foveate.app import logs, memory
from foveate.app.cluster.calls import Answer, Call, Facts
from foveate.app.cluster.host import DeployedHost
from foveate.app.cluster.joining import Asked, Queue, alike, together
from foveate.app.main import create_app
from foveate.app.runtime.job import Gone
from foveate.app.settings import Settings
from foveate.models import interruption
from foveate.models.catalog.card import Card
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import Precision, load
from foveate.models.translation.result import Live

Result = TypeVar("Result")
MOST_AT_ONCE = 4  # passes side by side; the rest waits


class Web:
    """The application, with the models' deployments behind it."""

    def __init__(
        self, settings: Mapping[str, Any], address: str, passes: int, models: Mapping[str, Any]
    ) -> None:
        memory.bound()
        logs.install()
        self._given = Settings(**settings), address
        self._models, self._passes = models, passes

    def __serve_build_asgi_app__(self) -> FastAPI:
        settings, address = self._given
        cards = Catalog.at_hand(settings.catalog)
        host = DeployedHost(cards, settings, self._models, self._passes)
        return create_app(settings, address, host)


class ModelReplica:
    """One model, loaded once. Texts of like length that wait together run together."""

    def __init__(self, card: Card, precision: Precision, threads: int, batch: int) -> None:
        memory.bound()
        logs.install()
        self._model = load(card, precision, fetch=False)
        self._threads = min(threads, getattr(self._model, "threads", threads))
        self._pool = ThreadPoolExecutor(min(max(threads, 2), MOST_AT_ONCE), "pass")
        self._running: set[object] = set()
        self._batch = batch
        self._queues: dict[Hashable, Queue] = {}  # a short sentence does not wait for long ones

    async def facts(self) -> Facts:
        return Facts.of(self._model)

    async def call(self, call: Call) -> Answer:
        kind = alike(call)
        if kind is None:
            return await self._run(call)
        if kind not in self._queues:
            self._queues[kind] = Queue(self._together, self._batch)
        return await self._queues[kind].answer(call)

    async def _together(self, asked: Sequence[Asked]) -> list[Answer]:
        calls = [each.call for each in asked]
        return await self._in_thread(partial(together, self._model, calls), asked)

    async def watch(self, call: Call) -> AsyncGenerator[Live | Answer]:
        """Each step as it is made, then the answer."""
        loop, queue = asyncio.get_running_loop(), asyncio.Queue[Live | Answer]()

        def tell(live: Live) -> None:
            loop.call_soon_threadsafe(queue.put_nowait, live)

        async def run() -> None:
            queue.put_nowait(await self._run(call.watched(tell)))

        task = asyncio.create_task(run())
        try:
            while not isinstance(each := await queue.get(), Answer):
                yield each
            yield each
        finally:
            task.cancel()

    async def _run(self, call: Call) -> Answer:
        asked, work = Asked(call), partial(Answer.of, partial(call.on, self._model))
        return await asked.until(self._in_thread(work, [asked]))

    async def _in_thread(self, work: Callable[[], Result], asked: Sequence[Asked]) -> Result:
        """The work ends at its next step once all who asked for it have left."""
        context = contextvars.copy_context()
        context.run(interruption.heed, partial(_check, asked))
        there = partial(context.run, self._among, work)
        return await asyncio.get_running_loop().run_in_executor(self._pool, there)

    def _among(self, work: Callable[[], Result]) -> Result:
        """A lone pass has all threads, several side by side a share each."""
        self._running.add(work)
        torch.set_num_threads(max(1, self._threads // len(self._running)))
        try:
            return work()
        finally:
            self._running.discard(work)


def _check(asked: Sequence[Asked]) -> None:
    if all(each.left for each in asked):
        raise Gone
