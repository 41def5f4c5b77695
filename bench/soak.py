"""Twice as many visitors as the service has room for: who is served, and what it costs the rest.

python -m bench.soak --minutes 20

Visitors come from addresses of their own (127.0.0.2 and on), ask for what its pages ask for, check
that each answer is of their own input, and come back when a 503 says. How much it can do is found
out first, by a crowd that keeps it just busy; then twice that many requests are sent. Exit status 1
where a promise of docs/security.md is broken.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import itertools
import os
import random
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

SAMPLE = Path(__file__).parent.parent / "static" / "samples" / "coffee.jpg"
PORT = 8766
MEBIBYTE = 1024 * 1024
TRACE_BYTES = 256 * MEBIBYTE  # small, so that it is full within a few minutes
HEADROOM = 1024 * MEBIBYTE
SLOWEST_HEALTH = 0.1  # seconds, at the 99th percentile
PROBE_SECONDS, PROBE_VISITORS = 20, 4
LIMITS = httpx.Limits(keepalive_expiry=2)  # seconds: well before the service hangs up
TLS = ssl.create_default_context()  # one for all: httpx makes one for each, which takes longest
SIZES = [(200 + 70 * n, 200 + 190 * n % 700) for n in range(10)]
WORDS = ("river", "bridge", "winter", "letter", "garden", "doctor", "market", "island", "mirror")


@dataclass
class Tally:
    """What happened."""

    asked: Counter[str] = field(default_factory=Counter)
    served: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    gone: int = 0
    wrong: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    health: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)


@dataclass
class Visitor:
    """Somebody at an address of their own."""

    number: int
    tally: Tally
    draw: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.draw = random.Random(self.number)
        address = f"127.0.{self.number // 250 % 250 + 1}.{self.number % 250 + 1}"
        self.client = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{PORT}/api/v1",
            transport=httpx.AsyncHTTPTransport(verify=TLS, local_address=address, limits=LIMITS),
            timeout=400,
        )

    async def ask(self) -> None:
        """One of the things that pages ask for."""
        kinds: tuple[Callable[[], Awaitable[None]], ...] = (
            self.photo,
            self.sentence,
            self.paragraph,
        )
        (kind,) = self.draw.choices(kinds, (4, 8, 1))
        start = time.perf_counter()
        self.tally.asked[kind.__name__] += 1
        try:
            await kind()
        except Refused as refused:
            self.tally.refused += 1
            await asyncio.sleep(refused.seconds)
        except Gone:
            self.tally.gone += 1
        except (httpx.HTTPError, AssertionError, KeyError) as error:
            self.tally.wrong.append(f"{kind.__name__}: {type(error).__name__} {error}"[:200])
        else:
            self.tally.served[kind.__name__] += 1
            self.tally.seconds.append(time.perf_counter() - start)

    async def photo(self) -> None:
        """A photo nobody has sent before, its heatmap by another query, and its picture."""
        (width, height), side = self.draw.choice(SIZES), self.draw.choice((224, 224, 448))
        file = picture(width, height) + self.draw.randbytes(16)  # after its end, where nobody looks
        trace = json_of(
            await self.client.post(
                "/images/traces", files={"file": file}, data={"resolution": side}
            )
        )
        size = trace["input"]["width"], trace["input"]["height"], trace["resolution"]
        check(size == (width, height, side), f"{size} is not {(width, height, side)}")
        path = f"/traces/{trace['id']}"
        found = await self.client.get(f"{path}/weights", params={"head": "mean", "query": "cls"})
        weights = json_of(found)["weights"]
        patches = trace["grid"]["rows"] * trace["grid"]["columns"] + len(trace["prefix"])
        check(len(weights) == patches and abs(sum(weights) - 1) < 0.01, "weights of another photo")
        drawn = opened(await self.client.get(f"{path}/overlay.png"))
        longest = max(drawn.size) / min(drawn.size)
        check(abs(longest / (max(size[:2]) / min(size[:2])) - 1) < 0.05, "picture of another photo")

    async def sentence(self) -> None:
        """A sentence translated."""
        await self.translate(1)

    async def paragraph(self) -> None:
        """Many sentences translated."""
        await self.translate(self.draw.randrange(10, 40))

    async def translate(self, count: int) -> None:
        sentences = [self.written() for _ in range(count)]
        trace = json_of(
            await self.client.post("/translations/traces", json={"text": " ".join(sentences)})
        )
        found = [part["source"] for part in trace["paragraph"]]
        check(found == sentences, f"{found[:2]} are not {sentences[:2]}")
        number = sentences[0].split()[1]
        check(number in trace["target"]["text"], f"{trace['target']['text']!r} lacks {number}")

    def written(self) -> str:
        words = self.draw.sample(WORDS, 3)
        return f"The {self.draw.randrange(1_000, 9_999)} {words[0]}s are near the {words[1]}."


class Refused(Exception):
    """503, and when to come back."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Gone(Exception):
    """The traces of others have taken the room of this one meanwhile."""


