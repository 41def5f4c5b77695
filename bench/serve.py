"""What a service gets done for many at once, against the models called in this process.

    python -m bench.serve [--clients 1,8,64] [--seconds 5] [--targets embedded,alone]

A target is an address and a way to start what answers there; a kind of work is a request and the
same work in this process. Clients are tasks of a process of their own, each at an address of its
own, and none sends what it has sent before. Figures are ratios to the rate in this process, where
every core does one after another, measured beside each; p50 and p99 are of a request's time. The
clients take of the same cores, as they would not elsewhere: where all of those are busy, a second
ratio is to what this process gets done on the rest.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from typing import Any

import httpx
import torch

from bench.service import Target
from bench.translation import SHORT
from bench.visitors import SAMPLE, TLS
from foveate.models.analysis.heatmap import query_heatmaps
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.inputs.photo import read_photo
from foveate.models.inputs.text import clean

CLIENTS, SECONDS = (1, 8, 64), 5.0
CORES = os.cpu_count() or 1
KINDS = ("heatmaps", "translations")
SIDE = 448


TARGETS = {
    "embedded": Target(8771),
    "alone": Target(8772, environment={"FOVEATE_TOGETHER": "1"}),  # every sentence a pass
}


def sentence(number: int) -> str:
    """Of about eight words, never the same."""
    return f"{SHORT[number % len(SHORT)][:-1]} at {number // 60 % 24}:{number % 60:02}."


def photo(number: int) -> bytes:
    """Never the same bytes, or the store would answer: the number stands behind the picture."""
    return SAMPLE.read_bytes() + number.to_bytes(8, "big")


async def ask_heatmap(client: httpx.AsyncClient, number: int) -> httpx.Response:
    form = {"resolution": str(SIDE)}
    headers = {"accept": "application/json"}
    file = {"file": photo(number)}
    return await client.post("/api/v1/heatmap", data=form, files=file, headers=headers)


async def ask_translation(client: httpx.AsyncClient, number: int) -> httpx.Response:
    return await client.post("/api/v1/translations/traces", json={"text": sentence(number)})


async def ask_reading(client: httpx.AsyncClient, number: int) -> httpx.Response:
    return await client.post("/api/v1/sentences/traces", json={"text": sentence(number)})


ASK = {"heatmaps": ask_heatmap, "translations": ask_translation, "sentences": ask_reading}


def here() -> dict[str, Callable[[int], object]]:
    """The same work in this process, one at a time: a file to its heatmap, a text to its trace."""
    cards = Catalog()
    sees, says, reads = (
        load(cards.card(None, task)) for task in ("image", "translation", "sentence")
    )

    def heatmap(number: int) -> object:
        trace = sees.trace(read_photo(photo(number)), SIDE)
        return query_heatmaps(trace.sites[-1], 0)

    def translation(number: int) -> object:
        return says.translate([says.read(clean(sentence(number)))])

    def reading(number: int) -> object:
        return reads.trace(reads.read(clean(sentence(number))))

    return {"heatmaps": heatmap, "translations": translation, "sentences": reading}


def rate_here(work: Callable[[int], object], seconds: float) -> float:
    """A second, by as many threads as there are cores, each with one: as the service does it."""
    numbers, ends = count(), list[float]()
    end = time.perf_counter() + seconds

    def worker() -> None:
        torch.set_num_threads(1)
        while time.perf_counter() < end:
            work(next(numbers))
            ends.append(time.perf_counter())

    with ThreadPoolExecutor(CORES) as pool:
        for future in [pool.submit(worker) for _ in range(CORES)]:
            future.result()
    return rate_of(ends)


def rate_of(ends: Sequence[float]) -> float:
    """A second, from the first that was done to the last: nothing is counted of how it began."""
    return (len(ends) - 1) / (max(ends) - min(ends))


async def load_of(address: str, kind: str, clients: int, seconds: float) -> dict[str, Any]:
    """What so many clients get in so long, each asking again as soon as it is answered."""
    numbers, took, ends, refused = count(time.time_ns() % 10**9), list[float](), list[float](), 0
    start, spent = time.perf_counter(), time.process_time()

    async def client(number: int) -> None:
        nonlocal refused
        here = f"127.0.{number // 250 + 1}.{number % 250 + 1}"
        transport = httpx.AsyncHTTPTransport(verify=TLS, local_address=here)
        async with httpx.AsyncClient(base_url=address, transport=transport, timeout=120) as asking:
            while time.perf_counter() < start + seconds:
                begun = time.perf_counter()
                answer = await ASK[kind](asking, next(numbers))
                if answer.status_code == 503:
                    refused += 1
                    await asyncio.sleep(float(answer.headers["retry-after"]))
                    continue
                assert answer.is_success, answer.text[:200]
                ends.append(time.perf_counter())
                took.append(ends[-1] - begun)

    await asyncio.gather(*map(client, range(clients)))
    spent = (time.process_time() - spent) / (time.perf_counter() - start)
    return {"took": took, "ends": ends, "refused": refused, "spent": spent}


def loaded(address: str, kind: str, clients: int, seconds: float) -> dict[str, Any]:
    """The same in a process of its own, which has nothing of this one's models and threads."""
    asked = [address, kind, str(clients), str(seconds)]
    command = [sys.executable, "-m", "bench.serve", "--load", *asked]
    found = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return json.loads(found.stdout)  # type: ignore[no-any-return]


