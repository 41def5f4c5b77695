"""One visitor's work holds up nobody else, and who is turned away is told the truth."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from foveate.app.main import create_app
from tests.app.service import served, settings
from tests.hostile.files import jpeg_of_scans
from tests.photos import encoded, sample_bytes, sample_image

pytestmark = [pytest.mark.slow, pytest.mark.alone]
SENTENCE = "They met {} times to talk about the new bridge over the river."
PARAGRAPH = " ".join(SENTENCE.format(n) for n in range(2, 62))
HEADER = "x-client"


@pytest.fixture(scope="module")
def service() -> Iterator[tuple[FastAPI, str]]:
    app = create_app(settings(client_header=HEADER, work_seconds=20, share_seconds=4))
    with served(app) as address:
        with visitor(address, "first") as client:
            for _ in range(3):  # loads what is used, and shows how fast it goes
                assert translated(client, "Hello.").status_code == 201
            assert uploaded(client, sample_bytes("cat")).status_code == 201
        yield app, address


@contextmanager
def visitor(address: str, name: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{address}/api/v1", timeout=120, headers={HEADER: name}) as client:
        yield client


def translated(client: httpx.Client, text: str, **more: Any) -> httpx.Response:
    return client.post("/translations/traces", json={"text": text} | more)


def uploaded(client: httpx.Client, data: bytes) -> httpx.Response:
    return client.post("/images/traces", files={"file": data}, data={"resolution": "224"})


def test_what_is_short_waits_for_nothing_long(service: tuple[FastAPI, str]) -> None:
    app, address = service
    admission = app.state.host.admission
    with ThreadPoolExecutor(4) as pool, visitor(address, "greedy") as greedy:
        long = [pool.submit(translated, greedy, PARAGRAPH, beam=4)]
        while not admission.running:
            time.sleep(0.01)
        with visitor(address, "modest") as modest:
            assert translated(modest, "It is late.").status_code == 201
            photo = uploaded(modest, encoded(sample_image("rocket"), "PNG"))
            assert photo.status_code == 201
            trace = f"/traces/{photo.json()['id']}"
            assert modest.get(f"{trace}/overlay.png").status_code == 200
            assert modest.get(f"{trace}/steps?site=encoder.12.self").status_code == 200
        assert not long[0].done(), "the paragraph must be longer for this test to say anything"
        greedy.close()  # its client leaves, and the work stops
        wait_for_idle(app)


def wait_for_idle(app: FastAPI, seconds: float = 30) -> float:
    start = time.monotonic()
    while app.state.host.admission.jobs or app.state.host.admission.running:
        assert time.monotonic() - start < seconds, "the work goes on"
        time.sleep(0.01)
    return time.monotonic() - start


def assert_nothing_is_held(app: FastAPI) -> None:
    """Soon: a client has its answer before its visit is over."""
    end = time.monotonic() + 5
    while app.state.holdings.bytes and time.monotonic() < end:
        time.sleep(0.01)
    assert app.state.holdings.bytes == 0


def test_the_work_of_a_client_that_leaves_stops(service: tuple[FastAPI, str]) -> None:
    app, address = service
    with (
        visitor(address, "gone") as client,
        pytest.raises(httpx.ReadTimeout),
    ):
        client.post(
            "/translations/traces", json={"text": PARAGRAPH, "beam": 8}, timeout=httpx.Timeout(1)
        )
    assert wait_for_idle(app) < 5
    assert_nothing_is_held(app)


def test_retry_after_is_within_a_factor_of_three_of_the_truth(
    service: tuple[FastAPI, str],
) -> None:
    _, address = service
    text = " ".join(SENTENCE.format(n) for n in range(12))
    with ThreadPoolExecutor(20) as pool, visitor(address, "many") as client:

        def ask(number: int) -> int:
            return translated(client, f"{number}. {text}", beam=2).status_code

        ask(0)  # how fast this goes
        asked = [pool.submit(ask, number) for number in range(1, 21)]
        while 503 not in {each.result() for each in asked if each.done()}:
            assert not all(each.done() for each in asked), "this was too little work"
            time.sleep(0.01)
        status, refused = streamed(client)
        assert status == 503
        said, start = int(refused["retry-after"]), time.monotonic()
        while streamed(client)[0] == 503:
            time.sleep(0.1)
        waited = time.monotonic() - start
        assert {each.result() for each in asked} == {201, 503}
    assert said / 3 - 1 <= waited <= 3 * said + 1, (said, waited)  # it is said in whole seconds


def streamed(client: httpx.Client) -> tuple[int, httpx.Headers]:
    """What a paragraph's stream begins with; then its client leaves."""
    with client.stream("POST", "/translations/stream", json={"text": PARAGRAPH}) as answer:
        return answer.status_code, answer.headers


def test_two_hostile_files_of_one_client_leave_a_decoder_to_the_others(
    service: tuple[FastAPI, str],
) -> None:
    app, address = service
    slow, decoding = jpeg_of_scans(), app.state.images._decoding

    def give_up(number: int) -> None:
        with contextlib.suppress(httpx.TimeoutException), visitor(address, "hostile") as hostile:
            hostile.timeout = httpx.Timeout(2)
            uploaded(hostile, slow + bytes(number))

    posts = [threading.Thread(target=give_up, args=(number,)) for number in (1, 2)]
    for post in posts:
        post.start()
    while decoding.jobs < 2:
        time.sleep(0.01)
    assert decoding.running == 1
    with visitor(address, "modest") as modest:
        assert uploaded(modest, encoded(sample_image("coffee"), "PNG")).status_code == 201
    assert decoding.running == 1, "the hostile file has been given up before"
    for post in posts:
        post.join()


def test_bodies_on_their_way_have_a_budget(service: tuple[FastAPI, str]) -> None:
    app, address = service
    app.state.holdings._budget = 300_000
    try:
        with visitor(address, "one") as one, visitor(address, "other") as other:

            def slowly() -> Iterator[bytes]:
                yield bytes(140_000)
                while app.state.holdings.bytes < 140_000:
                    time.sleep(0.01)
                answer = one.post("/tokens", content=b" " * 100_000)
                assert answer.status_code == 503
                assert "Too much is held for requests" in answer.json()["detail"]
                assert answer.headers["retry-after"] == "5"
                assert other.post("/tokens", content=b" " * 100_000).status_code == 422

            one.post("/tokens", content=slowly())
    finally:
        app.state.holdings._budget = settings().held_bytes
    assert_nothing_is_held(app)


def test_what_is_read_in_chunks_holds_no_more_than_a_chunk() -> None:
    """Statistics of a photo at 448 pixels are of 24 million weights: twice a client's share."""
    paths = ("statistics", "statistics", "rollout", "weights?head=0&format=npy")
    with served(create_app(settings())) as address, ThreadPoolExecutor(4) as pool:
        client = httpx.Client(base_url=f"{address}/api/v1", timeout=120)
        trace = client.post("/images/traces", data={"sample": "cat"}).json()["id"]
        found = pool.map(lambda path: client.get(f"/traces/{trace}/{path}"), paths)
        assert [answer.status_code for answer in found] == [200] * len(paths)
