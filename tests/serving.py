"""The service as a process of its own, as `foveate serve` starts it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.photos import ROOT

COMMAND = (sys.executable, "-m", "foveate.app.cli")


def serve(
    environment: dict[str, str], command: tuple[str, ...] = COMMAND, cwd: Path = ROOT
) -> Iterator[str]:
    """Yields the address of a server once it is ready, and stops it afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [*command, "serve", "--port", str(port)], cwd=cwd, env=os.environ | environment
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_ready(address, server)
        yield address
    finally:
        server.terminate()
        server.wait(10)


def wait_until_ready(address: str, server: subprocess.Popen[Any]) -> None:
    for _ in range(600):
        assert server.poll() is None, "the server stopped before it was ready"
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server was not ready within a minute")
