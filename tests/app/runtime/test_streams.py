"""Clients that leave a stream stop its work."""

from __future__ import annotations

import time

import httpx
import pytest

from foveate.app.main import create_app
from tests.app.service import served, settings


def leave_after_a_step(client: httpx.Client, text: str) -> None:
    """Reads a translation's stream up to its first step and hangs up."""
    with client.stream("POST", "/api/v1/translations/stream", json={"text": text}) as answer:
        assert answer.status_code == 200
        assert next(line for line in answer.iter_lines() if line == "event: step")


@pytest.mark.slow
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
        while app.state.host.admission.jobs:
            time.sleep(0.01)
        assert 0 < len(steps) < 100
        assert len(app.state.store) == 1
        assert client.get("/healthz").status_code == 200
        whole = client.post("/api/v1/translations/traces", json={"text": "lol " * 40}).json()
        assert len(whole["steps"]) > 200


@pytest.mark.slow
def test_a_client_that_leaves_a_stream_stops_the_paragraph() -> None:
    app = create_app(settings())
    text = " ".join(f"They met {n} times to talk about the new bridge." for n in range(2, 62))
    with served(app) as address, httpx.Client(base_url=address, timeout=60) as client:
        leave_after_a_step(client, text)
        time.sleep(0.5)
        kept = len(app.state.store)
        time.sleep(1)
        assert (app.state.host.admission.jobs, len(app.state.store)) == (0, kept)
        assert kept < 60
        body = {"text": text}
        found = client.post("/api/v1/translations/traces", json=body).json()
        assert len({part["id"] for part in found["paragraph"]}) == 60
