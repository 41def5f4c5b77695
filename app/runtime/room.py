"""How fast work goes, whether there is room for more of it, and when there will be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from foveate.app.problems import Problem

KEPT = 0.9  # of what is known of a pace, at each turn that ends
HALVINGS = 12  # of a minute: to 15 ms


@dataclass(slots=True)
class Pace:
    """Real seconds for a nominal one: a quotient of sums, in which the last turns count most."""

    seconds: float
    nominal: float = 0.05

    def note(self, seconds: float, nominal: float) -> None:
        self.seconds = KEPT * self.seconds + seconds
        self.nominal = KEPT * self.nominal + nominal

    @property
    def value(self) -> float:
        return self.seconds / self.nominal


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks for, in seconds, and what there is: for all, and for each."""

    client: str
    cost: float
    limit: float
    share: float

    def fits(self, waiting: Mapping[str, float], served: float = 0.0) -> bool:
        """Whether there is room for it, once each client has been served so many seconds."""
        left = {name: max(0.0, seconds - served) for name, seconds in waiting.items()}
        mine = left.pop(self.client, 0.0)
        if mine > 0 and mine + self.cost > self.share:
            return False
        others = sum(min(seconds, self.share) for seconds in left.values())
        return mine + others == 0 or others + min(mine + self.cost, self.share) <= self.limit

    def wait(self, waiting: Mapping[str, float]) -> float:
        """Seconds until there is room, if nobody else comes."""
        low, high = 0.0, max(waiting.values())
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (low, middle) if self.fits(waiting, middle) else (middle, high)
        return sum(min(seconds, high) for seconds in waiting.values())

    def refusal(self, waiting: Mapping[str, float], slower: float) -> Problem:
        mine = waiting.get(self.client, 0.0)
        whose = "of yours " if mine > 0 and mine + self.cost > self.share else ""
        work = mine if whose else sum(waiting.values())
        seconds = max(1, math.ceil(slower * self.wait(waiting) - 0.1))
        return busy(f"{work:.1f} seconds of work {whose}are", seconds)


def busy(what: str, seconds: int) -> Problem:
    """503: what is waiting already, and when to come back."""
    once = f"{seconds} second{'s' * (seconds > 1)}"
    headers = {"Retry-After": str(seconds)}
    return Problem(503, f"{what} waiting already: try again in {once}.", headers=headers)
