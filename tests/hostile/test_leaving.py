"""Work that goes through layers, lengths or passes ends at the next once its client has left."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from foveate.app.main import create_app
from foveate.app.runtime.job import Gone, Job
from tests.app.service import served, settings

pytestmark = [pytest.mark.slow, pytest.mark.alone]
# The kind of work, and what is asked; `{photo}` is a trace at the largest resolution.
LONG: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "_saved": ("POST", "traces/{photo}/view", {"layers": [12]}),
    "_statistics": ("GET", "traces/{photo}/statistics", None),
    "_rollout": ("GET", "traces/{photo}/rollout", None),
    "efficientnet-lite0 selection": ("GET", "traces/{network}/cam/selection", None),
    "additive-en-fr growth": ("POST", "lab/growth", {"text": "Hello.", "model": "additive-en-fr"}),
}


@pytest.fixture(scope="module")
def service() -> Iterator[tuple[FastAPI, httpx.Client, dict[str, str]]]:
    app = create_app(settings())
    with served(app) as address:
        client = httpx.Client(base_url=f"{address}/api/v1", timeout=120)
        form = {"sample": "cat", "resolution": "644"}
        photo = client.post("images/traces", data=form)
        network = client.post("images/traces", data=form | {"model": "efficientnet-lite0"})
        assert client.post("lab/growth", json=LONG["additive-en-fr growth"][2]).is_success
        yield app, client, {"photo": photo.json()["id"], "network": network.json()["id"]}


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What kinds of work were ended in their middle, since nobody waited for them any more."""
    found, usual = list[str](), Job.check

    def check(job: Job) -> None:
        try:
            usual(job)
        except Gone:
            found.append(job.kind)
            raise

    monkeypatch.setattr(Job, "check", check)
    return found


@pytest.mark.parametrize("kind", LONG)
def test_a_client_that_leaves_ends_the_work(
    service: tuple[FastAPI, httpx.Client, dict[str, str]], ended: list[str], kind: str
) -> None:
    app, client, ids = service
    method, path, body = LONG[kind]
    start = time.monotonic()
    assert client.request(method, path.format(**ids), json=body).status_code == 200
    patience = httpx.Timeout(60, read=(time.monotonic() - start) / 3)
    with pytest.raises(httpx.ReadTimeout):
        client.request(method, path.format(**ids), json=body, timeout=patience)
    end = time.monotonic() + 30
    while app.state.host.admission.running:
        assert time.monotonic() < end, "the work goes on"
        time.sleep(0.01)
    assert ended == [kind]
