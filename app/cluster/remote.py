"""A model that runs in a deployment of its own, as the web layer sees it: what it does is asked of
a replica, whichever is free.

All that models do is pure, so that what a lost replica was at work on is asked of another.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

from ray.exceptions import (
    NodeDiedError,
    ObjectLostError,
    ObjectStoreFullError,
    OutOfDiskError,
    OutOfMemoryError,
    RayActorError,
    WorkerCrashedError,
)
from ray.serve.exceptions import (
    BackPressureError,
    DeploymentUnavailableError,
    ReplicaUnavailableError,
)

from foveate.app.cluster.calls import Answer, Call, Facts
from foveate.app.problems import Problem
from foveate.models import interruption
from foveate.models.translation.result import Live, Watch

TICK_SECONDS = 0.25  # how often whoever waits for an answer looks whether anybody still wants it
TRIES = 5  # replicas that may be lost under one call
# A replica, or its node: that holds large answers until they are fetched, and they go with it.
LOST = (
    RayActorError,
    ReplicaUnavailableError,
    ObjectLostError,
    NodeDiedError,
    WorkerCrashedError,
    OutOfMemoryError,  # a process that Ray has ended on a node that was short of memory
)
FULL = (BackPressureError, DeploymentUnavailableError, ObjectStoreFullError, OutOfDiskError)
Result = TypeVar("Result")
log = logging.getLogger("foveate")


class RemoteModel:
    """Has the methods of models/zoo/base.py that the model itself has, and `apply`.

    They raise what the model raises, and Problem 503 where no replica answers.
    """

    nbytes = 0  # in this process

    def __init__(self, title: str, handle: Any) -> None:
        self._title, self._handle = title, handle
        facts: Facts = self._asked(partial(self._waited, "facts"))
        # As attributes of the object, where protocols that are checked at run time look for them.
        vars(self).update(facts.values)
        vars(self).update({name: partial(self._call, name) for name in facts.methods})

    def apply(self, function: Callable[..., Result], *given: Any) -> Result:
        """What a module's function gives of the model, worked out where that is."""
        result: Result = self._call(function, *given)
        return result

    def _call(
        self, what: str | Callable[..., Any], *given: Any, watch: Watch | None = None, **named: Any
    ) -> Any:
        call = Call(what, given, named)
        if watch is None:
            return self._asked(partial(self._waited, "call", call)).opened()
        return self._asked(_Watching(self._handle, call, watch).run).opened()

    def _asked(self, ask: Callable[[], Result]) -> Result:
        for _ in range(TRIES):
            try:
                return ask()
            except LOST as error:
                log.warning("a replica of %s was lost: %s", self._title, type(error).__name__)
                interruption.step()
            except FULL as error:
                log.warning("%s takes nothing: %s", self._title, type(error).__name__)
                break
        raise Problem(
            503,
            f"No replica of {self._title} answers now: try again in a moment.",
            headers={"Retry-After": "5"},
        )

    def _waited(self, method: str, *given: Any) -> Any:
        """The answer. Raises what `interruption` does once nobody wants it any more."""
        response = getattr(self._handle, method).remote(*given)
        while True:
            try:
                return response.result(timeout_s=TICK_SECONDS)
            except TimeoutError:
                with _cancelling(response):
                    interruption.step()


class _Watching:
    """A call that tells of each step: of another replica's, only those that nobody has heard of."""

    def __init__(self, handle: Any, call: Call, watch: Watch) -> None:
        self._handle, self._call, self._watch = handle, call, watch
        self._told = 0

    def run(self) -> Answer:
        answers = self._handle.options(stream=True).watch.remote(self._call)
        for each in answers:
            if isinstance(each, Answer):
                return each
            self._tell(each)
            with _cancelling(answers):
                interruption.step()
        raise ReplicaUnavailableError("that ended before its answer")

    def _tell(self, live: Live) -> None:
        if live.number >= self._told:
            self._told = live.number + 1
            self._watch(live)


@contextlib.contextmanager
def _cancelling(response: Any) -> Iterator[None]:
    """What is raised within ends the call."""
    try:
        yield
    except BaseException:
        response.cancel()
        raise
