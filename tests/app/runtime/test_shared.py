"""Traces in a real Redis server: any process answers for them; none that was told of is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from fastapi.testclient import TestClient

from foveate.app.main import create_app
from foveate.app.problems import Problem
from foveate.app.runtime import server as asked
from foveate.app.runtime import shared
from foveate.app.runtime.packing import pack
from foveate.app.runtime.shared import SharedStore
from foveate.models.errors import OversizedInput
from tests.app.service import settings, upload
from tests.app.stored import CARD, made
from tests.stores import Server

PLENTY = 10_000_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("redis"))
    yield found
    found.kill()


@pytest.fixture
def client(server: Server) -> Iterator[redis.Redis]:
    """For the tests' own look at a server that is empty at first."""
    found = redis.Redis(port=server.port)
    found.flushall()
    yield found
    found.close()


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("lasting"), lasting=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asked, "PAUSE_SECONDS", 0.05)
        patch.setattr(asked, "ANSWER_SECONDS", 2.0)
        yield found
    found.kill()


def open_store(server: Server, budget: int = PLENTY, near: int = PLENTY) -> SharedStore:
    return SharedStore(server.url, budget, near)


def status(store: SharedStore, trace_id: str) -> int:
    try:
        store.get(trace_id)
    except Problem as problem:
        return problem.status_code
    return 200


def test_what_one_process_keeps_another_finds_under_the_same_name(client: Any, server: Any) -> None:
    first, second = open_store(server), open_store(server)
    stored = made(first, "a")
    assert second.name(CARD, "a") == stored.id
    assert second.find(stored.id) is None
    first.put(stored)
    assert second.get(stored.id).description == b"a" * 10
    assert second.find(stored.id) is second.get(stored.id)  # near now
    assert (len(first), len(second), second.bytes) == (1, 1, first.bytes)


def test_the_server_expires_a_trace_and_its_name_is_still_known(client: Any, server: Any) -> None:
    first, second = open_store(server), open_store(server)
    stored = made(first, "a", seconds=0.3)
    first.put(stored)
    assert 0 < client.pttl(shared._key(stored.id)) <= 300
    time.sleep(0.35)
    assert client.exists(shared._key(stored.id)) == 0
    for store in (first, second, open_store(server)):
        assert status(store, stored.id) == 410
        assert store.find(stored.id) is None
    first.put(made(first, "b"))
    assert client.hlen(shared.SIZES) == client.zcard(shared.EXPIRIES) == 1


def test_a_name_that_nobody_was_given_is_unknown(client: Any, server: Any) -> None:
    store = open_store(server)
    ours = store.name(CARD, "a")
    forged = ours[:-1] + ("0" if ours[-1] != "0" else "1")
    for name in ("0" * 32, forged, ours.upper(), "*", "../secret", "secret", "a" * 10_000, "\0"):
        assert status(store, name) == 404, name


def test_the_first_to_expire_gives_way_within_the_budget(client: Any, server: Any) -> None:
    store = open_store(server)
    size = len(pack(made(store, "a")))
    store = open_store(server, budget=3 * size + 100, near=1)
    for number, seconds in enumerate((30, 10, 20, 5)):
        store.put(made(store, str(number), seconds))
    names = [store.name(CARD, str(number)) for number in range(4)]
    assert [status(store, name) for name in names] == [200, 410, 200, 200]
    store.put(made(store, "0", 40))  # again: it counts once
    kept = sum(client.strlen(shared._key(name)) for name in names)
    assert int(client.get(shared.BYTES)) == kept <= 3 * size + 100
    with pytest.raises(OversizedInput, match=r"has \d+ bytes, and the store takes \d+: send a sm"):
        store.put(made(store, "large", size=size))


def test_what_is_near_is_given_again_to_a_server_that_has_lost_it(client: Any, server: Any) -> None:
    first, second = open_store(server), open_store(server)
    stored = made(first, "a")
    first.put(stored)
    assert second.name(CARD, "a") == stored.id
    client.flushall()
    assert (status(second, stored.id), status(open_store(server), "0" * 32)) == (410, 404)
    client.flushall()
    assert first.find(stored.id) is stored
    assert status(open_store(server), stored.id) == 200
    assert open_store(server).name(CARD, "a") == stored.id  # the secret too


