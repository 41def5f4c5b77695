"""Several processes that answer at one address: begun together, begun again where one ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.synchronize import Event
from types import FrameType

from foveate.app.cli.terminal import CannotStart, complain, notes, status_of

LAST_SECONDS = 10.0  # for the workers to end once they have been told to
TICK_SECONDS = 0.2
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds after a worker that ended before it answered
SPAWN = multiprocessing.get_context("spawn")  # torch has threads, which a fork would lose

# What a worker runs: it is given the host, the sockets, how many workers there are, and what it
# calls once it answers.
Work = Callable[[str, list[socket.socket], int, Callable[[], None]], None]


class _Worker:
    """One process, and whether it has answered yet."""

    def __init__(self, work: Work, host: str, sockets: list[socket.socket], count: int) -> None:
        self.answered: Event = SPAWN.Event()
        given = work, host, sockets, count, self.answered
        self.process = SPAWN.Process(target=_begun, args=given)
        self.process.start()

    @property
    def ended(self) -> bool:
        return self.process.exitcode is not None

    @property
    def said(self) -> str:
        """What there is to tell of one that has ended."""
        early = "" if self.answered.is_set() else " before it answered"
        return f"A worker ended with status {self.process.exitcode}{early}"


class _Place:
    """Where one worker runs, and others after it: the next one begins at once where the last one
    had answered, and else after a pause that grows.
    """

    def __init__(self, begin: Callable[[], _Worker]) -> None:
        self._begin = begin
        self.worker = begin()
        self._failures = 0
        self._due: float | None = None  # of the next one, on the monotonic clock

    def mend(self) -> None:
        """Begins another in the place of one that has ended, once it is time to."""
        if self.worker.ended and self._due is None:
            self._failures = 0 if self.worker.answered.is_set() else self._failures + 1
            self._due = self._told(self.worker.said)
        if self._due is not None and time.monotonic() >= self._due:
            try:
                self.worker, self._due = self._begin(), None
            except OSError as error:  # the machine has no room for a process now
                self._failures += 1
                self._due = self._told(f"A worker could not be begun: {error.strerror}")

    def _told(self, what: str) -> float:
        """When the next one begins."""
        doubled = FIRST_PAUSE * 2.0 ** min(self._failures - 1, 10)
        pause = min(doubled, LONGEST_PAUSE) if self._failures else 0.0
        when = f" in {pause:g} s" if pause else ""
        notes.print(f"{what}; another begins{when}.", highlight=False, soft_wrap=True)
        return time.monotonic() + pause


class Workers:
    """So many of them, until the process is told to stop."""

    def __init__(self, work: Work, host: str, sockets: list[socket.socket], count: int) -> None:
        self._begin = partial(_Worker, work, host, sockets, count)
        self._count = count
        self._stopping = threading.Event()
        self._places: list[_Place] = []

    def run(self, answering: Callable[[], None]) -> None:
        """Calls `answering` once the first worker does. Raises CannotStart where one never will:
        once any has answered, what keeps others from it may pass, and those that answer go on.
        """
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, self._stop)
        told = False
        try:
            for _ in range(self._count):
                self._places.append(_Place(self._begin))
            while not self._stopping.wait(TICK_SECONDS):
                if not told and self._answered():
                    answering()
                    told = True
                if told:
                    self._mend()
        finally:
            self._end()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping.set()

    def _answered(self) -> bool:
        """Whether any has. Raises CannotStart where one has ended, and none has."""
        workers = [each.worker for each in self._places]
        if any(each.answered.is_set() for each in workers):
            return True
        for each in workers:
            if each.ended:
                raise CannotStart(f"{each.said}: what it said stands above.")
        return False

    def _mend(self) -> None:
        for place in self._places:
            place.mend()

    def _end(self) -> None:
        """Has all of them end, those that do not within seconds at once."""
        workers = [each.worker for each in self._places]
        for worker in workers:
            worker.process.terminate()
        end = time.monotonic() + LAST_SECONDS
        for worker in workers:
            worker.process.join(max(0.0, end - time.monotonic()))
            if not worker.ended:
                worker.process.kill()


def _begun(
    work: Work, host: str, sockets: list[socket.socket], count: int, answered: Event
) -> None:
    """In a worker: it ends when it is told to, or when the process that began it is gone."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=follow, daemon=True).start()
    try:
        work(host, sockets, count, answered.set)
    except KeyboardInterrupt:
        return  # in a terminal it is sent to all processes
    except Exception as error:
        status = status_of(error)
        if status is None:
            raise
        complain("error", error)
        sys.exit(status)
