"""Limits, headers, health, metrics, expiry and many visitors at once."""

from __future__ import annotations

import asyncio
import html
import json
import re
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.photos import encoded, sample_bytes, sample_image, sample_names


def settings(**change: Any) -> Settings:
    usual = {"precision": "float32", "warm": False, "_env_file": None}
    return Settings(**usual | change)


def upload(client: TestClient, name: str = "cat", resolution: str = "224") -> Any:
    files = {"file": (name, sample_bytes(name))}
    return client.post("/api/v1/images/traces", files=files, data={"resolution": resolution})


@pytest.mark.parametrize(
    "path", ["/", "/sentence", "/models", "/docs", "/api/v1/models", "/nowhere", "/healthz"]
)
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'self';")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/sentence", "/models", "/docs"])
def test_pages_have_nothing_inline_and_nothing_from_another_host(
    client: TestClient, path: str
) -> None:
    page = client.get(path).text
    assert " style=" not in page
    assert "<style" not in page
    assert " onclick=" not in page
    for kind in ('src="http', 'rel="stylesheet" href="http', "@import"):
        assert kind not in page


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The application on a port of this machine; yields its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def test_every_example_of_the_api_page_works_as_pasted(tmp_path: Any) -> None:
    with served(create_app(settings(precision="auto"))) as address:
        page = httpx.get(f"{address}/docs").text
        calls = [html.unescape(c) for c in re.findall(r"<pre[^>]*><code>(.*?)</code>", page, re.S)]
        assert len(calls) >= 15
        script = "set -euo pipefail\n" + "\n".join(calls).replace("curl -s", "curl -sS --fail")
        run = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, timeout=120)
        assert run.returncode == 0, run.stderr[-500:]
        assert (tmp_path / "seen.png").read_bytes().startswith(b"\x89PNG")


def leave_after_a_step(client: httpx.Client, text: str) -> None:
    """Reads a translation's stream up to its first step and hangs up."""
    with client.stream("POST", "/api/v1/translations/stream", json={"text": text}) as answer:
        assert answer.status_code == 200
        assert next(line for line in answer.iter_lines() if line == "event: step")


def test_a_client_that_leaves_a_stream_stops_the_sentence() -> None:
    app = create_app(settings())
    with served(app) as address, httpx.Client(base_url=address, timeout=60) as client:
        client.post("/api/v1/translations/traces", json={"text": "Hello."})  # loads the model
        model = app.state.host._model(app.state.host.cards["bergamot-en-pt"])
        steps: list[float] = []

        def slowly(*_: object) -> None:
            steps.append(time.monotonic())
            time.sleep(0.01)

        model.network.decoder[-1].feed_forward.register_forward_hook(slowly)
        leave_after_a_step(client, "lol " * 40)  # goes on to the limit of 243 steps
        while app.state.host.pending:
            time.sleep(0.01)
        assert 0 < len(steps) < 100
        assert len(app.state.store) == 1
        assert client.get("/healthz").status_code == 200
        whole = client.post("/api/v1/translations/traces", json={"text": "lol " * 40}).json()
        assert len(whole["steps"]) > 200


def test_a_client_that_leaves_a_stream_stops_the_paragraph() -> None:
    app = create_app(settings())
    text = " ".join(f"They met {n} times to talk about the new bridge." for n in range(2, 62))
    with served(app) as address, httpx.Client(base_url=address, timeout=60) as client:
        leave_after_a_step(client, text)
        time.sleep(0.5)
        kept = len(app.state.store)
        time.sleep(1)
        assert (app.state.host.pending, len(app.state.store)) == (0, kept)
        assert kept < 60
        body = {"text": text}
        found = client.post("/api/v1/translations/traces", json=body).json()
        assert len({part["id"] for part in found["paragraph"]}) == 60


def test_a_page_names_every_script_it_imports(client: TestClient) -> None:
    page = client.get("/sentence").text
    named = re.findall(r'modulepreload" href="/assets/\w+/js/([^"]+)"', page)
    expected = {
        "pages/sentence/page.js",
        "parts/matrix/matrix.js",
        "core/api.js",
        "core/npy.js",
        "core/store.js",
    }
    assert expected <= set(named)
    assert len(named) == len(set(named))
    assert "pages/image/page.js" not in named
    (listed,) = re.findall(r'id="page-data">(.*?)</script>', page)
    models = json.loads(html.unescape(listed))["models"]
    assert {"translation", "sentence"} == {model["task"] for model in models}


def test_scripts_may_be_kept_for_good_because_their_address_changes(client: TestClient) -> None:
    page = client.get("/").text
    address = page.split('<script type="module" src="')[1].split('"')[0]
    answer = client.get(address)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/javascript")


