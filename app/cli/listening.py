"""The address of a service: taken before it starts, told once it answers."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable

import uvicorn

from foveate.app.cli.connections import WAITING, look_through
from foveate.app.cli.terminal import CannotStart

TICKS = 10  # a second
OPTIONS = ("--host", "--port")  # by which a user says where
ABSENT = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


class Server(uvicorn.Server):
    """Calls `answering` once it does, and `stopping` when it has been told to stop.

    Every second it looks for connections whose clients have been waited for too long.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        answering: Callable[[], None],
        stopping: Callable[[], None],
    ) -> None:
        super().__init__(config)
        self._answering = answering
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        for each in sockets or ():
            each.listen(WAITING)  # more than are accepted at a time, which uvicorn has asked for
        if self.started:
            self._answering()

    async def on_tick(self, counter: int) -> bool:
        if counter % TICKS == 0:
            look_through(self.server_state.connections)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping()
        await super().shutdown(sockets=sockets)


def bound(host: str, port: int, said: tuple[str, str] = OPTIONS) -> list[socket.socket]:
    """Sockets on every address of a host, not listening yet. Raises CannotStart.

    With port 0 all of them are on the one that the system gives to the first. `said`: by what a
    user gives host and port.
    """
    taken: list[socket.socket] = []
    try:
        for family, *_, address in _addresses(host, port):
            at = (address[0], taken[0].getsockname()[1] if taken else port, *address[2:])
            taken.append(_bound(family, at))
    except OSError as error:
        for each in taken:
            each.close()
        raise unbound(host, port, error, said) from error
    return taken


def address_of(host: str, sockets: list[socket.socket]) -> str:
    """What a browser is given to open."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{sockets[0].getsockname()[1]}"


def unbound(host: str, port: int, error: OSError, said: tuple[str, str] = OPTIONS) -> CannotStart:
    """Why nothing can listen there, in a sentence."""
    by_host, by_port = said
    if isinstance(error, socket.gaierror) or error.errno in ABSENT:
        return CannotStart(
            f"{host!r} is no address of this machine ({error.strerror}): give another by {by_host}."
        )
    if error.errno == errno.EADDRINUSE:
        return CannotStart(
            f"Port {port} of {host} is in use: stop what listens there, or give another by "
            f"{by_port}."
        )
    return CannotStart(
        f"Port {port} of {host} cannot be opened ({error.strerror}): give another by {by_port}."
    )


def _addresses(host: str, port: int) -> list[tuple]:  # type: ignore[type-arg]
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return list(dict.fromkeys(found))


def _bound(family: int, address: tuple) -> socket.socket:  # type: ignore[type-arg]
    # With its protocol named, asyncio sends what it has at once (TCP_NODELAY): else an answer that
    # is written in two pieces waits 40 ms for the first one to be acknowledged.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:  # or it would take the same port of IPv4 too
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(address)
    except OSError:
        made.close()
        raise
    return made
