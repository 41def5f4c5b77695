"""A real Redis or Valkey server for tests: begun on a free port, killed, begun again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

PROGRAM = shutil.which("redis-server") or shutil.which("valkey-server")


class Server:
    """Keeps its data in a folder: with `lasting` every write is appended there (AOF)."""

    def __init__(self, folder: Path, lasting: bool = False) -> None:
        if PROGRAM is None:
            if os.environ.get("FOVEATE_TEST_REDIS") == "required":
                pytest.fail("redis-server is not there, and FOVEATE_TEST_REDIS requires it")
            pytest.skip("redis-server is not there: apt-get install redis-server")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.url = f"redis://127.0.0.1:{self.port}"
        self._folder, self._lasting = folder, lasting
        self.start()

    def start(self, *more: str) -> None:
        """Returns once it answers."""
        options = {"port": self.port, "bind": "127.0.0.1", "dir": self._folder, "save": ""}
        options["appendonly"] = "yes" if self._lasting else "no"
        given = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        self._process = subprocess.Popen(
            [str(PROGRAM), *given, *more], stdout=subprocess.DEVNULL, cwd=self._folder
        )
        for _ in range(200):
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as made:
                    made.sendall(b"PING\r\n")
                    if made.recv(16) == b"+PONG\r\n":
                        return
            except OSError:
                pass
            time.sleep(0.02)
        raise TimeoutError("redis-server does not answer")

    def pause(self) -> None:
        """It hangs: connections are made, and nothing is answered."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """At once, as when the machine's memory has run out."""
        self._process.kill()
        self._process.wait()
