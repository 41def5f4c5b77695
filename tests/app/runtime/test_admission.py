"""Work is admitted by what it costs, in turns, with a share for each client."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from foveate.app.problems import Problem
from foveate.app.runtime.admission import Admission, Lane, lanes
from foveate.app.runtime.job import STOPPING, Gone, Job
from foveate.app.runtime.priority import NICE
from foveate.app.runtime.visits import Visit, client, client_of, visit
from foveate.models import interruption

pytestmark = pytest.mark.anyio
ONE = (Lane(0.0, 1),)


def admission(
    kept: tuple[Lane, ...] = ONE,
    limit: float = 10,
    share: float = 5,
    deadline: float = 60,
    apiece: int | None = None,
) -> Admission:
    return Admission(kept, limit, share, deadline, apiece)


@contextmanager
def of(name: str) -> Iterator[None]:
    token = client.set(name)
    try:
        yield
    finally:
        client.reset(token)


def waiting(host: Admission, name: str, nominal: float) -> Job:
    with of(name):
        return host.admit("work", nominal)


def refusal(host: Admission, name: str, nominal: float) -> Problem:
    with pytest.raises(Problem) as refused:
        waiting(host, name, nominal)
    assert refused.value.status_code == 503
    return refused.value


async def test_work_is_counted_and_not_requests() -> None:
    host = admission()
    many = [waiting(host, f"client {number}", 0.01) for number in range(200)]
    assert (host.jobs, host.seconds) == (200, pytest.approx(2))
    for job in many:
        job.close()
    waiting(host, "a", 5)
    waiting(host, "b", 5)
    refused = refusal(host, "c", 1)
    assert "10.0 seconds of work are waiting already: try again in 1 second." in refused.detail


async def test_requests_are_counted_too_for_they_hold_connections() -> None:
    host = Admission(ONE, 10, 5, 60, most=3)
    for number in range(3):
        waiting(host, f"client {number}", 0.001)
    assert "3 requests are waiting already: try again in 1 second." in refusal(host, "a", 1).detail


async def test_a_client_has_a_share_and_leaves_room_to_others() -> None:
    host = admission()
    waiting(host, "a", 4)
    refused = refusal(host, "a", 2)
    assert "4.0 seconds of work of yours are waiting already" in refused.detail
    waiting(host, "b", 2)


async def test_who_has_nothing_here_may_bring_more_than_a_share_which_counts_for_one() -> None:
    host = admission()
    waiting(host, "a", 100)
    waiting(host, "b", 5)
    assert refusal(host, "c", 1).headers == {"Retry-After": "2"}  # b and a are served one each


@pytest.mark.parametrize(
    ("works", "cost", "seconds"),
    [({"a": 5, "b": 5}, 2, 2), ({"a": 5, "b": 3, "c": 2}, 9, 5), ({"a": 5}, 3, 3)],
)
async def test_it_says_when_there_will_be_room(
    works: dict[str, float], cost: float, seconds: int
) -> None:
    """All are served alike; a client of its own share alone: when that is less."""
    host = admission()
    for name, nominal in works.items():
        waiting(host, name, nominal)
    late = "a" if len(works) == 1 else "z"
    assert refusal(host, late, cost).headers == {"Retry-After": str(seconds)}


async def test_turns_of_clients_alternate_however_much_one_has_queued() -> None:
    host, order = admission(), list[str]()

    async def work(name: str, turns: int) -> None:
        def worked() -> None:
            order.append(name)
            time.sleep(0.01)

        with waiting(host, name, 0.01 * turns) as job:
            for _ in range(turns):
                await job.turn(worked, 0.01)

    begun, go = threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        go.wait(10)

    first = asyncio.create_task(host.run("hold", 0.01, hold))
    await asyncio.to_thread(begun.wait, 10)
    greedy = [asyncio.create_task(work("a", 4)) for _ in range(5)]
    await asyncio.sleep(0)
    modest = asyncio.create_task(work("b", 3))
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(first, *greedy, modest)
    assert len(order) == 23
    assert order[:6].count("b") >= 2
    assert max(i for i, name in enumerate(order) if name == "b") < 10


async def test_short_work_has_a_lane_of_its_own() -> None:
    host, go = admission(lanes(2), limit=1000, share=1000), threading.Event()
    long = [asyncio.create_task(host.run("long", 5, lambda: go.wait(10))) for _ in range(4)]
    await asyncio.sleep(0.05)
    assert host.running == 1
    assert await asyncio.wait_for(host.run("short", 0.2, lambda: "done"), 5) == "done"
    assert host.running == 1
    go.set()
    await asyncio.gather(*long)


async def test_what_is_asked_of_a_trace_waits_for_no_sentence() -> None:
    host, go = admission(lanes(2), limit=1000, share=1000), threading.Event()
    texts = [asyncio.create_task(host.run("text", 0.02, lambda: go.wait(10))) for _ in range(9)]
    await asyncio.sleep(0.05)
    assert host.running == 3
    assert await asyncio.wait_for(host.run("weights", 0.005, lambda: "done"), 5) == "done"
    assert host.running == 3
    go.set()
    await asyncio.gather(*texts)


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority of their own")
async def test_work_lets_the_loop_go_first() -> None:
    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    worker = await admission().run("work", 0.1, priority)
    assert worker == min(19, priority() + NICE)


async def test_a_client_may_have_so_many_turns_at_a_time() -> None:
    host, go = admission((Lane(0.0, 2),), apiece=1), threading.Event()
    with of("a"):
        held = [asyncio.create_task(host.run("held", 0.1, lambda: go.wait(10))) for _ in range(2)]
    await asyncio.sleep(0.05)
    assert host.running == 1
    with of("b"):
        assert await asyncio.wait_for(host.run("free", 0.1, lambda: "done"), 5) == "done"
    go.set()
    await asyncio.gather(*held)


async def test_work_ends_at_its_deadline_with_a_sentence() -> None:
    host, steps = admission(deadline=0.2), list[float]()

    def endless() -> None:
        while True:
            interruption.step()
            steps.append(time.monotonic())
            time.sleep(0.01)

    with pytest.raises(Problem, match=r"longer than the 0\.2 seconds that a request is given"):
        await host.run("endless", 1, endless)
    await ended(host)
    assert len(steps) < 100


async def test_all_jobs_of_a_request_have_one_deadline() -> None:
    """However many there are: a model of a lab each, a sample each."""
    host, token = admission(deadline=0.3), visit.set(Visit("a"))

    async def several() -> None:
        for _ in range(10):
            await host.run("model", 0.01, lambda: time.sleep(0.1))

    try:
        with pytest.raises(Problem, match=r"longer than the 0\.3 seconds that a request is given"):
            await several()
    finally:
        visit.reset(token)
    await host.run("another's", 0.01, lambda: None)


async def ended(host: Admission) -> None:
    for _ in range(500):
        if not host.running:
            return
        await asyncio.sleep(0.01)
    raise TimeoutError("the work goes on")


async def test_work_ends_when_its_client_leaves_whether_it_waits_or_runs() -> None:
    host, seen = admission(), list[str]()

    def endless() -> None:
        seen.append("begun")
        while True:
            interruption.step()
            time.sleep(0.01)

    running = asyncio.create_task(host.run("endless", 1, endless))
    queued = asyncio.create_task(host.run("endless", 1, endless))
    await asyncio.sleep(0.1)
    for task in (queued, running):
        task.cancel()
    await asyncio.gather(running, queued, return_exceptions=True)
    await ended(host)
    assert (seen, host.jobs, host.seconds) == (["begun"], 0, 0)
    assert await host.run("next", 1, lambda: 3) == 3


async def test_a_job_whose_client_has_left_begins_no_turn() -> None:
    host = admission()
    with host.admit("work", 1) as job:
        job.leave()
        with pytest.raises(Gone):
            await job.turn(lambda: None)


async def test_when_the_service_stops_what_waits_gets_a_sentence_and_nothing_new_comes() -> None:
    host, go = admission(), threading.Event()
    running = asyncio.create_task(host.run("work", 1, lambda: go.wait(10)))
    queued = asyncio.create_task(host.run("work", 1, lambda: None))
    await asyncio.sleep(0.05)
    host.stop(0.1)
    assert refusal(host, "a", 1).detail == STOPPING
    with pytest.raises(Problem, match="The service is stopping"):
        await asyncio.wait_for(queued, 5)
    go.set()
    assert await running in (True, None) or running.done()


async def test_the_pace_is_learned_from_what_ran() -> None:
    host = admission()
    for _ in range(20):
        await host.run("slow", 0.001, lambda: time.sleep(0.01))
    with host.admit("slow", 0.1):
        assert 0.5 < host.seconds < 3  # ten times what it says, and some for the thread's start


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.0.2.7", "192.0.2.7"),
        (" ::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("unix:" + "x" * 100, "unix:" + "x" * 55),
    ],
)
def test_a_network_of_the_newer_kind_is_one_client(address: str, name: str) -> None:
    assert client_of(address) == name
