"""A service that a bench starts for itself, waits for, and ends."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

import httpx

READY_SECONDS, END_SECONDS = 300.0, 60.0
QUEUE = "foveate_queue "  # how many requests' work waits or runs
EMBEDDED = (sys.executable, "-m", "foveate.app.cli", "serve", "--port", "{port}")


@dataclass(frozen=True)
class Target:
    """Something that answers: `command` starts it, and `{port}` in it is a port."""

    port: int
    command: Sequence[str] = EMBEDDED
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def started(self, log: IO[bytes] | None = None) -> Iterator[subprocess.Popen[bytes]]:
        """Yields its process once it is ready and does nothing more, and ends it.

        Raises SystemExit where it is not.
        """
        command = [part.format(port=self.port) for part in self.command]
        process = subprocess.Popen(
            command, env=os.environ | self.environment, stdout=subprocess.DEVNULL, stderr=log
        )
        try:
            self._await(process)
            yield process
        finally:
            process.terminate()
            process.wait(END_SECONDS)

    def _await(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            if process.poll() is not None:
                raise SystemExit(f"{' '.join(process.args)} ended before it was ready.")
            try:
                if self._is_idle():
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise SystemExit(f"{self.address} is not ready after {READY_SECONDS:g} seconds.")

    def _is_idle(self) -> bool:
        """Ready, and done with the samples that it runs for itself."""
        if httpx.get(f"{self.address}/readyz").status_code != 200:
            return False
        lines = httpx.get(f"{self.address}/metrics").text.splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(QUEUE)) == 0
