"""Limits, headers, health and metrics."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from foveate.app.main import create_app
from tests.app.service import settings, upload
from tests.photos import encoded, sample_image


@pytest.mark.parametrize(
    "path", ["/", "/sentence", "/models", "/docs", "/api/v1/models", "/nowhere", "/healthz"]
)
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'self';")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


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
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        answer = await client.post(
            "/api/v1/images/traces",
            content=endless(),
            headers={"content-type": "multipart/form-data; boundary=x"},
        )
    assert answer.status_code == 413
    assert sent < 200_000


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


@pytest.mark.slow
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
