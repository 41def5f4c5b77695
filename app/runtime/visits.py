"""Whose request is being answered, and how much memory it holds."""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
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


PIECE = 256 * 1024  # bytes that are sent at a time
# Bytes a second, of a body and of an answer: a slow phone does better, and who does not is dropped
# (app/cli/connections.py).
SLOWEST_BODY, SLOWEST_ANSWER = 16 * 1024, 32 * 1024
SOONEST, LATEST = 5, 600  # seconds after which to come back
HALVINGS = 12  # of these: to a seventh of a second


@dataclass(slots=True, eq=False)
class Passage:
    """A body on its way in, or an answer on its way out: how much of it has passed, and since when.

    `whole`: bytes, at most so many where its length is not known.
    """

    whole: int
    out: bool
    passed: int = 0
    since: float = field(default_factory=time.monotonic)

    def left_in(self, seconds: float) -> float:
        """Bytes that will not have passed in so many seconds, if it goes on as it went."""
        slowest = SLOWEST_ANSWER if self.out else SLOWEST_BODY
        pace = (self.passed + PIECE) / max(1e-3, time.monotonic() - self.since)
        return max(0.0, self.whole - self.passed - seconds * max(slowest, pace))


@dataclass(slots=True, eq=False)
class Visit:
    """One request and the bytes that are held for it until it has been answered; `deadline` is that
    of all its work, once some has been admitted.
    """

    client: str
    held: int = 0
    deadline: float | None = None
    over: bool = False
    passage: Passage | None = None  # of its body or its answer; else it is being worked on
    endings: list[Callable[[], None]] = field(default_factory=list)

    def held_in(self, seconds: float, work: float) -> float:
        """Bytes that will be held after so many seconds; all `work` there is takes so many."""
        if self.passage is None:
            return self.held * max(0.0, 1 - seconds / work) if work else 0.0
        left = self.passage.left_in(seconds)
        if self.passage.out:
            return min(self.held, left)
        return self.held if left or seconds < work else 0.0


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

    All of them together have a budget, a client half of it. What is alone may be larger and counts
    for a half: the other one is for everybody else. Of the budget goes what is `beside`: memory
    that is held for visitors by somebody else. `left` says how many seconds of work are waiting: by
    then all of it is done.
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
        self._visits: set[Visit] = set()

    def hold(self, nbytes: int) -> None:
        """Counts bytes for the current visit. Raises Problem 503 where there is no room."""
        here = visit.get()
        if here is None:
            return
        beside = self._beside()
        with self._lock:
            if here.over:  # its work goes on for others
                return
            others = Counter(self._held)
            others[here.client] -= here.held
            if self._has_room(here.client, here.held + nbytes, others, beside):
                self._count(here, nbytes)
                return
        raise self._crowded(here, here.held + nbytes, beside)

    def let_go(self, nbytes: int) -> None:
        """Counts bytes no more, which are gone, or which somebody else counts now."""
        here = visit.get()
        if here is None:
            return
        with self._lock:
            if not here.over:
                self._count(here, -nbytes)

    def under_way(self, passage: Passage | None) -> None:
        """The current visit's body comes, or its answer goes; with None its work is done."""
        here = visit.get()
        if here is not None:
            here.passage = passage

    def release(self, ended: Visit) -> None:
        """Lets go of what a visit held."""
        with self._lock:
            self._count(ended, -ended.held)
            ended.over = True
            self._visits.discard(ended)

    @property
    def bytes(self) -> int:
        """Held for all visits."""
        with self._lock:
            return self._held.total()

    def _count(self, here: Visit, change: int) -> None:
        self._visits.add(here)
        here.held += change
        self._held[here.client] += change
        if self._held[here.client] <= 0:
            del self._held[here.client]

    def _has_room(self, client: str, wanted: int, others: Mapping[str, float], beside: int) -> bool:
        """Whether there is room for a visit's bytes beside those of other visits, by client."""
        half, mine = self._budget / 2, others.get(client, 0)
        rest = beside + sum(min(held, half) for name, held in others.items() if name != client)
        if mine > 0 and mine + wanted > half:
            return False
        return mine + rest <= 0 or mine + rest + wanted <= self._budget

    def _crowded(self, here: Visit, wanted: int, beside: int) -> Problem:
        work = self._left()
        with self._lock:
            wait = self._wait(here, wanted, beside, work)
        seconds = max(SOONEST, math.ceil(wait - LATEST / 2**HALVINGS))
        return Problem(
            503,
            f"Too much is held for requests that came before: try again in {seconds} seconds.",
            headers={"Retry-After": str(seconds)},
        )

    def _wait(self, here: Visit, wanted: int, beside: int, work: float) -> float:
        """Seconds until there is room, if nobody else comes and clients go on as they did."""
        low, high = 0.0, float(LATEST)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            others: defaultdict[str, float] = defaultdict(float)
            for each in self._visits - {here}:
                others[each.client] += each.held_in(middle, work)
            lingering = beside if middle < work else 0
            room = self._has_room(here.client, wanted, others, lingering)
            low, high = (low, middle) if room else (middle, high)
        return high
