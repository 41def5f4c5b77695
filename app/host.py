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
from models import catalog

Result = TypeVar("Result")
log = logging.getLogger("foveate")


class ModelHost:
    """One forward pass at a time on all threads: two at once would only share the same cores."""

    def __init__(self, cards: catalog.Catalog, settings: Settings) -> None:
        self.cards = cards
        self.precision = catalog.dtype(settings.precision)
        self._settings = settings
        self._models: OrderedDict[str, Any] = OrderedDict()
        self._lock = threading.Lock()
        self._worker = ThreadPoolExecutor(1, "model")
        self._seconds = 1.0  # moving average of a forward pass, for Retry-After
        self.pending = 0
        if settings.threads:
            torch.set_num_threads(settings.threads)

    async def run(self, card: catalog.Card, work: Callable[[Any], Result]) -> Result:
        """Calls `work` with the loaded model in the worker thread.

        Raises Problem 503, with Retry-After, when as many calls wait as the settings allow.
        """
        if self.pending >= self._settings.queue:
            seconds = max(1, math.ceil(self.pending * self._seconds))
            raise Problem(
                503,
                f"{self.pending} images are waiting already: try again in {seconds} seconds.",
                headers={"Retry-After": str(seconds)},
            )
        self.pending += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._worker, self._timed, card, work)
        finally:
            self.pending -= 1

    def _timed(self, card: catalog.Card, work: Callable[[Any], Result]) -> Result:
        model = self._model(card)
        start = time.perf_counter()
        result = work(model)
        self._seconds += 0.2 * (time.perf_counter() - start - self._seconds)
        return result

    def _model(self, card: catalog.Card) -> Any:
        with self._lock:
            if card.name in self._models:
                self._models.move_to_end(card.name)
                return self._models[card.name]
        model = catalog.load(card, self._settings.precision, log.info)
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
        return name in self._models

    @property
    def bytes(self) -> int:
        return sum(model.nbytes for model in self._models.values())

    def close(self) -> None:
        self._worker.shutdown(wait=False, cancel_futures=True)
