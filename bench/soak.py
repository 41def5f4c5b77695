"""Twice as many visitors as the service has room for: who is served, and what it costs the rest.

python -m bench.soak --minutes 20

Visitors come from addresses of their own (127.0.0.2 and on), ask for what its pages ask for, check
that each answer is of their own input, and come back when a 503 says. How much it can do is found
out first, by a crowd that keeps it just busy; then twice that many requests are sent.

Beside them one visitor takes large arrays in sips, and one stops in the middle of its uploads.

Translations without the number of their sentence, and some hundred others, are asked for again once
all is quiet, and must be the same: a translator may itself write 511 for 5811, but always so. Exit
status 1 where a promise of docs/security.md is broken.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import httpx

from bench.service import Target
from bench.slow import beside, sipping, stalling
from bench.visitors import (
    Kind,
    Tally,
    Visitor,
    doubtful,
    known_photos,
    said_otherwise,
)

MEBIBYTE = 1024 * 1024
TRACE_BYTES = 256 * MEBIBYTE  # small, so that it is full within a few minutes
SERVICE = Target(8766, environment={"FOVEATE_TRACE_BYTES": str(TRACE_BYTES)})
ADDRESS = SERVICE.address
API = f"{ADDRESS}/api/v1"
HEADROOM = 1024 * MEBIBYTE
SLOWEST_HEALTH = 0.1  # seconds, at the 99th percentile
PROBE_SECONDS, PROBE_VISITORS = 20, 4
SLOWEST_END = 40.0  # seconds until an upload that stops is given up: 20, and what is on its way
ASKED_AGAIN = 300  # translations, beside those that look wrong


@contextmanager
def server() -> Iterator[subprocess.Popen[bytes]]:
    """The service with small traces' memory, its log in a file."""
    with tempfile.NamedTemporaryFile() as log:
        with SERVICE.started(log) as process:  # type: ignore[arg-type]
            yield process
        print(f"log: {Path(log.name).stat().st_size} bytes")


def resident(pid: int, name: str = "VmRSS") -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def gauge(name: str) -> float:
    lines = httpx.get(f"{ADDRESS}/metrics").text.splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(f"{name} ")))


async def crowd(
    tally: Tally, known: dict[Kind, list[float]], visitors: int, seconds: float
) -> None:
    """So many visitors, each of whom asks again as soon as there is an answer."""
    end = time.monotonic() + seconds

    async def visit(number: int) -> None:
        visitor = Visitor(API, number, tally, known)
        async with visitor.client:
            while time.monotonic() < end:
                await visitor.ask()

    await asyncio.gather(*[visit(number) for number in range(visitors)])


async def stream(tally: Tally, known: dict[Kind, list[float]], rate: float, seconds: float) -> None:
    """So many new requests a second, whether or not the others have been answered."""
    start, tasks = time.monotonic(), set[asyncio.Task[None]]()

    async def visit(number: int) -> None:
        visitor = Visitor(API, number, tally, known)
        async with visitor.client:
            await visitor.ask()

    for number in itertools.count(1_000):
        await asyncio.sleep(max(0.0, start + (number - 1_000) / rate - time.monotonic()))
        if time.monotonic() - start > seconds:
            break
        task = asyncio.create_task(visit(number))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)


@contextmanager
def watched(tally: Tally, pid: int) -> Iterator[None]:
    """Meanwhile a process of its own looks at the service, so that no other work delays it."""
    context = get_context("spawn")
    found, stop = context.SimpleQueue(), context.Event()
    watching = context.Process(target=watch, args=(pid, found, stop))
    watching.start()
    try:
        yield
    finally:
        stop.set()
        tally.health, tally.memory = found.get()
        watching.join()


def watch(pid: int, found: Any, stop: Any) -> None:
    """Asks for /healthz five times a second, each time on a new connection, and how large it is."""
    health, memory = [], []
    while not stop.wait(0.2):
        start = time.perf_counter()
        try:
            urllib.request.urlopen(f"{ADDRESS}/healthz", timeout=30).close()
        except OSError:  # no answer, or none that is good
            health.append(30.0)
            continue
        health.append(time.perf_counter() - start)
        memory.append(resident(pid))
    found.put((health, memory))


