"""Shards by Ray Data, on a cluster."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

from foveate.app.cli.rows import Task, Worker, failure
from foveate.app.cli.shards import Job
from foveate.app.cli.terminal import CannotStart


def on_ray(task: Task, jobs: Sequence[Job], workers: int | None) -> Iterator[int]:
    """How many rows more there are, each time, by the cluster of RAY_ADDRESS or one begun here, and
    by all its processors.

    Every node must see the photos and the output's folder at the same place. Ray itself begins a
    worker again that was ended. Raises CannotStart.
    """
    try:
        import ray.data
    except ImportError as error:
        needed = "--ray needs Ray: pip install 'foveate[dataset-ray]', or leave it out."
        raise CannotStart(needed) from error
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing leaves the machine unasked
    try:
        ray.init(ignore_reinit_error=True, log_to_driver=False, include_dashboard=False)
    except (ConnectionError, RuntimeError, ValueError) as error:
        where = os.environ.get("RAY_ADDRESS", "here")
        raise CannotStart(
            f"Ray's cluster at {where} does not answer ({error}): set RAY_ADDRESS to its address, "
            "and RAY_AUTH_MODE=token where it has a token."
        ) from error
    ray.data.DataContext.get_current().enable_progress_bars = False
    shards = ray.data.from_items([{"job": job} for job in jobs], override_num_blocks=len(jobs))
    count = workers or max(1, min(len(jobs), int(ray.cluster_resources().get("CPU", 1))))
    done = shards.map(_OnRay, fn_constructor_args=(task,), concurrency=count)
    for each in done.iter_rows():
        if each["failed"]:
            raise CannotStart(each["failed"])
        yield int(each["rows"])


class _OnRay:
    """A worker as Ray Data calls it; what goes wrong is told as a row, for Ray wraps errors."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._worker: Worker | None = None

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        try:
            self._worker = self._worker or Worker(self._task)
            self._worker(row["job"])
        except Exception as error:
            return {"rows": 0, "failed": failure(error)}
        return {"rows": len(row["job"].rows), "failed": ""}
