"""ModelHost: loads models once, within a memory budget, and runs them off the event loop."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

import torch

from foveate.app.runtime import costs
from foveate.app.runtime.admission import Admission, lanes
from foveate.app.runtime.job import Job
from foveate.app.runtime.turns import Failed
from foveate.app.settings import Settings
from foveate.models.catalog.card import Card
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import dtype, load

Item = TypeVar("Item")
Result = TypeVar("Result")
MOST_AT_ONCE = 4
MOMENT = costs.reading(300)  # nominal seconds: some 0.3 ms, a few where no character is known
log = logging.getLogger("foveate")


class ModelHost:
    """Runs forward passes: a lone one on all cores, several side by side with a share each.

    Threads of one pass wait for each other at every layer, so two passes on one core each get more
    done than one on two while other work (decoding, PNG) comes and goes.
    """

    def __init__(self, cards: Catalog, settings: Settings, slots: int | None = None) -> None:
        """`slots` turns run side by side, else as many as there are cores, up to a few. Where they
        are given, models are elsewhere, and what waits comes together there.
        """
        self.cards = cards
        self.precision = dtype(settings.precision)
        self._settings = settings
        self._models: OrderedDict[str, Any] = OrderedDict()
        self._lock = threading.RLock()  # of the models; never held while one loads or runs
        self._loading = threading.Lock()  # one model loads at a time
        self._threads = settings.threads or torch.get_num_threads()
        self.admission = Admission(
            lanes(slots or min(max(self._threads, 2), MOST_AT_ONCE)),
            settings.work_seconds,
            settings.share_seconds,
            settings.request_seconds,
            most=settings.connections // 2,  # the other half is for those who ask for no work
            together=settings.together if slots is None else 1,
        )

    def admit(self, card: Card, verb: str, nominal: float) -> Job:
        """A job for a model: what is done with it, and how much of that. Raises Problem 503."""
        return self.admission.admit(f"{card.name} {verb}", nominal)

    async def turn(
        self, job: Job, card: Card, work: Callable[[Any], Result], part: float | None = None
    ) -> Result:
        """Calls `work` with the loaded model when it is the job's turn. Raises Problem 503."""
        await self._at_hand(job, card)
        return await job.turn(lambda: self._timed(job, card, work), part)

    async def together(
        self,
        job: Job,
        card: Card,
        alike: Hashable,
        item: Item,
        work: Callable[[Any, list[Item]], Sequence[Result | Failed]],
        part: float | None = None,
    ) -> Result:
        """The same for an item of a model's batch, whose others are `alike`: what else waits for
        such a turn of that model is worked on with it. Raises as `turn`.
        """
        await self._at_hand(job, card)

        def run(items: list[Item]) -> Sequence[Result | Failed]:
            return self._timed(job, card, lambda model: work(model, items))

        return await job.together((card.name, alike), item, run, part)

    async def _at_hand(self, job: Job, card: Card) -> None:
        if not self.is_loaded(card.name):  # a turn of its own: it says nothing of the work's pace
            await job.turn(lambda: self._model(card), 0.0)

    async def run(
        self, card: Card, verb: str, nominal: float, work: Callable[[Any], Result]
    ) -> Result:
        """A job of one turn."""
        with self.admit(card, verb, nominal) as job:
            return await self.turn(job, card, work)

    async def soon(
        self, card: Card, verb: str, nominal: float, work: Callable[[Any], Result]
    ) -> Result:
        """A job of one turn; what takes less than handing it to a thread is done at once."""
        model = self._known(card.name)
        if nominal > MOMENT or model is None:
            return await self.run(card, verb, nominal, work)
        with self.admit(card, verb, nominal):
            return work(model)

    async def apply(
        self, card: Card, verb: str, nominal: float, function: Callable[..., Result], *given: Any
    ) -> Result:
        """A job of one turn that calls a module's function with the model and more: it may be run
        where the model is, which whatever looks into a model must.
        """
        return await self.run(card, verb, nominal, lambda model: function(model, *given))

    def _timed(self, job: Job, card: Card, work: Callable[[Any], Result]) -> Result:
        model = self._model(card)
        # Of this worker alone: what runs beside it has the rest, but what is shorter is soon over.
        share = max(1, self._threads // max(1, self.admission.beside(job)))
        torch.set_num_threads(min(share, getattr(model, "threads", None) or share))
        return work(model)

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
    def bytes(self) -> int:
        """Memory of the loaded models."""
        with self._lock:
            models = list(self._models.values())
        return sum(model.nbytes for model in models)

    def close(self) -> None:
        self.admission.close()
