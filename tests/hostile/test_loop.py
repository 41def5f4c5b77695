"""No request holds the event loop over 50 ms: the largest bodies of every route, under a watch."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from foveate.app.main import create_app, prepare
from foveate.models.errors import InputError
from foveate.models.inputs import text as texts
from tests.app.service import served, settings
from tests.hostile.asking import ASKED, GATED, TRACE, Asked, made, routes
from tests.hostile.watch import Watch, watched
from tests.photos import sample_bytes

pytestmark = [pytest.mark.slow, pytest.mark.alone]
MOST = 0.050  # seconds of processor time
LARGEST, UPLOAD = 256 * 1024, 32 * 1024 * 1024
JSON = {"content-type": "application/json"}
FORM = {"content-type": "multipart/form-data; boundary=x"}


@pytest.fixture(scope="module")
def service() -> Iterator[tuple[httpx.Client, Watch]]:
    """A server in a thread of its own, as after its start, and the watch on its loop."""
    app = create_app(settings())
    prepare(app)
    with watched() as watch, served(app) as address:
        client = httpx.Client(base_url=f"{address}/api/v1", timeout=120)
        for path in ("translations/traces", "sentences/traces", "alignment"):
            assert client.post(path, json={"text": "Hello."}).is_success
        assert client.post("images/traces", data={"sample": "cat"}).is_success
        yield client, watch


def filled(**fields: Any) -> bytes:
    """JSON as large as it may be."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode().ljust(LARGEST)


def words(count: int) -> str:
    return " ".join(["word"] * (count - 1)) + "."


def test_the_watch_sees_what_holds_a_loop() -> None:
    async def hold() -> None:
        await asyncio.sleep(0)
        until = time.thread_time() + 0.02
        while time.thread_time() < until:
            pass

    # In a thread of its own: the browser's driver keeps a loop running in the tests' one.
    with watched() as watch, ThreadPoolExecutor(1) as other:
        other.submit(asyncio.run, hold()).result()
    assert watch.longest >= 0.02


def test_first_visits(service: tuple[httpx.Client, Watch]) -> None:
    client, watch = service
    found = routes(create_app(settings()))
    paths = [path for method, path in found if method == "GET" and "{" not in path]
    assert {"/", "/video", "/learn", "/docs", "/openapi.json"} <= set(paths)
    for path in (*paths, "/learn/why-attention"):
        watch.reset()
        answer = client.get(client.base_url.join(path))
        assert answer.status_code in {200, 308}, (path, answer.status_code)
        assert watch.longest < MOST, (path, watch.name)


TEXTS = {
    "letters": "a" * 20_000,
    "marks": ("e" + "\u0301\u0323\u0315" * 10) * 645,
    "a run of marks": "a" + "\u0315\u0316" * 9_999,
    "sentences": "我。" * 10_000,
    "legal sentences": " ".join([words(62)] * 64),
    "lines": "a\n\n" * 6_666,
    "flags": "🇵" * 20_000,
    "spaces": "a" + " " * 19_998 + "b",
}
PINS = [{"source": [0] * 240, "step": 0}] * 512


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("path", ["tokens", "sentences/traces", "alignment"])
def test_texts(service: tuple[httpx.Client, Watch], path: str, name: str) -> None:
    check(service, path, filled(text=TEXTS[name]))


