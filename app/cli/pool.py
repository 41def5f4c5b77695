"""Shards by several processes at once on this machine.

A worker that is ended (for want of memory, say) costs the row it was at, if that: another takes its
place, and its shard is done in the end by one worker with nobody beside it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from typing import Any

from foveate.app.cli.rows import Task, Worker, failure
from foveate.app.cli.shards import Job
from foveate.app.cli.terminal import CannotStart, notes

SPAWN = multiprocessing.get_context("spawn")  # torch has threads, which a fork would lose
READY, ROW, SHARD = "ready", "row", "shard"  # what a worker says; anything else is what went wrong


def locally(task: Task, jobs: Sequence[Job], workers: int | None) -> Iterator[int]:
    """How many rows more there are, each time; less than nothing where a worker was ended. By so
    many processes here, else by one for each core and shard. Raises CannotStart.
    """
    cores = os.cpu_count() or 1
    count = min(workers or cores, len(jobs))
    struck: list[Job] = []
    yield from _done(replace(task, threads=max(1, cores // count)), jobs, count, struck)
    while struck:
        alone, struck = struck, []
        yield from _done(replace(task, threads=cores), alone, 1, struck)


def _done(task: Task, jobs: Sequence[Job], count: int, struck: list[Job]) -> Iterator[int]:
    """Does all jobs but those whose worker was ended, which are `struck`."""
    waiting, at_work = deque(jobs), list[_Process]()
    try:
        while waiting or at_work:
            while waiting and len(at_work) < count:
                at_work.append(_Process(task, waiting.popleft()))
            for each in _heard(at_work):
                yield each.hear()
                if each.lost:
                    struck.append(each.job)
                elif each.idle and waiting:
                    each.give(waiting.popleft())
                if each.lost or each.idle:
                    at_work.remove(each)
                    each.end()
    finally:
        for each in at_work:
            each.end()


class _Process:
    """A worker in a process of its own, and the job that it is at, until it is `idle` or `lost`."""

    def __init__(self, task: Task, job: Job) -> None:
        self.pipe, other = SPAWN.Pipe()
        self._process = SPAWN.Process(target=_serve, args=(task, other), daemon=True)
        with _uninterrupted():
            self._process.start()
        other.close()  # or the worker's end would not be heard of
        self._ready = self.lost = False
        self.give(job)

    def give(self, job: Job) -> None:
        self.job, self.idle, self._rows = job, False, 0
        with contextlib.suppress(OSError):  # one that has ended meanwhile is heard of
            self.pipe.send(job)

    def hear(self) -> int:
        """How many rows more there are. Raises CannotStart for what went wrong."""
        try:
            said = self.pipe.recv()
        except (EOFError, OSError):
            return self._lose()
        if said not in (READY, ROW, SHARD):
            raise CannotStart(said)
        self._ready = True
        self.idle = said == SHARD
        self._rows += said == ROW
        return int(said == ROW)

    def _lose(self) -> int:
        self._process.join()
        how = _ended_by(self._process.exitcode or 0)
        if not self._ready:
            raise CannotStart(
                f"A worker was ended ({how}) while it loaded its model, for want of memory "
                "perhaps. What is done is kept: give the same command with fewer --workers."
            )
        first, last = self.job.first, self.job.first + len(self.job.rows) - 1
        notes.print(
            f"A worker was ended ({how}), for want of memory perhaps: rows {first} to {last} are "
            "done again in the end, by one worker alone",
            highlight=False,
        )
        self.lost = True
        return -self._rows

    def end(self) -> None:
        self._process.kill()
        self._process.join()
        self.pipe.close()


def _heard(at_work: Sequence[_Process]) -> list[_Process]:
    """Those that have something to say, once there are any."""
    ready: list[Any] = wait([each.pipe for each in at_work])
    return [each for each in at_work if each.pipe in ready]


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """What begins here never hears of an interrupt in the terminal: the run ends it itself."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _ended_by(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"status {code}"


def _serve(task: Task, pipe: Connection) -> None:
    """In a worker: jobs, until there are no more."""
    threading.Thread(target=_follow, daemon=True).start()
    try:
        worker = Worker(task)
        pipe.send(READY)
        while True:
            worker(pipe.recv(), lambda: pipe.send(ROW))
            pipe.send(SHARD)
    except EOFError:
        return
    except Exception as error:
        pipe.send(failure(error))


def _follow() -> None:
    """A worker must not outlive the run: a kill leaves it no other word."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
