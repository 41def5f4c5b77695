"""The service on a real Ray Serve for tests: the processes of a cluster that a command begins."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import httpx
import pytest

from tests.photos import ROOT

TRANSLATOR = "additive-en-fr"


def need(module: str) -> None:
    """Skips the test, or the file of tests, where a part of Ray is not installed."""
    try:
        import_module(module)
    except ImportError as error:
        if os.environ.get("FOVEATE_TEST_RAY") == "required":
            pytest.fail(
                f"{error.name} is not there, and FOVEATE_TEST_RAY requires it: make test-ray"
            )
        pytest.skip(f"{error.name} is not there: make test-ray", allow_module_level=True)


@dataclass(frozen=True, slots=True)
class Deployed:
    process: subprocess.Popen[bytes]
    port: int
    client: httpx.Client

    def replicas(self, name: str) -> list[int]:
        """Process ids of a deployment's replicas, begun by this process and by no other."""
        title = f"ray::ServeReplica:foveate:{name}".encode()
        return [each for each in _below(self.process.pid) if _line(each).startswith(title)]

    def translate(self, text: str) -> httpx.Response:
        body = {"text": text, "model": TRANSLATOR}
        return self.client.post("/api/v1/translations/traces", json=body)

    def status(self, trace_id: str) -> int:
        return self.client.get(f"/api/v1/traces/{trace_id}").status_code

    def until_ready(self, seconds: float = 300) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self.process.poll() is None, "it ended before it was ready"
            try:
                if self.client.get("/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.5)
        raise TimeoutError


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def begun(command: Sequence[object], port: int, end: signal.Signals) -> Iterator[Deployed]:
    """What a command deploys on a cluster of its own, once it answers; `end` ends it well."""
    process = subprocess.Popen([*map(str, command)], cwd=ROOT, env=os.environ)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
            found = Deployed(process, port, client)
            found.until_ready()
            yield found
        process.send_signal(end)
        assert process.wait(120) == 0
    finally:
        process.kill()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5)


def _below(process: int) -> Iterator[int]:
    for file in Path(f"/proc/{process}/task").glob("*/children"):
        for child in map(int, file.read_text().split()):
            yield child
            yield from _below(child)


def _line(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""
