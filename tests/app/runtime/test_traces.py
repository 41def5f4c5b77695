"""Traces expire and give way; many visitors at once."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from foveate.app.main import create_app
from tests.app.service import settings, upload
from tests.photos import sample_image, sample_names

pytestmark = pytest.mark.slow


def test_a_trace_expires_and_then_is_gone() -> None:
    with TestClient(create_app(settings(trace_seconds=1))) as client:
        trace_id = upload(client).json()["id"]
        path = f"/api/v1/traces/{trace_id}"
        time.sleep(1.1)
        answer = client.get(path)
        assert answer.status_code == 410
        assert answer.headers["cache-control"] == "private, no-store"
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
    app = create_app(settings(work_seconds=0.1))
    names = sample_names()
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://testserver", timeout=60
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
        transport=httpx.ASGITransport(app), base_url="http://testserver", timeout=60
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
