"""The service as a process with few descriptors, and clients that are in no hurry."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.photos import ROOT
from tests.serving import wait_until_ready

STARTED = (  # with as many descriptors as many systems give a process
    "import resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024));"
    "from foveate.app.cli import connections, main;"
    "connections.HEADER_SECONDS = connections.BODY_SECONDS = connections.ANSWER_SECONDS = {};"
    "sys.argv = ['foveate', 'serve', '--port', '{}']; main()"
)


class Service:
    """A real process with few descriptors; `patience` seconds for clients that do nothing. What
    a start makes ready is made when somebody asks for it.

    `setting`: variables of its environment.
    """

    def __init__(self, log: Path, patience: float, **setting: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address, self.log = f"http://127.0.0.1:{port}", log
        code, usual = STARTED.format(patience, port), {"FOVEATE_WARM": "false"}
        with log.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-c", code],
                cwd=ROOT,
                stderr=errors,
                env=os.environ | usual | setting,
            )
        wait_until_ready(self.address, self.process)

    def connect(
        self, said: bytes = b"", taking: int | None = None, client: str = "127.0.0.1"
    ) -> socket.socket:
        found = socket.socket()
        found.bind((client, 0))
        if taking is not None:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, taking)
        parts = urlsplit(self.address)
        found.connect((parts.hostname, parts.port))
        found.sendall(said)
        return found

    def healthy(self, times: int) -> list[float]:
        """Seconds of each of so many answers of /healthz, every one on a new connection."""
        seconds = []
        for _ in range(times):
            start = time.perf_counter()
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as answer:
                assert answer.status == 200
            seconds.append(time.perf_counter() - start)
        return seconds

    def descriptors(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def stop(self) -> float:
        """Seconds until it is gone."""
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(15)
        return time.monotonic() - start


@contextmanager
def running(log: Path, patience: float, **setting: str) -> Iterator[Service]:
    found = Service(log, patience, **setting)
    try:
        yield found
    finally:
        if found.process.poll() is None:
            found.process.kill()
            found.process.wait()