@pytest.mark.parametrize("content", [b"no trace", b"x" * PLENTY])
def test_what_the_server_has_instead_of_a_trace_is_not_believed(
    client: Any, server: Any, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    store = open_store(server)
    name = store.name(CARD, "a")
    client.set(shared._key(name), content)
    assert status(store, name) == 410
    client.set(shared._key(name), pack(made(store, "b")))
    assert status(store, name) == 410
    assert "cannot be read: another trace" in caplog.text
    assert "Traceback" not in caplog.text
    store.put(made(store, "a"))
    assert status(open_store(server), name) == 200


def test_a_server_without_room_is_a_sentence(client: Any, server: Any) -> None:
    store = open_store(server)
    client.config_set("maxmemory", 1)
    try:
        with pytest.raises(Problem, match="takes nothing now") as caught:
            store.put(made(store, "a"))
    finally:
        client.config_set("maxmemory", 0)
    assert caught.value.status_code == 503
    assert len(store) == 0


def test_a_killed_server_loses_nothing_that_was_acknowledged(lasting: Server) -> None:
    store, told, refused = open_store(lasting, near=1), list[str](), list[int]()
    killed = threading.Event()

    def keep() -> None:
        number = 0
        while not killed.is_set() or len(refused) < 3:
            stored = made(store, str(number), size=2000)
            try:
                store.put(stored)
            except Problem as problem:
                refused.append(problem.status_code)
                time.sleep(0.01)
            else:
                told.append(stored.id)
            number += 1

    keeping = threading.Thread(target=keep)
    keeping.start()
    while len(told) < 50:
        time.sleep(0.01)
    lasting.kill()
    killed.set()
    keeping.join()
    assert set(refused) == {503}
    assert store.answers() is False
    lasting.start()
    time.sleep(0.1)
    assert store.answers() is True  # the same connections' pool
    assert {status(open_store(lasting), name) for name in told} == {200}


@pytest.fixture(scope="module")
def services(lasting: Server) -> Iterator[tuple[TestClient, TestClient]]:
    """Two that share a store, each with models of its own."""
    apps = [create_app(settings(store=lasting.url)) for _ in range(2)]
    with TestClient(apps[0]) as one, TestClient(apps[1]) as other:
        yield one, other


def translate(client: TestClient, text: str = "The cat sat.") -> Any:
    asked = {"text": text, "model": "additive-en-fr"}
    return client.post("/api/v1/translations/traces", json=asked)


def check_away(client: TestClient, kept: str) -> None:
    """What is near is still answered for, and all else is a sentence."""
    assert client.get(kept).status_code == 200
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (503, "unstored")
    assert "store of traces does not answer" in ready.json()["detail"]
    refused = translate(client)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert "does not answer: try again" in refused.json()["detail"]
    assert client.get(f"/api/v1/traces/{'0' * 32}").status_code == 503
    assert client.get("/").status_code == client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("leave", "come"), [(Server.kill, Server.start), (Server.pause, Server.resume)]
)
def test_a_service_says_that_its_store_is_away_and_goes_on_when_it_is_back(
    lasting: Server,
    services: tuple[TestClient, TestClient],
    leave: Callable[[Server], None],
    come: Callable[[Server], None],
) -> None:
    one, other = services
    text = f"The cat could {leave.__name__}."
    answer = translate(one, text)
    site, path = answer.json()["alignment"]["site"], f"/api/v1/traces/{answer.json()['id']}"
    assert other.get(path).content == answer.content
    for look in (f"weights?site={site}&head=0&query=0", f"steps?site={site}&query=0"):
        assert other.get(f"{path}/{look}").json() == one.get(f"{path}/{look}").json()
    leave(lasting)
    for client in services:
        check_away(client, path)
    come(lasting)
    time.sleep(0.1)
    for client in services:
        assert client.get("/readyz").json() == {"status": "ready"}
    assert translate(other, text).json()["id"] == answer.json()["id"]


LOOKS = "saliency?format=npy", "photo", "overlay.png", "statistics", "qk?site=encoder.12.self"


@pytest.mark.slow
def test_a_photo_and_what_waits_to_be_worked_out_are_there_for_another(
    services: tuple[TestClient, TestClient],
) -> None:
    one, other = services
    path = f"/api/v1/traces/{upload(one).json()['id']}"
    for look in LOOKS:
        first, second = one.get(f"{path}/{look}"), other.get(f"{path}/{look}")
        assert second.status_code == 200, look
        assert first.content == second.content, look
    assert upload(other).json()["id"] == path.rsplit("/", 1)[-1]
    app: Any = other.app
    assert not app.state.host.is_loaded("dinov2-small")
