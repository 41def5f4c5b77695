"""A worker that is quick to begin: it tells every caller its process id.

While the file that FOVEATE_TEST_BROKEN names is there, none answers.
"""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

from foveate.app.cli.workers import Workers

BROKEN = "FOVEATE_TEST_BROKEN"


def answer(
    host: str, sockets: list[socket.socket], count: int, answering: Callable[[], None]
) -> None:
    """Until it is told to stop."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if Path(os.environ.get(BROKEN, "/none")).exists():
        raise RuntimeError("broken")
    (listening,) = sockets
    listening.listen()
    answering()
    while True:
        connection, _ = listening.accept()
        with connection:
            connection.sendall(str(os.getpid()).encode())


def main(count: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        workers = Workers(answer, "127.0.0.1", [listening], count)
        workers.run(lambda: print(port, flush=True))


if __name__ == "__main__":
    main(2)
