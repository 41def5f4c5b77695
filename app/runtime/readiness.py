"""Whether the service can serve."""

from __future__ import annotations

import asyncio
from typing import Literal

from starlette.concurrency import run_in_threadpool

from foveate.app.runtime.host import ModelHost
from foveate.app.runtime.store import TraceStore
from foveate.app.settings import Settings
from foveate.models.weights.locate import is_cached

Status = Literal["ready", "loading", "failed", "stopping", "unstored"]
UNSTORED = "The shared store of traces does not answer: nothing can be traced until it does."
RETRY_SECONDS = 1.0


class Readiness:
    """Ready is a service whose default model has been loaded, whose store of traces answers, and
    which is not about to stop.

    A model that has been loaded once is loaded again in a moment, so whether others have taken its
    room meanwhile does not matter. Where nothing is loaded at start, its weights must be there.
    """

    def __init__(self, host: ModelHost, store: TraceStore, settings: Settings) -> None:
        self._host = host
        self._store = store
        self._warm = settings.warm
        self._loaded = self._failed = self._stopping = False

    def fail(self) -> None:
        """The default model cannot be loaded, or not run."""
        self._failed = True

    def stop(self) -> None:
        """From now on no new visitor should come."""
        self._stopping = True

    async def asked(self) -> Status:
        """The status, the store asked too."""
        status = self.status()
        stored = status != "ready" or await run_in_threadpool(self._store.answers)
        return status if stored else "unstored"

    async def until_stored(self) -> None:
        """Returns once the store answers."""
        answers = await run_in_threadpool(self._store.answers)
        while not answers:
            await asyncio.sleep(RETRY_SECONDS)
            answers = await run_in_threadpool(self._store.answers)

    def status(self) -> Status:
        """Without the store, which may be far."""
        card = self._host.cards.card(None, "image")
        self._loaded = self._loaded or self._host.is_loaded(card.name)
        if self._stopping:
            return "stopping"
        if self._loaded or (not self._warm and is_cached(card.name, card.source)):
            return "ready"
        return "failed" if self._failed else "loading"
