"""What runs in the processes of a cluster: the web layer, and one model."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from fastapi import FastAPI
from ray import serve

from foveate.app import logs, memory
from foveate.app.cluster.calls import Answer, Call, Facts
from foveate.app.cluster.host import DeployedHost
from foveate.app.main import create_app
from foveate.app.runtime.admission import Gone
from foveate.app.settings import Settings
from foveate.models import interruption
from foveate.models.catalog.card import Card
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import Precision, load
from foveate.models.inputs.text import Text
from foveate.models.translation.guidance import FREE
from foveate.models.translation.result import Live, Translation
from foveate.models.translation.search import batches
from foveate.models.zoo.base import TranslationModel

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
    """One model, loaded once. Of what waits together, translations run together."""

    def __init__(self, card: Card, precision: Precision, threads: int, batch: int) -> None:
        memory.bound()
        logs.install()
        self._model = load(card, precision, fetch=False)
        self._threads = min(threads, getattr(self._model, "threads", threads))
        self._pool = ThreadPoolExecutor(min(max(threads, 2), MOST_AT_ONCE), "pass")
        self._running = Counter[str]()
        self._joined = serve.batch(max_batch_size=batch, batch_wait_timeout_s=0.0)(self._together)

    async def facts(self) -> Facts:
        return Facts.of(self._model)

    async def call(self, call: Call) -> Answer:
        if _joins(call):
            answer: Answer = await self._joined(call)
            return answer
        return await self._run(partial(call.on, self._model))

    async def watch(self, call: Call) -> AsyncGenerator[Live | Answer]:
        """Each step as it is made, then the answer."""
        loop, queue = asyncio.get_running_loop(), asyncio.Queue[Live | Answer]()

        def tell(live: Live) -> None:
            loop.call_soon_threadsafe(queue.put_nowait, live)

        async def run() -> None:
            queue.put_nowait(await self._run(partial(call.watched(tell).on, self._model)))

        task = asyncio.create_task(run())
        try:
            while not isinstance(each := await queue.get(), Answer):
                yield each
            yield each
        finally:
            task.cancel()

    async def _run(self, work: Callable[[], Any]) -> Answer:
        """In a thread. Whoever is cancelled here ends it at its next step."""
        left = threading.Event()
        context = contextvars.copy_context()
        context.run(interruption.heed, partial(_check, left))
        there = partial(context.run, self._on_threads, work)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, there)
        except asyncio.CancelledError:
            left.set()
            raise

    def _on_threads(self, work: Callable[[], Any]) -> Answer:
        with self._among():
            return Answer.of(work)

    @contextmanager
    def _among(self) -> Iterator[None]:
        """A lone pass has all threads, several side by side a share each."""
        self._running["pass"] += 1
        torch.set_num_threads(max(1, self._threads // self._running["pass"]))
        try:
            yield
        finally:
            self._running["pass"] -= 1

    async def _together(self, calls: list[Call]) -> list[Answer]:
        """Sentences of several requests; what one cannot do, it alone is told."""
        if len(calls) > 1:
            sentences = [text for call in calls for text in call.given[0]]
            found = await self._run(partial(_translated, self._model, sentences))
            if found.error is None:
                return list(_parted(calls, found.value))
        return [await self._run(partial(call.on, self._model)) for call in calls]


def _joins(call: Call) -> bool:
    """Whether it is a translation like any other: greedy, and nothing pinned."""
    beam = call.given[1] if len(call.given) > 1 else call.named.get("beam", 1)
    return call.what == "translate" and beam == 1 and call.named.get("guidance", FREE) == FREE


def _translated(model: TranslationModel, sentences: Sequence[Text]) -> list[Translation]:
    """Those of like length together."""
    found: dict[int, Translation] = {}
    for chosen in batches([each.tokens for each in sentences]):
        made = model.translate([sentences[number] for number in chosen])
        found |= zip(chosen, made, strict=True)
    return [found[number] for number in range(len(sentences))]


def _parted(calls: Sequence[Call], found: Sequence[Any]) -> Iterator[Answer]:
    """Each call's own sentences."""
    start = 0
    for call in calls:
        end = start + len(call.given[0])
        yield Answer(found[start:end])
        start = end


def _check(left: threading.Event) -> None:
    if left.is_set():
        raise Gone
