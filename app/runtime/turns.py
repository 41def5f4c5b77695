"""A turn: what a thread does for a job at a time, alone or together with others like it.

What waits when a turn begins and is like it goes along (the same model, sentences of like length):
eight sentences take half of the time of eight passes or less. Nothing is waited for, so that who
comes alone is as soon served as ever.
"""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from foveate.models import interruption

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[list[Any]], Sequence[Any]]  # of all items that are done together


class Whose(Protocol):
    """The job that a turn is of: see `admission.Job`."""

    client: str
    kind: str
    lane: int
    left: float

    @property
    def over(self) -> bool: ...

    def check(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Failed:
    """What a turn raised."""

    error: BaseException


def attempt(work: Callable[[Item], Result], item: Item) -> Result | Failed:
    """What comes of one item of several, whose errors are not the others'."""
    try:
        return work(item)
    except Exception as error:
        return Failed(error)


@dataclass(slots=True, eq=False)
class Turn:
    """`part` is in nominal seconds; `along` are the turns that are done with it, whose `alike` is
    the same. None is like nothing else.
    """

    job: Whose
    number: int
    part: float
    work: Work
    context: contextvars.Context
    item: Any = None
    alike: Hashable | None = None
    along: tuple[Turn, ...] = ()
    future: Future[Any] = field(default_factory=Future)
    began: float = 0.0  # on the shared clock

    @property
    def all(self) -> tuple[Turn, ...]:
        """It and those that are done with it."""
        return self, *self.along

    def outcomes(self) -> list[Any]:
        """What each of `all` has come to, or Failed. What fails together is done again one by one:
        an error is that of the request that it is of.
        """
        if self.along:
            with contextlib.suppress(Exception):  # whose it is, each finds out
                return list(self.context.copy().run(self._together))
        return [each._alone() for each in self.all]

    def settle(self, found: Sequence[Any]) -> None:
        """Tells all who wait."""
        for turn, result in zip(self.all, found, strict=True):
            if isinstance(result, Failed):
                turn.future.set_exception(result.error)
            else:
                turn.future.set_result(result)

    def _together(self) -> Sequence[Any]:
        interruption.heed(self._check)
        return self.work([each.item for each in self.all])

    def _check(self) -> None:
        """Ends the work where nobody waits for it any more."""
        if all(each.job.over for each in self.all):
            self.job.check()

    def _alone(self) -> Any:
        try:
            self.job.check()
            (found,) = self.context.run(self.work, [self.item])
        except BaseException as error:
            return Failed(error)
        return found
