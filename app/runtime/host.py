"""ModelHost: loads models once, within a memory budget, and runs them off the event loop."""

from __future__ import annotations

import asyncio
import logging
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import torch

from app.problems import Problem
from app.settings import Settings
from models.catalog.card import Card
from models.catalog.catalog import Catalog
from models.catalog.load import dtype, load

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
        self._lock = threading.Lock()
        self._threads = settings.threads or torch.get_num_threads()
        self._workers = ThreadPoolExecutor(min(self._threads, MOST_AT_ONCE), "model")
        self._seconds = 1.0  # moving average of a forward pass, for Retry-After
        self.pending = 0

    async def run(self, card: Card, work: Callable[[Any], Result]) -> Result:
        """Calls `work` with the loaded model in the worker thread.

        Raises Problem 503, with Retry-After, when as many calls wait as the settings allow.
        """
        if self.pending >= self._settings.queue:
            seconds = max(1, math.ceil(self.pending * self._seconds))
            raise Problem(
                503,
                f"{self.pending} inputs are waiting already: try again in {seconds} seconds.",
                headers={"Retry-After": str(seconds)},
            )
        self.pending += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._workers, self._timed, card, work)
        finally:
            self.pending -= 1

    def _timed(self, card: Card, work: Callable[[Any], Result]) -> Result:
        model = self._model(card)
        torch.set_num_threads(max(1, self._threads // self.pending))  # of this worker alone
        start = time.perf_counter()
        result = work(model)
        self._seconds += 0.2 * (time.perf_counter() - start - self._seconds)
        return result

    def _model(self, card: Card) -> Any:
        with self._lock:
            if card.name not in self._models:
                model = load(card, self._settings.precision, log.info)
                self._models[card.name] = model
                self._make_room()
            self._models.move_to_end(card.name)
            return self._models[card.name]

    def _make_room(self) -> None:
        """Lets go of the models unused for longest; the newest stays even if it alone is over."""
        while self.bytes > self._settings.model_bytes and len(self._models) > 1:
            name, _ = self._models.popitem(last=False)
            log.info("%s is unloaded: loaded models were over %d bytes", name, self.bytes)

    def is_loaded(self, name: str) -> bool:
        return name in self._models

    @property
    def bytes(self) -> int:
        return sum(model.nbytes for model in self._models.values())

    def close(self) -> None:
        self._workers.shutdown(wait=False, cancel_futures=True)
