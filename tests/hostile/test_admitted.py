"""Whatever computes is admitted: every route of the application is, or is listed here as free."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from foveate.app.main import create_app
from foveate.app.runtime.job import STOPPING
from tests.app.service import settings
from tests.hostile.asking import ASKED, TRACE, Asked, made, routes

pytestmark = pytest.mark.slow
TEXT = {"text": "Hello."}
SAMPLE = {"sample": "rocket"}
# What computes and is of no trace yet: a form where its body is `data`, else JSON.
POSTED: dict[str, dict[str, Any]] = {
    "tokens": {"json": TEXT},
    "translations/traces": {"json": TEXT},
    "translations/stream": {"json": TEXT},
    "sentences/traces": {"json": TEXT},
    "alignment": {"json": TEXT},
    "lab/growth": {"json": TEXT},
    "images/traces": {"data": SAMPLE},
    "heatmap": {"data": SAMPLE},
    "lab/vision": {"data": SAMPLE},
    "lab/streets": {"data": {"sample": "street", "models": "streets-attention-unet"}},
    "videos/traces": {"data": {"sample": "cars"}},
}
LOOKED_UP = "models/{name}/embeddings"
# They say what is stored, or what the application is. A page that shows a sample's trace asks for
# it as everybody does, and is shown without where there is no room. Sheets, and samples in small,
# are made once for all.
FREE = {
    *("/api/v1/models", "/api/v1/samples", "/api/v1/samples/videos"),
    *("/healthz", "/readyz", "/metrics", "/favicon.ico", "/openapi.json", "/docs"),
    *("/", "/gates", "/video", "/sentence", "/models", "/learn", "/learn/{slug}"),
    *("/lab", "/lab/sentence", "/lab/vision", "/lab/streets"),
    *("/assets/{digest}/css/{name}.css", "/assets/{digest}/small/{name}.webp"),
}


@pytest.fixture(scope="module")
def stopping() -> Iterator[tuple[TestClient, dict[str, str]]]:
    """A service that admits nothing more, with a trace of every kind; short texts are read at once
    where their models are loaded.
    """
    app = create_app(settings())
    with TestClient(app, base_url="http://testserver/api/v1/") as client:
        ids = made(client)
        for path in ("tokens", "alignment"):
            assert client.post(path, json=TEXT).is_success, path
        app.state.host.admission.stop(60)
        yield client, ids


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: f"{asked.kind}{asked.path}{asked.query}")
def test_what_is_asked_of_a_trace(
    stopping: tuple[TestClient, dict[str, str]], asked: Asked
) -> None:
    answer = asked.send(*stopping)
    if asked.free:
        assert answer.status_code == 200
        return
    assert (answer.status_code, answer.headers.get("retry-after")) == (503, "5"), answer.text[:300]
    assert answer.json()["detail"] == STOPPING


@pytest.mark.parametrize("path", POSTED)
def test_what_is_sent(stopping: tuple[TestClient, dict[str, str]], path: str) -> None:
    answer = stopping[0].post(path, **POSTED[path])
    assert (answer.status_code, answer.json()["detail"]) == (503, STOPPING)


def test_a_word_that_is_looked_up(stopping: tuple[TestClient, dict[str, str]]) -> None:
    answer = stopping[0].get(LOOKED_UP.format(name="additive-en-fr"), params=TEXT)
    assert (answer.status_code, answer.json()["detail"]) == (503, STOPPING)


@pytest.mark.parametrize("path", sorted(path for path in FREE if "{" not in path))
def test_what_is_free(stopping: tuple[TestClient, dict[str, str]], path: str) -> None:
    client, _ = stopping
    answer = client.get(client.base_url.join(path), follow_redirects=False)
    assert answer.status_code in (200, 308), answer.text[:300]


def test_every_route_is_here() -> None:
    asked = {f"{each.method} {TRACE}{each.path}" for each in ASKED}
    sent = {f"POST /api/v1/{path}" for path in POSTED} | {f"GET /api/v1/{LOOKED_UP}"}
    free = {f"GET {path}" for path in FREE}
    found = {f"{verb} {path}" for verb, path in routes(create_app(settings())) if verb != "HEAD"}
    assert asked | sent | free == found