def test_a_declared_body_over_the_limit_is_not_read() -> None:
    with TestClient(create_app(settings(upload_bytes=20_000))) as client:
        answer = upload(client)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert "larger than 20000 bytes" in answer.json()["detail"]


@pytest.mark.anyio
async def test_a_streamed_body_over_the_limit_is_cut_off() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
        while sent < 50_000_000:
            sent += 10_000
            yield bytes(10_000)

    transport = httpx.ASGITransport(create_app(settings(upload_bytes=100_000)))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.post(
            "/api/v1/images/traces",
            content=endless(),
            headers={"content-type": "multipart/form-data; boundary=x"},
        )
    assert answer.status_code == 413
    assert sent < 200_000


def test_a_trace_expires_and_then_is_gone() -> None:
    with TestClient(create_app(settings(trace_seconds=1))) as client:
        trace_id = upload(client).json()["id"]
        path = f"/api/v1/traces/{trace_id}"
        time.sleep(1.1)
        answer = client.get(path)
        assert answer.status_code == 410
        assert answer.headers["cache-control"] == "no-store"
        assert "has expired: send the input again" in answer.json()["detail"]
        assert upload(client).json()["id"] == trace_id
        assert client.get(path).status_code == 200


def test_the_oldest_trace_gives_way_within_the_byte_budget() -> None:
    with TestClient(create_app(settings(trace_bytes=8_000_000))) as client:
        first, second = (upload(client, name).json()["id"] for name in ("cat", "rocket"))
        assert client.get(f"/api/v1/traces/{first}").status_code == 410
        assert client.get(f"/api/v1/traces/{second}").status_code == 200


@pytest.mark.anyio
async def test_a_full_queue_answers_503_with_a_time_to_come_back() -> None:
    app = create_app(settings(queue=1))
    names = sample_names()
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://test", timeout=60
    ) as client:
        posts = [client.post("/api/v1/images/traces", data={"sample": name}) for name in names]
        answers = await asyncio.gather(*posts)
    statuses = sorted(answer.status_code for answer in answers)
    assert set(statuses) == {201, 503}
    busy = next(answer for answer in answers if answer.status_code == 503)
    assert int(busy.headers["retry-after"]) >= 1
    assert "waiting already: try again in" in busy.json()["detail"]


@pytest.mark.anyio
async def test_the_same_photo_sent_twice_at_once_runs_once() -> None:
    app = create_app(settings())
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://test", timeout=60
    ) as client:
        posts = [client.post("/api/v1/images/traces", data={"sample": "cat"}) for _ in range(4)]
        answers = await asyncio.gather(*posts)
    assert len({answer.content for answer in answers}) == 1
    assert len(app.state.store) == 1


@pytest.fixture
def visitors(client: TestClient) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    threads = [
        threading.Thread(target=lambda n=name: found.append((n, upload(client, n).json())))
        for name in sample_names()
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_visitors_at_once_each_get_their_own_photo(
    visitors: list[tuple[str, dict[str, Any]]],
) -> None:
    assert len(visitors) == 2 * len(sample_names())
    for name, trace in visitors:
        image = sample_image(name)
        assert (trace["input"]["width"], trace["input"]["height"]) == image.size


def test_health_and_readiness() -> None:
    with TestClient(create_app(settings(warm=True))) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        for _ in range(200):
            ready = client.get("/readyz")
            if ready.status_code == 200:
                break
            assert ready.headers["retry-after"] == "2"
            time.sleep(0.1)
        assert ready.json() == {"status": "ready"}


def test_metrics_count_by_route_and_not_by_path(client: TestClient, trace: dict[str, Any]) -> None:
    client.get(f"/api/v1/traces/{trace['id']}")
    client.get("/a/path/of/a/visitor")
    text = client.get("/metrics").text
    assert 'route="/api/v1/traces/{trace_id}",status="200"' in text
    assert trace["id"] not in text
    assert "/a/path" not in text
    assert "foveate_trace_bytes" in text


def test_uploads_never_touch_the_disk(
    client: TestClient, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    large = encoded(sample_image("cat").resize((1800, 1200)), "PNG")
    assert len(large) > 1_100_000  # beyond what is kept in memory by default
    answer = client.post("/api/v1/images/traces", files={"file": ("x", large)})
    assert answer.status_code == 201


def test_a_compressed_description_is_much_smaller(client: TestClient, application: FastAPI) -> None:
    answer = client.get("/openapi.json", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert application.title == "Foveate"