def check(right: bool, otherwise: str) -> None:
    assert right, otherwise


def json_of(answer: httpx.Response) -> dict:  # type: ignore[type-arg]
    return looked_at(answer).json()  # type: ignore[no-any-return]


def opened(answer: httpx.Response) -> Image.Image:
    return Image.open(io.BytesIO(looked_at(answer).content))


def looked_at(answer: httpx.Response) -> httpx.Response:
    if answer.status_code == 503:
        raise Refused(float(answer.headers["retry-after"]))
    if answer.status_code == 410:
        raise Gone
    check(answer.is_success, f"{answer.status_code} {answer.text[:120]}")
    return answer


@cache
def picture(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.open(SAMPLE).convert("RGB").resize((width, height)).save(buffer, "JPEG")
    return buffer.getvalue()


@contextmanager
def server() -> Iterator[subprocess.Popen[bytes]]:
    """The service with small traces' memory, its log in a file."""
    settings = {"FOVEATE_TRACE_BYTES": str(TRACE_BYTES)}
    command = [sys.executable, "-m", "foveate.app.cli", "serve", "--port", str(PORT)]
    with tempfile.NamedTemporaryFile() as log:
        process = subprocess.Popen(command, env=os.environ | settings, stderr=log)
        try:
            wait_until_ready(process)
            yield process
        finally:
            process.terminate()
            process.wait(20)
            print(f"log: {Path(log.name).stat().st_size} bytes")


def wait_until_ready(process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        check(process.poll() is None, "the service stopped before it was ready")
        try:
            if httpx.get(f"http://127.0.0.1:{PORT}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError("the service was not ready within a minute")


def resident(pid: int, name: str = "VmRSS") -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def gauge(name: str) -> float:
    lines = httpx.get(f"http://127.0.0.1:{PORT}/metrics").text.splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(f"{name} ")))


async def crowd(tally: Tally, visitors: int, seconds: float) -> None:
    """So many visitors, each of whom asks again as soon as there is an answer."""
    end = time.monotonic() + seconds

    async def visit(number: int) -> None:
        visitor = Visitor(number, tally)
        async with visitor.client:
            while time.monotonic() < end:
                await visitor.ask()

    await asyncio.gather(*[visit(number) for number in range(visitors)])


async def stream(tally: Tally, rate: float, seconds: float) -> None:
    """So many new requests a second, whether or not the others have been answered."""
    start, tasks = time.monotonic(), set[asyncio.Task[None]]()

    async def visit(number: int) -> None:
        visitor = Visitor(number, tally)
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
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=30).close()
        except OSError:  # no answer, or none that is good
            health.append(30.0)
            continue
        health.append(time.perf_counter() - start)
        memory.append(resident(pid))
    found.put((health, memory))


async def soak(process: subprocess.Popen[bytes], minutes: float) -> tuple[Tally, float]:
    probe = Tally()
    await crowd(probe, PROBE_VISITORS, PROBE_SECONDS / 4)  # loads and warms what is used
    probe = Tally()
    await crowd(probe, PROBE_VISITORS, PROBE_SECONDS)
    capacity = probe.served.total() / PROBE_SECONDS
    tally = Tally(wrong=probe.wrong)
    with watched(tally, process.pid):
        await stream(tally, 2 * capacity, 60 * minutes)
    return tally, capacity


def told(tally: Tally, capacity: float, minutes: float, most: float) -> None:
    slow = statistics.quantiles(tally.seconds, n=100) if len(tally.seconds) > 1 else [0.0] * 99
    health = statistics.quantiles(tally.health, n=100)
    curve = [max(part) // MEBIBYTE for part in parts(tally.memory, 10)]
    for name, value in (
        ("capacity", f"{capacity:.2f} requests a second"),
        ("sent", f"{tally.asked.total()} in {minutes:g} minutes, twice as many"),
        ("served", ", ".join(f"{count} {kind}s" for kind, count in tally.served.most_common())),
        ("refused with 503", f"{tally.refused}"),
        ("gone with 410", f"{tally.gone}"),
        ("wrong or lost", f"{len(tally.wrong)}"),
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
    if statistics.quantiles(tally.health, n=100)[98] > SLOWEST_HEALTH:
        yield f"/healthz took over {SLOWEST_HEALTH} s at the 99th percentile"
    if peak > most:
        yield f"the process had {peak // MEBIBYTE} MiB, over models, traces and a gibibyte"
    if tally.served.total() + tally.refused + tally.gone + len(tally.wrong) < tally.asked.total():
        yield "some requests got no answer"
    if not tally.served.total():
        yield "nobody was served"


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
