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
from multiprocessing.synchronize import Event
from types import FrameType

from foveate.app.cli.terminal import CannotStart, complain, notes, status_of

LAST_SECONDS = 10.0  # for the workers to end once they have been told to
TICK_SECONDS = 0.2
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


class Workers:
    """So many of them, until the process is told to stop."""

    def __init__(self, work: Work, host: str, sockets: list[socket.socket], count: int) -> None:
        self._given = work, host, sockets, count
        self._stopping = threading.Event()
        self._workers: list[_Worker] = []

    def run(self, answering: Callable[[], None]) -> None:
        """Calls `answering` once the first worker does. Raises CannotStart where one never will."""
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, self._stop)
        told = False
        try:
            self._workers = [_Worker(*self._given) for _ in range(self._given[-1])]
            while not self._stopping.wait(TICK_SECONDS):
                self._mend()
                if not told and any(each.answered.is_set() for each in self._workers):
                    answering()
                    told = True
        finally:
            self._end()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping.set()

    def _mend(self) -> None:
        """Begins another in the place of each that has ended."""
        for place, worker in enumerate(self._workers):
            if not worker.ended:
                continue
            if not worker.answered.is_set():
                raise CannotStart(
                    f"A worker ended with status {worker.process.exitcode} before it answered: "
                    "what it said stands above."
                )
            notes.print(f"A worker ended with status {worker.process.exitcode}; another begins.")
            self._workers[place] = _Worker(*self._given)

    def _end(self) -> None:
        """Has all of them end, those that do not within seconds at once."""
        for worker in self._workers:
            worker.process.terminate()
        end = time.monotonic() + LAST_SECONDS
        for worker in self._workers:
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
