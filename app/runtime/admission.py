"""Who may use the machine and who waits: work is admitted by what it costs.

A **job** is what one request asks for. It belongs to a client and is done in **turns** (a batch of
sentences, a forward pass, an export); between two turns of a job others have theirs.

*Cost.* A job says how much work it is in nominal seconds (costs.py). For every kind of work the
**pace**, real seconds for a nominal one, is learned from the turns that end. A real second is one
of the whole machine: while n turns run side by side each is charged an nth of the time. So the
work that waits, added up, is the time until it is done.

*Lanes* keep room for what is short: a turn may start where fewer turns run, of jobs as long as its
own or longer, than its lane has slots; and what waits in the lanes of longer jobs does not count.

*Room.* Clients together may have `limit` seconds of work here, and half as many in each lane of
shorter jobs; each may have `share` of it, and counts for no more. Who has nothing here may bring
more than a share at once. The rest gets 503. Clients are served alike, so when each has been served
x seconds, the sum of min(x, work) over all of them has passed: Retry-After is that time for the
least x that makes room.

*Order.* The next turn is that of the client who has been served least: start-time fair queueing
(Goyal, Vin and Cheng 1996). What waits and is like it goes along (turns.py), charged to its own.

*End.* A job ends at its deadline, when its client leaves, or when the service stops: what waits
then is dropped, and what runs ends at its next step (models/interruption.py).
"""

from __future__ import annotations

import contextvars
import itertools
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from foveate.app.problems import Problem
from foveate.app.runtime.job import STOPPING, Job
from foveate.app.runtime.priority import behind
from foveate.app.runtime.room import Pace, Request, busy
from foveate.app.runtime.turns import Failed, Turn, Whose, Work
from foveate.app.runtime.visits import client

Item = TypeVar("Item")
Result = TypeVar("Result")
Counted = TypeVar("Counted", bound=Hashable)
ALIKE = 2  # on a core each; what more would gain, batches gain by being larger


@dataclass(frozen=True, slots=True)
class Lane:
    """Jobs of more nominal seconds than `over`, and how many turns of such or longer jobs run."""

    over: float
    slots: int


def lanes(slots: int) -> tuple[Lane, ...]:
    """Long jobs leave a slot to others, and there are two more: one for what is short, one for what
    takes no time, such as all that is asked of a trace: while it waits, the trace is in memory.
    """
    return Lane(0.5, slots - 1), Lane(0.05, slots), Lane(0.01, slots + 1), Lane(0.0, slots + 2)


def _count(counted: Counter[Counted], key: Counted, change: int) -> None:
    """What is counted no more is not kept: there is no end of clients."""
    counted[key] += change
    if not counted[key]:
        del counted[key]


