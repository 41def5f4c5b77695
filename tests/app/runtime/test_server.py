"""A server of the shared store that hangs or is slow: who asks is told so within seconds."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from foveate.app.problems import Problem
from foveate.app.runtime import server as asked
from foveate.app.runtime.job import Gone
from foveate.app.runtime.server import Breaker
from foveate.app.runtime.shared import SharedStore
from foveate.models import interruption
from tests.app.stored import made
from tests.stores import Server

PLENTY, ANSWER_SECONDS = 500_000_000, 1.0
LARGE = 40_000_000  # bytes, more than the system keeps for a connection
pytestmark = pytest.mark.slow


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(asked, "ANSWER_SECONDS", ANSWER_SECONDS)
    monkeypatch.setattr(asked, "PAUSE_SECONDS", 0.2)
    found = Server(tmp_path)
    yield found
    found.kill()


def waited(store: SharedStore, seconds: float) -> list[float]:
    """How long each question takes that is refused, asked again and again for so long."""
    end, took = time.monotonic() + seconds, list[float]()
    while time.monotonic() < end:
        begun = time.monotonic()
        with pytest.raises(Problem, match="does not answer") as caught:
            store.find("0" * 32)
        assert caught.value.status_code == 503
        took.append(time.monotonic() - begun)
        time.sleep(0.01)
    return took


def test_a_server_that_hangs_holds_up_one_at_a_time(server: Server) -> None:
    store = SharedStore(server.url, PLENTY, near=1)
    stored = made(store, "a")
    store.put(stored)
    server.pause()
    with ThreadPoolExecutor(8) as pool:
        took = list(pool.map(lambda _: waited(store, 4 * ANSWER_SECONDS), range(8)))
    assert max(map(max, took)) < 1.5 * ANSWER_SECONDS  # nobody waits a second time
    held = sum(each > 0.5 * ANSWER_SECONDS for those in took for each in those)
    assert 8 < held <= 8 + 4  # all of them once, and then one each time
    assert sum(map(len, took)) > 200
    server.resume()
    time.sleep(1.5 * ANSWER_SECONDS)
    assert store.get(stored.id).id == stored.id
    assert store.answers() is True


class Relay:
    """Between a store and its server: so many bytes a second of each connection, and no more than
    `most` of one.
    """

    def __init__(self, server: Server, rate: int, most: int) -> None:
        self._server, self._rate, self._most = server, rate, most
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.url = f"redis://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                given, _ = self._listening.accept()
            except OSError:
                return
            there = socket.create_connection(("127.0.0.1", self._server.port))
            for ends in ((given, there, self._most), (there, given, PLENTY)):
                threading.Thread(target=self._carry, args=ends, daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket, left: int) -> None:
        try:
            while left > 0 and (content := one.recv(min(left, 65536))):
                other.sendall(content)
                left -= len(content)
                time.sleep(len(content) / self._rate)
        except OSError:
            pass
        if left > 0:
            other.close()


def test_a_large_trace_may_take_longer_than_an_answer(server: Server) -> None:
    relay = Relay(server, rate=16_000_000, most=PLENTY)
    store = SharedStore(relay.url, PLENTY, near=1)
    begun = time.monotonic()
    store.put(large := made(store, "a", size=LARGE))
    assert time.monotonic() - begun > 2 * ANSWER_SECONDS
    assert SharedStore(relay.url, PLENTY, near=1).get(large.id).description == large.description
    relay.close()


def test_a_large_trace_that_fails_silences_nobody(server: Server) -> None:
    relay = Relay(server, rate=PLENTY, most=20_000_000)
    store = SharedStore(relay.url, PLENTY, near=1)
    store.put(small := made(store, "a"))
    begun = time.monotonic()
    with pytest.raises(Problem, match=r"did not take this trace of 400\d+ bytes in time") as caught:
        store.put(made(store, "b", size=LARGE))
    assert (caught.value.status_code, caught.value.headers) == (503, {"Retry-After": "10"})
    assert time.monotonic() - begun < 2 * ANSWER_SECONDS  # nor is it tried again
    assert store.get(small.id).id == small.id
    relay.close()


def test_a_large_trace_that_nobody_waits_for_is_left(server: Server) -> None:
    store = SharedStore(server.url, PLENTY, near=1)
    stored, pieces = made(store, "a", size=LARGE), list[int]()

    def leave() -> None:
        pieces.append(1)
        if len(pieces) == 3:
            raise Gone

    def keep() -> None:
        interruption.heed(leave)
        with pytest.raises(Gone):
            store.put(stored)

    thread = threading.Thread(target=keep)
    thread.start()
    thread.join()
    assert len(pieces) == 3
    assert store.find(stored.id) is None
    store.put(stored)  # by a connection that is whole
    assert store.get(stored.id).id == stored.id


def test_what_ends_a_try_lets_another_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "PAUSE_SECONDS", 0.0)
    breaker, tries = Breaker(), list[int]()

    def tried() -> None:
        tries.append(1)
        assert breaker.passes(lambda: None) is False  # meanwhile nobody else
        if len(tries) == 1:
            raise Gone

    breaker.trip()
    with pytest.raises(Gone):
        breaker.passes(tried)
    assert breaker.passes(tried) is True
    assert breaker.passes(tried) is True
    assert len(tries) == 2
