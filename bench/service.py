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
POLLS = 5  # in a row: between two samples it may look idle
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
        end, idle = time.monotonic() + READY_SECONDS, 0
        while time.monotonic() < end:
            if process.poll() is not None:
                raise SystemExit(f"{' '.join(process.args)} ended before it was ready.")
            try:
                idle = idle + 1 if self._is_idle() else 0
                if idle == POLLS:
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
        return any(line.startswith(QUEUE) and float(line.split()[1]) == 0 for line in lines)