class Admission:
    """Turns of admitted jobs on a few threads. May be used from any thread."""

    def __init__(
        self,
        lanes: Sequence[Lane],
        limit: float,
        share: float,
        deadline: float,
        apiece: int | None = None,
        most: int = 256,
        together: int = 8,
    ) -> None:
        """`most` jobs at a time, `apiece` turns of one client, else as many as there are slots; as
        many as `together` turns that are alike as one.
        """
        self._lanes = tuple(lanes)
        self._limit, self._share, self._seconds = limit, min(share, limit), deadline
        slots = max(lane.slots for lane in lanes)
        self._apiece, self._most, self._together = apiece or slots, most, together
        self._pool = ThreadPoolExecutor(slots, "turn", behind)
        self._lock = threading.RLock()
        self._jobs: set[Job] = set()
        self._waiting: list[Turn] = []
        self._running: set[Turn] = set()  # without those that go along, as in what counts them:
        self._beside = [0] * len(self._lanes)  # in each lane, and in those of longer jobs
        self._mine: Counter[str] = Counter()
        self._alike: Counter[Hashable] = Counter()
        self._numbers = itertools.count()
        self._all = Pace(0.05)
        self._paces: dict[str, Pace] = {}
        self._shared, self._looked = 0.0, time.perf_counter()  # the clock that running turns share
        self.begun = 0  # turns that have been started
        self._begun = 0.0  # virtual time: when the last turn began that was started
        self._served: dict[str, float] = {}  # virtual time at which each client's last turn ends
        self._stopping = False

    def admit(self, kind: str, nominal: float) -> Job:
        """A job of so many nominal seconds. Raises Problem 503 where there is no room for it."""
        with self._lock:
            if self._stopping:
                raise Problem(503, STOPPING, headers={"Retry-After": "5"})
            if len(self._jobs) >= self._most:
                raise busy(f"{len(self._jobs)} requests are", 1)  # that hold connections
            lane = self._lane(nominal)
            limit, waiting = self._limit / 2**lane, self._work(lane)
            cost = nominal * self._pace(kind)
            request = Request(client.get(), cost, limit, min(self._share, limit))
            if not request.fits(waiting):
                raise request.refusal(waiting, self._slower(lane))
            job = Job(self, kind, nominal, lane, self._seconds)
            self._jobs.add(job)
            return job

    async def run(self, kind: str, nominal: float, work: Callable[[], Result]) -> Result:
        """A job of one turn."""
        with self.admit(kind, nominal) as job:
            return await job.turn(work)

    @property
    def jobs(self) -> int:
        """Jobs that wait or run."""
        return len(self._jobs)

    def beside(self, job: Whose) -> int:
        """Turns that run, of this job and of those as long or longer: they share the cores."""
        return self._beside[job.lane]

    @property
    def running(self) -> int:
        """Turns that run."""
        return len(self._running)

    @property
    def seconds(self) -> float:
        """About how long all that is admitted will take."""
        with self._lock:
            return sum(self._work().values())

    def stop(self, seconds: float) -> None:
        """Admits nothing more, and gives what is here so much time."""
        with self._lock:
            self._stopping = True
            for job in self._jobs:
                job.stop(seconds)
        timer = threading.Timer(seconds, self._drop_all)
        timer.daemon = True
        timer.start()

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _pace(self, kind: str) -> float:
        """Of a kind that never ran, that of all others: the machine is the same."""
        return self._paces.get(kind, self._all).value

    def _work(self, lane: int = 0) -> dict[str, float]:
        """Seconds of work that each client has in this lane and in those of shorter jobs."""
        self._tick()
        left: defaultdict[str, float] = defaultdict(float)
        done: defaultdict[Whose, float] = defaultdict(float)
        for first in self._running:
            for turn in first.all:
                part = turn.part * self._pace(turn.job.kind)
                done[turn.job] += min(part, self._shared - first.began)
        for job in (job for job in self._jobs if job.lane >= lane):
            left[job.client] += max(0.0, job.left * self._pace(job.kind) - done[job])
        return left

    def _slower(self, lane: int) -> float:
        """How many times longer a lane's work takes while longer jobs have some of its slots."""
        slots = self._lanes[lane].slots
        longer = self._beside[lane - 1] if lane else 0
        return slots / max(1, slots - longer)

    def queue(
        self,
        job: Job,
        part: float,
        work: Work,
        context: contextvars.Context,
        item: Any,
        alike: Hashable | None,
    ) -> Turn:
        with self._lock:
            key = alike if self._together > 1 else None
            turn = Turn(job, next(self._numbers), part, work, context, item, key)
            self._waiting.append(turn)
            self._start_some()
            return turn

    def _start_some(self) -> None:
        """Starts whoever is next as long as there are slots."""
        while ready := [turn for turn in self._waiting if self._may_run(turn)]:
            turn = min(ready, key=self._order)
            self._waiting.remove(turn)
            if turn.future.set_running_or_notify_cancel():
                turn.along = self._company(turn)
                self._start(turn)

    def _order(self, turn: Turn) -> tuple[float, int]:
        return self._start_of(turn), turn.number

    def _company(self, turn: Turn) -> tuple[Turn, ...]:
        """Turns like it that wait: they go along, those first whose own would come first."""
        if turn.alike is None:
            return ()
        alike = sorted(
            (each for each in self._waiting if each.alike == turn.alike), key=self._order
        )
        taken = alike[: self._together - 1]
        self._waiting = [each for each in self._waiting if each not in taken]
        return tuple(each for each in taken if each.future.set_running_or_notify_cancel())

    def _may_run(self, turn: Turn) -> bool:
        """Of those alike two run at a time: what comes meanwhile is the next one's company."""
        if turn.alike is not None and self._alike[turn.alike] >= ALIKE:
            return False
        lane, mine = turn.job.lane, self._mine[turn.job.client]
        return self._beside[lane] < self._lanes[lane].slots and mine < self._apiece

    def _lane(self, nominal: float) -> int:
        found = (i for i, lane in enumerate(self._lanes) if nominal > lane.over)
        return next(found, len(self._lanes) - 1)

    def _start_of(self, turn: Turn) -> float:
        """Its virtual time: never before now, or who was away would have saved up turns."""
        return max(self._begun, self._served.get(turn.job.client, 0.0))

    def _start(self, turn: Turn) -> None:
        self._tick()
        self._begun = self._start_of(turn)
        self._served = {name: end for name, end in self._served.items() if end > self._begun}
        for each in turn.all:
            ends = self._start_of(each) + each.part * self._pace(each.job.kind)
            self._served[each.job.client] = ends
        turn.began = self._shared
        self.begun += len(turn.all)
        self._running.add(turn)
        self._count(turn, 1)
        self._pool.submit(self._run, turn)

    def _count(self, turn: Turn, change: int) -> None:
        """That it runs, or does no more."""
        for lane in range(turn.job.lane, len(self._lanes)):
            self._beside[lane] += change
        _count(self._mine, turn.job.client, change)
        _count(self._alike, turn.alike, change)

    def _run(self, turn: Turn) -> None:
        found = turn.outcomes()
        done = not any(isinstance(each, Failed) for each in found)
        self._ended(turn, measured=done and turn.part > 0)
        turn.settle(found)

    def _ended(self, turn: Turn, measured: bool) -> None:
        with self._lock:
            self._tick()
            self._running.discard(turn)
            self._count(turn, -1)
            for each in turn.all:
                each.job.left = max(0.0, each.job.left - each.part)
            if measured:
                self._note(turn.job.kind, sum(each.part for each in turn.all), turn.began)
            self._start_some()

    def _note(self, kind: str, part: float, began: float) -> None:
        """Learns from what has been done since `began` how fast such work goes."""
        seconds = self._shared - began
        self._paces.setdefault(kind, Pace(0.05 * self._all.value)).note(seconds, part)
        self._all.note(seconds, part)

    def _tick(self) -> None:
        """Moves the shared clock on: a second for each that passes, shared by those who run."""
        now = time.perf_counter()
        if self._running:
            self._shared += (now - self._looked) / len(self._running)
        self._looked = now

    def end(self, job: Job) -> None:
        with self._lock:
            self._jobs.discard(job)

    def drop(self, job: Job, error: Exception) -> None:
        """Ends the turns of a job that have not begun."""
        with self._lock:
            dropped = [turn for turn in self._waiting if turn.job is job]
            self._waiting = [turn for turn in self._waiting if turn.job is not job]
        for turn in dropped:
            if turn.future.set_running_or_notify_cancel():
                turn.future.set_exception(error)

    def _drop_all(self) -> None:
        for job in list(self._jobs):
            self.drop(job, Problem(503, STOPPING, headers={"Retry-After": "5"}))
