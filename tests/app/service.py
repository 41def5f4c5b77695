"""What tests of the service share: settings, uploads, a server on a port, a stream's events."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from foveate.app.settings import Settings
from tests.photos import sample_bytes

TEST_HOST = "testserver"  # what a TestClient calls the service


def settings(**change: Any) -> Settings:
    usual = {"precision": "float32", "warm": False, "hosts": (TEST_HOST,), "_env_file": None}
    return Settings(**usual | change)


def upload(client: TestClient, name: str = "cat", resolution: str = "224") -> Any:
    files = {"file": (name, sample_bytes(name))}
    return client.post("/api/v1/images/traces", files=files, data={"resolution": resolution})


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


def events_of(client: TestClient, body: dict[str, Any]) -> list[tuple[str, Any]]:
    with client.stream("POST", "/api/v1/translations/stream", json=body) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        blocks = "".join(answer.iter_text()).strip().split("\n\n")
    split = [block.split("\n") for block in blocks]
    return [(name.removeprefix("event: "), json.loads(data[6:])) for name, data in split]