def line(name: str, found: dict[str, Any], base: float, cores: int = 0) -> str:
    """`cores`: how many there are, where all of them are busy."""
    took = sorted(found["took"])
    slow = took[min(len(took) - 1, int(0.99 * len(took)))]
    refused = f", {found['refused']} refused" if found["refused"] else ""
    ratio, usual = rate_of(found["ends"]) / base, statistics.median(took)
    spent: float = found["spent"]
    rest = f": {ratio / (1 - spent / cores):.2f} of the rest" if cores > spent else ""
    return (
        f"  {name}: {ratio:.2f}, p50 {usual * 1000:.0f} ms, p99 {slow * 1000:.0f} ms, "
        f"clients {spent:.2f} of a core{rest}{refused}"
    )


def compare(
    targets: Mapping[str, Target],
    kinds: Sequence[str],
    clients: Sequence[int],
    seconds: float,
) -> None:
    """All targets are there from the start and asked by turns, so that noise hits all alike."""
    work = here()
    with ExitStack() as stack:
        for target in targets.values():
            stack.enter_context(target.started())
        addresses = {name: target.address for name, target in targets.items()}
        for kind in kinds:
            work[kind](0)
            for address in addresses.values():
                loaded(address, kind, 2, 1.0)  # what is loaded when it is first asked for
            for number in clients:
                busy = CORES if number >= CORES else 0
                base = rate_here(work[kind], seconds)
                print(f"{kind}, {number} at a time, over {base:.2f} a second in this process:")
                for name, address in addresses.items():
                    found = loaded(address, kind, number, seconds)
                    print(line(name, found, base, busy), flush=True)


def options(description: str | None, targets: Mapping[str, Target]) -> argparse.ArgumentParser:
    """Of a bench that compares these targets, all of them unless some are named."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawTextHelpFormatter
    )

    def chosen(given: str) -> dict[str, Target]:
        return {name: targets[name] for name in names(given, targets)}

    def kinds(given: str) -> list[str]:
        return names(given, ASK)

    parser.add_argument("--clients", type=numbers, default=CLIENTS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each measurement")
    parser.add_argument("--targets", type=chosen, default=targets, help=", ".join(targets))
    parser.add_argument("--kinds", type=kinds, default=KINDS, help=", ".join(ASK))
    return parser


def names(given: str, known: Iterable[str]) -> list[str]:
    """Raises ArgumentTypeError."""
    found = given.split(",")
    for name in found:
        if name not in known:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(known)}")
    return found


def numbers(given: str) -> list[int]:
    return [int(number) for number in given.split(",")]


def main() -> None:
    parser = options(__doc__, TARGETS)
    parser.add_argument("--load", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.load:
        address, kind, clients, seconds = given.load
        print(json.dumps(asyncio.run(load_of(address, kind, int(clients), float(seconds)))))
        return
    compare(given.targets, given.kinds, given.clients, given.seconds)


if __name__ == "__main__":
    main()
