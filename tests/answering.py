"""A worker that is quick to begin: it tells every caller its process id."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable

from foveate.app.cli.workers import Workers


def answer(
    host: str, sockets: list[socket.socket], count: int, answering: Callable[[], None]
) -> None:
    """Until it is told to stop; with no socket it never answers."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    (listening,) = sockets
    listening.listen()
    answering()
    while True:
        connection, _ = listening.accept()
        with connection:
            connection.sendall(str(os.getpid()).encode())


def main(count: int, *, broken: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        sockets = [] if broken else [listening]
        Workers(answer, "127.0.0.1", sockets, count).run(lambda: print(port, flush=True))


if __name__ == "__main__":
    main(2, broken=sys.argv[1:] == ["broken"])