async def soak(process: subprocess.Popen[bytes], minutes: float) -> tuple[Tally, float]:
    known = await known_photos(API)
    await crowd(Tally(), known, PROBE_VISITORS, PROBE_SECONDS / 4)  # loads and warms what is used
    probe = Tally()
    await crowd(probe, known, PROBE_VISITORS, PROBE_SECONDS)
    capacity = probe.served.total() / PROBE_SECONDS
    tally = Tally(wrong=probe.wrong)
    with watched(tally, process.pid):
        async with beside(sipping(API, tally), stalling(ADDRESS, tally)):
            await stream(tally, known, 2 * capacity, 60 * minutes)
    some = random.Random(0).sample(tally.said, min(ASKED_AGAIN, len(tally.said)))
    tally.wrong += await said_otherwise(API, dict.fromkeys([*doubtful(tally.said), *some]))
    return tally, capacity


def told(tally: Tally, capacity: float, minutes: float, most: float) -> None:
    slow = statistics.quantiles(tally.seconds, n=100) if len(tally.seconds) > 1 else [0.0] * 99
    health = statistics.quantiles(tally.health, n=100)
    longest = max(tally.stalled, default=0.0)
    curve = [max(part) // MEBIBYTE for part in parts(tally.memory, 10)]
    for name, value in (
        ("capacity", f"{capacity:.2f} requests a second"),
        ("sent", f"{tally.asked.total()} in {minutes:g} minutes, twice as many"),
        ("served", ", ".join(f"{count} {kind}s" for kind, count in tally.served.most_common())),
        ("refused with 503", f"{tally.refused}"),
        ("gone with 410", f"{tally.gone}"),
        ("wrong or lost", f"{len(tally.wrong)}"),
        ("taken in sips", f"{tally.sipped / MEBIBYTE:.0f} MiB"),
        ("uploads that stopped", f"{len(tally.stalled)}, given up after {longest:.0f} s at most"),
        ("the translator's own", f"{len(doubtful(tally.said))} numbers of {len(tally.said)}"),
        ("seconds to an answer", f"median {slow[49]:.1f}, 99th percentile {slow[98]:.1f}"),
        (
            "/healthz",
            f"median {health[49] * 1e3:.0f} ms, 99th percentile {health[98] * 1e3:.0f} ms",
        ),
        ("memory, MiB", f"{' '.join(map(str, curve))} (at most {most / MEBIBYTE:.0f})"),
    ):
        print(f"{name:22}{value}")


def parts(found: list[int], count: int) -> Iterator[list[int]]:
    size = max(1, -(-len(found) // count))
    return (found[at : at + size] for at in range(0, len(found), size))


def broken(tally: Tally, peak: int, most: float) -> Iterator[str]:
    """Promises that were not kept."""
    if tally.wrong:
        yield f"{len(tally.wrong)} answers were wrong or lost, the first: {tally.wrong[0]}"
    if tally.gone:
        yield f"{tally.gone} traces were gone before their owners had looked at them"
    if statistics.quantiles(tally.health, n=100)[98] > SLOWEST_HEALTH:
        yield f"/healthz took over {SLOWEST_HEALTH} s at the 99th percentile"
    if peak > most:
        yield f"the process had {peak // MEBIBYTE} MiB, over models, traces and a gibibyte"
    yield from _unserved(tally)


def _unserved(tally: Tally) -> Iterator[str]:
    """Who had no answer, and who had one for too long."""
    if tally.served.total() + tally.refused + tally.gone + len(tally.wrong) < tally.asked.total():
        yield "some requests got no answer"
    if not tally.served.total():
        yield "nobody was served"
    if not tally.sipped:
        yield "an array that is taken slowly was never begun"
    if max(tally.stalled, default=0.0) > SLOWEST_END:
        yield f"an upload that had stopped was kept for {max(tally.stalled):.0f} s"


def main() -> int:
    """Prints a table, and a line for each promise that was broken."""
    parser = argparse.ArgumentParser(description="Twice what the service can do, for a while.")
    parser.add_argument("--minutes", type=float, default=20)
    minutes = parser.parse_args().minutes
    with server() as process:
        tally, capacity = asyncio.run(soak(process, minutes))
        most = gauge("foveate_model_bytes") + TRACE_BYTES + HEADROOM
        peak = resident(process.pid, "VmHWM")
    told(tally, capacity, minutes, most)
    found = list(broken(tally, peak, most))
    for sentence in found:
        print(f"broken: {sentence}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
