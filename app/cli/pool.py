"""Shards by several processes at once, here or on a Ray cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from foveate.app.cli.measures import Asked
from foveate.app.cli.shards import Job, Shards
from foveate.app.cli.terminal import CannotStart
from foveate.models.errors import InputError

SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Task:
    """All that a worker must know but the rows."""

    asked: Asked
    folder: Path
    shards: Shards
    threads: int = 1


class Worker:
    """One model, for any number of shards."""

    def __init__(self, task: Task) -> None:
        import torch

        torch.set_num_threads(task.threads)
        self._task = task
        self._measure = task.asked.measure(task.folder)

    def __call__(self, job: Job) -> int:
        """Writes a shard, a row an input; returns how many."""
        made = [self._row(job.first + at, row) for at, row in enumerate(job.rows)]
        self._task.shards.write(job.shard, made)
        return len(made)

    def _row(self, number: int, row: dict[str, str | None]) -> dict[str, object]:
        told: dict[str, object] = {"row": number, **row}
        try:
            return told | self._measure(row)
        except (InputError, OSError) as error:
            said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            return told | {"error": said}


def locally(task: Task, jobs: Sequence[Job], workers: int | None) -> Iterator[int]:
    """The rows of each shard as it is done, by so many processes here, else by one for each core
    and shard. Raises CannotStart.
    """
    cores = os.cpu_count() or 1
    count = workers or min(cores, len(jobs))
    task = replace(task, threads=max(1, cores // count))
    pool = ProcessPoolExecutor(count, SPAWN, _begin, (task,))
    try:
        for done in as_completed([pool.submit(_work, job) for job in jobs]):
            yield done.result()
    except BrokenProcessPool as error:
        raise CannotStart(
            "A worker was ended, for want of memory perhaps: the shards that are done are kept, so "
            "give the same command again, with fewer --workers if it was the memory."
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def on_ray(task: Task, jobs: Sequence[Job], workers: int | None) -> Iterator[int]:
    """The same by Ray Data, on the cluster of RAY_ADDRESS or one begun here, by all its processors.

    Every node must see the photos and the output's folder at the same place. Raises CannotStart.
    """
    try:
        import ray.data
    except ImportError as error:
        raise CannotStart("--ray needs Ray: pip install 'ray[data]', or leave it out.") from error
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing leaves the machine unasked
    ray.init(ignore_reinit_error=True, log_to_driver=False, include_dashboard=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    shards = ray.data.from_items([{"job": job} for job in jobs], override_num_blocks=len(jobs))
    count = workers or max(1, min(len(jobs), int(ray.cluster_resources().get("CPU", 1))))
    done = shards.map(_OnRay, fn_constructor_args=(task,), concurrency=count)
    for each in done.iter_rows():
        yield int(each["rows"])


class _OnRay:
    """A worker as Ray Data calls it."""

    def __init__(self, task: Task) -> None:
        self._worker = Worker(task)

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        return {"rows": self._worker(row["job"])}


_worker: Worker | None = None  # of this process


def _begin(task: Task) -> None:
    """In a worker, which must not outlive the run: a kill leaves it no other word."""
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run ends its workers itself
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
    _worker = Worker(task)


def _work(job: Job) -> int:
    assert _worker is not None
    return _worker(job)