AT_ONCE = 300  # characters, which are read where they come, without a thread
SHORT = {name: text[:AT_ONCE] for name, text in TEXTS.items()} | {
    "unknown, each another": "".join(chr(0x1F300 + number) for number in range(AT_ONCE)),
    "accents, each another": "".join(chr(0x1E00 + number) for number in range(AT_ONCE)),
    "one that stands for eighteen": "\ufdfa" * AT_ONCE,
    "abbreviations": "art. 5.º n.º S. " * (AT_ONCE // 16),
}


@pytest.mark.parametrize("name", SHORT)
@pytest.mark.parametrize("path", ["tokens", "sentences/traces", "translations/traces"])
def test_texts_that_are_read_at_once(
    service: tuple[httpx.Client, Watch], path: str, name: str
) -> None:
    check(service, path, json.dumps({"text": SHORT[name]}).encode())


def test_a_pair_that_is_read_at_once(service: tuple[httpx.Client, Watch]) -> None:
    half = SHORT["unknown, each another"][: AT_ONCE // 2]
    check(service, "sentences/traces", json.dumps({"text": half, "pair": half}).encode())


BODIES = {
    "a text to be read at every length": ("lab/growth", filled(text=words(400))),
    "pins": ("translations/traces", filled(text="A cat.", model="additive-en-fr", pins=PINS)),
    "streamed pins": (
        "translations/stream",
        filled(text="A cat.", model="additive-en-fr", pins=PINS),
    ),
    "wrong pins": ("translations/traces", filled(text="a", pins=[{"source": ["x"]}] * 512)),
    "a forced translation": ("translations/traces", filled(text=words(500), target=words(400))),
    "a pair": ("sentences/traces", filled(text=words(240), pair=words(240))),
    "given words": ("alignment", filled(text=["cat"] * 500, target=["gato"] * 400)),
    "fields": ("tokens", filled(**{f"k{n}": 0 for n in range(24_000)})),
    "lists": ("tokens", b"[" + b"[]," * (LARGEST // 3 - 2) + b"[]]"),
    "an object": ("alignment", filled(text={f"k{n}": 0 for n in range(24_000)})),
    "depth": ("tokens", b"[" * LARGEST),
    "digits": ("tokens", b"1" * LARGEST),
    "no JSON": ("tokens", b"\xff" * LARGEST),
    "strings": ("alignment", filled(text=["cat"] * 40_000)),
}


@pytest.mark.parametrize("name", BODIES)
def test_bodies(service: tuple[httpx.Client, Watch], name: str) -> None:
    check(service, *BODIES[name])


OF_TRACES = {
    "gates": (
        "interventions",
        filled(gates={f"encoder.{n}.channel": "open" for n in range(8_000)}),
    ),
    "channels": ("interventions", filled(gates={"all": {str(n): 0.5 for n in range(20_000)}})),
    "cuts": ("interventions", filled(cuts=["skip.1"] * 20_000)),
    "gates of a clip": (
        "verdicts",
        filled(intervention={"gates": {f"encoder.{n}.channel": "open" for n in range(8_000)}}),
    ),
    "a mask": ("propagation", filled(frame=0, mask=[[1] * 300] * 280)),
    "rows of a mask": ("propagation", filled(frame=0, mask=[[]] * 80_000)),
    "a brushed mask": ("propagation", filled(frame=0, mask=["1" * 360] * 700)),
    "a mask that is kept": ("view", filled(thing={"frame": 0, "mask": ["1" * 360] * 700})),
    "layers that are kept": ("view", filled(layers=[1] * 80_000)),
}


OF_CLIPS = {"propagation", "verdicts", "view"}


@pytest.mark.parametrize("name", OF_TRACES)
def test_bodies_of_traces(service: tuple[httpx.Client, Watch], name: str) -> None:
    verb, body = OF_TRACES[name]
    made, given = ("videos", "cars") if verb in OF_CLIPS else ("images", "cat")
    trace = service[0].post(f"{made}/traces", data={"sample": given}).json()["id"]
    check(service, f"traces/{trace}/{verb}", body)


def part(name: str, more: str = "") -> bytes:
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode()


def form(*parts: bytes) -> bytes:
    return b"".join([*parts, b"\r\n--x--\r\n"])


FILE = part("file", '; filename="a.jpg"')
FORMS: dict[str, Callable[[], bytes]] = {
    "a photo and nothing more": lambda: form(FILE, sample_bytes("cat"), bytes(UPLOAD - 40_000)),
    "almost the end": lambda: form(FILE, b"\r\n--" * (UPLOAD // 4 - 100)),
    "line breaks": lambda: form(FILE, b"\r\n" * (UPLOAD // 2 - 100)),
    "headers": lambda: b"--x\r\n" + b"a: b\r\n" * (UPLOAD // 8),
    "one header": lambda: b"--x\r\nContent-Disposition: " + b"a" * (UPLOAD // 2),
    "parts": lambda: form(*[part("a") + b"\r\n"] * 100_000),
    "fields": lambda: form(*[part(f"k{n}") + b"a" * 60_000 + b"\r\n" for n in range(31)]),
    "no end": lambda: FILE + bytes(UPLOAD - 1000),
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(
    "path", ["images/traces", "heatmap", "videos/traces", "lab/vision", "lab/streets"]
)
def test_forms(service: tuple[httpx.Client, Watch], path: str, name: str) -> None:
    check(service, path, FORMS[name](), FORM)


@pytest.mark.parametrize("path", ["images/traces", "heatmap"])
def test_forms_in_an_address(service: tuple[httpx.Client, Watch], path: str) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    check(service, path, b"model=" + b"%41" * 20_000, kind)
    check(service, path, b"a=&" * 1_000_000, kind)
    check(service, path, b"a" * (UPLOAD - 10), kind)


def check(
    service: tuple[httpx.Client, Watch],
    path: str,
    body: bytes,
    headers: dict[str, str] = JSON,
) -> None:
    client, watch = service
    watch.reset()
    answer = client.post(path, content=body, headers=headers)
    assert answer.status_code < 500, answer.text[:300]
    assert watch.longest < MOST, (path, answer.status_code, watch.name)


def test_large_answers(service: tuple[httpx.Client, Watch]) -> None:
    client, watch = service
    forced = client.post("translations/traces", json={"text": words(500), "target": words(400)})
    text, aligned = forced.json()["id"], forced.json()["alignment"]
    site = f"site={aligned['site']}&head={aligned['head']}"
    for path in ("", f"/weights?{site}", f"/weights?{site}&format=csv", "/statistics"):
        watch.reset()
        answer = client.get(f"traces/{text}{path}")
        assert answer.status_code in (200, 413), answer.text[:300]
        assert watch.longest < MOST, (path, watch.name)


@pytest.fixture(scope="module")
def large(service: tuple[httpx.Client, Watch]) -> dict[str, str]:
    """A trace of every kind, of the largest photos and of many frames."""
    return made(service[0], side=644, frames=24)


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: f"{asked.kind}{asked.path}{asked.query}")
def test_what_is_asked_of_a_trace(
    service: tuple[httpx.Client, Watch], large: dict[str, str], asked: Asked
) -> None:
    client, watch = service
    watch.reset()
    answer = asked.send(client, large)
    assert answer.status_code in (200, 201, 413), answer.text[:300]
    assert watch.longest < MOST, watch.name


def test_many_channels_of_a_map(service: tuple[httpx.Client, Watch], large: dict[str, str]) -> None:
    """As many as a list may have, which were gigabytes: each is answered once."""
    client, watch = service
    watch.reset()
    query = {"site": GATED, "of": "y", "channels": ",".join(["0"] * 4096)}
    answer = client.get(f"traces/{large['enlarged']}/maps", params=query)
    assert answer.status_code == 422, answer.text[:300]
    assert "channel 0 is asked for twice" in answer.json()["detail"]
    assert watch.longest < MOST, watch.name


def test_every_route_of_a_trace_is_here() -> None:
    found = {route for route in routes(create_app(settings())) if route[1].startswith(TRACE)}
    assert found == {(asked.method, f"{TRACE}{asked.path}") for asked in ASKED}


def test_every_route_that_takes_a_body_is_here() -> None:
    taking = {
        path.removeprefix("/api/v1/")
        for method, path in routes(create_app(settings()))
        if method not in ("GET", "HEAD")
    }
    assert taking == {
        *("tokens", "translations/traces", "translations/stream", "sentences/traces"),
        *("alignment", "images/traces", "heatmap", "videos/traces", "lab/vision"),
        *("lab/streets", "lab/growth"),
        *(f"traces/{{trace_id}}/{verb}" for verb in ("interventions", *OF_CLIPS)),
    }


@pytest.mark.parametrize("name", TEXTS)
def test_no_call_into_c_keeps_all_threads_waiting(name: str) -> None:
    """What runs in another thread holds the loop too where it lets no other thread run. All that
    is done to a text takes a fifth of what one call may, so no call has to be told from others.
    """
    from foveate.app.runtime.sentences import sentences_of
    from foveate.models.catalog.catalog import Catalog

    card, start = Catalog()["bergamot-en-pt"], time.thread_time()
    try:
        clean = texts.clean(TEXTS[name][:20_000])
        sentences_of(clean, card)
    except InputError:
        pass
    assert time.thread_time() - start < MOST
