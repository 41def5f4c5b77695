"""Connections that wait for their client have a deadline, and there are only so many of them.

uvicorn alone bounds how long a kept connection may idle; a header, a body and an answer may take
for ever, and its limit of concurrency is looked at after a header has come (docs/security.md says
what was compared). What is added: when a connection waits for its client it is `due` at a time. One
that is overdue is dropped, and where there are as many as there may be, a new one takes the place
of that which is due first.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS = 10.0  # from the first moment, or from the last answer, to a whole header
BODY_SECONDS = 20.0  # and a second more for each SLOWEST bytes that have come
SLOWEST = 16 * 1024
ANSWER_SECONDS = 30.0  # to take a quarter of a mebibyte (app/middleware.py)
BACKLOG = 64  # connections that asyncio accepts in one round of its loop
WAITING = 512  # those that the system may have ready for it
# A connection that gives way to a new one is closed three rounds after that has been accepted:
# transport, connection_made, connection_lost.
ACCEPTED = 4 * BACKLOG
RESERVED = 128  # descriptors for everything else: files, children, listening sockets


class Connection(H11Protocol):
    """uvicorn's connection, which knows since when it waits for its client."""

    def __init__(self, *given: Any, most: int, **named: Any) -> None:
        super().__init__(*given, **named)
        self._most = most
        self._since = time.monotonic()  # what is waited for: a header, or a body
        self._received = 0  # bytes of the body
        self._blocked: float | None = None  # since when its client takes nothing

    @property
    def due(self) -> float:
        """When it will have waited for its client too long; infinity where the client waits."""
        if self._blocked is not None:
            return self._blocked + ANSWER_SECONDS
        if self.cycle is None or self.cycle.response_complete:
            return self._since + HEADER_SECONDS
        if self.cycle.more_body:
            return self._since + BODY_SECONDS + self._received / SLOWEST
        return math.inf

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        others: set[Any] = self.connections
        if len(others) >= self._most:
            first = min(others, key=lambda other: other.due)
            if first.due == math.inf:  # all the others are being served
                transport.abort()
                return
            first.drop()
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self.transport is None:  # turned away
            return
        before, self._received = self.cycle, self._received + len(data)
        super().data_received(data)
        if self.cycle is not before:
            self._since, self._received = time.monotonic(), 0

    def connection_lost(self, exc: Exception | None) -> None:
        if self.transport is not None:
            super().connection_lost(exc)

    def on_response_complete(self) -> None:
        self._since = time.monotonic()
        super().on_response_complete()

    def pause_writing(self) -> None:
        self._blocked = time.monotonic()
        super().pause_writing()

    def resume_writing(self) -> None:
        self._blocked = None
        super().resume_writing()

    def look(self, now: float) -> None:
        """Drops it where it is overdue; one that closes must still be taken what was written."""
        if self._blocked is None and self.transport.is_closing():
            self._blocked = now
        if self.due < now:
            self.drop()

    def drop(self) -> None:
        self.connections.discard(self)
        self.transport.abort()


def look_through(connections: Iterable[Any]) -> None:
    """Drops those that are overdue."""
    now = time.monotonic()
    for connection in list(connections):
        connection.look(now)


def room_for(wanted: int) -> int:
    """How many connections there are descriptors for, of so many; asks for more where it may."""
    try:
        import resource  # Unix alone has it
    except ImportError:
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    endless = resource.RLIM_INFINITY
    needed = wanted + ACCEPTED + RESERVED
    if soft != endless and soft < needed:
        soft = needed if hard == endless else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return wanted if soft == endless else max(1, min(wanted, soft - ACCEPTED - RESERVED))
