"""Whose request is being answered, and how much memory it holds."""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field

from foveate.app.problems import Problem

OURSELVES = "the service"
NETWORK = 64  # bits of an IPv6 address: one household or one machine has so many to choose from
client: ContextVar[str] = ContextVar("client", default=OURSELVES)


def client_of(address: str) -> str:
    """Whom an address counts for: itself, or its network where it has more than it can use."""
    try:
        found = ipaddress.ip_address(address.strip())
    except ValueError:
        return address[:60]
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, NETWORK), strict=False))
    return str(getattr(found, "ipv4_mapped", None) or found)


@dataclass(slots=True, eq=False)
class Visit:
    """One request and the bytes that are held for it until it has been answered; `deadline` is that
    of all its work, once some has been admitted.
    """

    client: str
    held: int = 0
    deadline: float | None = None
    over: bool = False
    endings: list[Callable[[], None]] = field(default_factory=list)


LEAST, MOST = 5, 60  # seconds after which to come back
visit: ContextVar[Visit | None] = ContextVar("visit", default=None)


def at_end(ending: Callable[[], None]) -> None:
    """Calls that once the current visit is over, however it ends."""
    here = visit.get()
    if here is not None:
        here.endings.append(ending)


def deadline(seconds: float) -> float:
    """When work that is admitted now must be over, by the monotonic clock: so many seconds after
    the first of the current visit was, however many jobs it has.
    """
    here, end = visit.get(), time.monotonic() + seconds
    if here is None:
        return end
    if here.deadline is None:
        here.deadline = end
    return here.deadline


class Holdings:
    """Memory for what visitors send and are sent. May be used from any thread.

    All of them together have a budget, a client half of it; what is alone may be larger. Of it goes
    what is `beside`: memory that is held for visitors by somebody else. `left` says how many
    seconds of work are waiting: by then all that is held now has been let go of.
    """

    def __init__(
        self,
        budget: int,
        beside: Callable[[], int] = lambda: 0,
        left: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._budget, self._beside, self._left = budget, beside, left
        self._lock = threading.Lock()
        self._held: Counter[str] = Counter()

    def hold(self, nbytes: int) -> None:
        """Counts bytes for the current visit. Raises Problem 503 where there is no room."""
        here = visit.get()
        if here is None:
            return
        beside = self._beside()
        with self._lock:
            if here.over:  # its work goes on for others
                return
            others, mine = self._held.total() - here.held, self._held[here.client] - here.held
            others += beside
            wanted = here.held + nbytes
            crowded = others > 0 and others + wanted > self._budget
            if not crowded and (mine <= 0 or mine + wanted <= self._budget // 2):
                here.held += nbytes
                self._held[here.client] += nbytes
                return
        raise self._crowded(wanted / max(1, others))

    def let_go(self, nbytes: int) -> None:
        """Counts bytes no more, which the current visit held and somebody else counts now."""
        here = visit.get()
        if here is None:
            return
        with self._lock:
            if not here.over:
                here.held -= nbytes
                self._held[here.client] -= nbytes

    def _crowded(self, part: float) -> Problem:
        """What others hold is let go of evenly, and such a part of it is needed."""
        seconds = min(MOST, max(LEAST, math.ceil(self._left() * min(1.0, part))))
        return Problem(
            503,
            f"Too much is held for requests that came before: try again in {seconds} seconds.",
            headers={"Retry-After": str(seconds)},
        )

    def release(self, ended: Visit) -> None:
        """Lets go of what a visit held."""
        with self._lock:
            self._held[ended.client] -= ended.held
            ended.held, ended.over = 0, True
            if self._held[ended.client] <= 0:
                del self._held[ended.client]

    @property
    def bytes(self) -> int:
        """Held for all visits."""
        with self._lock:
            return self._held.total()
