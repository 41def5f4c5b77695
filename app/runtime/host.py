"""ModelHost: loads models once, within a memory budget, and runs them off the event loop."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import torch

from foveate.app.problems import Problem
from foveate.app.settings import Settings
from foveate.models.catalog.card import Card
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import dtype, load

Result = TypeVar("Result")
MOST_AT_ONCE = 4
log = logging.getLogger("foveate")


class ModelHost:
    """Runs forward passes: a lone one on all cores, several side by side with a share each.

    Threads of one pass wait for each other at every layer, so two passes on one core each get more
    done than one on two while other work (decoding, PNG) comes and goes.
    """

    def __init__(self, cards: Catalog, settings: Settings) -> None:
        self.cards = cards
        self.precision = dtype(settings.precision)
        self._settings = settings
        self._models: OrderedDict[str, Any] = OrderedDict()
        self._lock = threading.RLock()  # of the fields; never held while a model loads or runs
        self._loading = threading.Lock()  # one model loads at a time
        self._threads = settings.threads or torch.get_num_threads()
        self._workers = ThreadPoolExecutor(min(self._threads, MOST_AT_ONCE), "model")
        self._seconds = 1.0  # moving average of a forward pass, for Retry-After
        self._pending = 0

    async def run(self, card: Card, work: Callable[[Any], Result]) -> Result:
        """Calls `work` with the loaded model in the worker thread.

        Raises Problem 503, with Retry-After, when as many calls wait as the settings allow.
        """
        self._admit()
        try:
            loop, context = asyncio.get_running_loop(), contextvars.copy_context()
            return await loop.run_in_executor(self._workers, context.run, self._timed, card, work)
        finally:
            with self._lock:
                self._pending -= 1

    def _admit(self) -> None:
        """Counts a call that waits from now on. Raises Problem 503 where there are too many."""
        with self._lock:
            pending, seconds = self._pending, max(1, math.ceil(self._pending * self._seconds))
            if pending < self._settings.queue:
                self._pending += 1
                return
        raise Problem(
            503,
            f"{pending} inputs are waiting already: try again in {seconds} seconds.",
            headers={"Retry-After": str(seconds)},
        )

    def _timed(self, card: Card, work: Callable[[Any], Result]) -> Result:
        model = self._model(card)
        # Of this worker alone. A call whose client has left is counted no more, though it runs.
        torch.set_num_threads(max(1, self._threads // max(1, self.pending)))
        start = time.perf_counter()
        result = work(model)
        with self._lock:
            self._seconds += 0.2 * (time.perf_counter() - start - self._seconds)
        return result

    def _model(self, card: Card) -> Any:
        """The model, loaded if need be: others run meanwhile."""
        found = self._known(card.name)
        if found is not None:
            return found
        with self._loading:
            found = self._known(card.name)  # another call may have loaded it meanwhile
            return self._loaded(card) if found is None else found

    def _known(self, name: str) -> Any:
        with self._lock:
            if name in self._models:
                self._models.move_to_end(name)
            return self._models.get(name)

    def _loaded(self, card: Card) -> Any:
        start = time.perf_counter()
        # Whoever asks is a visitor: nothing is fetched for one.
        model = load(card, self._settings.precision, fetch=False)
        log.info("%s is loaded, in %.1f s", card.name, time.perf_counter() - start)
        with self._lock:
            self._models[card.name] = model
            self._make_room()
        return model

    def _make_room(self) -> None:
        """Lets go of the models unused for longest; the newest stays even if it alone is over."""
        while self.bytes > self._settings.model_bytes and len(self._models) > 1:
            name, _ = self._models.popitem(last=False)
            log.info("%s is unloaded: loaded models were over %d bytes", name, self.bytes)

    def is_loaded(self, name: str) -> bool:
        with self._lock:
            return name in self._models

    @property
    def pending(self) -> int:
        """Calls that wait or run."""
        with self._lock:
            return self._pending

    @property
    def bytes(self) -> int:
        """Memory of the loaded models."""
        with self._lock:
            models = list(self._models.values())
        return sum(model.nbytes for model in models)

    def close(self) -> None:
        self._workers.shutdown(wait=False, cancel_futures=True)
