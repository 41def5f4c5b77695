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
import socket
import struct
import time
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from foveate.app.runtime.visits import SLOWEST_ANSWER, SLOWEST_BODY

HEADER_SECONDS = 10.0  # from the first moment, or from the last answer, to a whole header
# How long a client may send nothing of a body, or take nothing of an answer. Time that is waited is
# gone, and bytes earn it again at the slowest pace there may be; never more than this is left.
BODY_SECONDS, ANSWER_SECONDS = 20.0, 30.0
BACKLOG = 64  # connections that asyncio accepts in one round of its loop
WAITING = 512  # those that the system may have ready for it
# A connection that gives way to a new one is closed three rounds after that has been accepted:
# transport, connection_made, connection_lost.
ACCEPTED = 4 * BACKLOG
AT_ONCE = struct.pack("ii", 1, 0)  # to linger for no second: what was not taken goes
RESERVED = 128  # descriptors for everything else: files, children, listening sockets


class Counted:
    """A transport that knows how many bytes have been written to it."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._written = 0

    def write(self, data: bytes) -> None:
        self._written += len(data)
        self._transport.write(data)

    @property
    def taken(self) -> int:
        """Bytes of it that the system has taken, which waits for the client in turn."""
        return self._written - self._transport.get_write_buffer_size()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Connection(H11Protocol):
    """uvicorn's connection, which knows since when it waits for its client."""

    transport: Counted  # type: ignore[assignment]

    def __init__(self, *given: Any, most: int, **named: Any) -> None:
        super().__init__(*given, **named)
        self._most = most
        self._since = time.monotonic()  # what is waited for: a header
        self._body_due = 0.0
        self._blocked = False  # its client takes nothing for now
        self._looked, self._taken, self._left = 0.0, 0, ANSWER_SECONDS  # then: when it ends

    @property
    def due(self) -> float:
        """When it will have waited for its client too long; infinity where the client waits."""
        if self._blocked:
            return self._looked + self._left
        if self.cycle is None or self.cycle.response_complete:
            return self._since + HEADER_SECONDS
        if self.cycle.more_body:
            return self._body_due
        return math.inf

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        others: set[Any] = self.connections
        if len(others) >= self._most:
            first = min(others, key=lambda other: other.due)
            if first.due == math.inf:  # all the others are being served
                transport.abort()
                return
            first.drop()
        super().connection_made(Counted(transport))  # type: ignore[arg-type]

    def data_received(self, data: bytes) -> None:
        if self.transport is None:  # turned away
            return
        before, now = self.cycle, time.monotonic()
        super().data_received(data)
        if self.cycle is not before:
            self._since, self._body_due = now, now + BODY_SECONDS
            self._left = ANSWER_SECONDS
        else:
            earned = self._body_due + len(data) / SLOWEST_BODY
            self._body_due = min(earned, now + BODY_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.transport is not None:
            super().connection_lost(exc)

    def on_response_complete(self) -> None:
        self._since = time.monotonic()
        self._body_due = self._since + BODY_SECONDS  # of a request that has come already
        super().on_response_complete()

    def pause_writing(self) -> None:
        self._note(time.monotonic())
        self._blocked = True
        super().pause_writing()

    def resume_writing(self) -> None:
        self._note(time.monotonic())
        self._blocked = False
        super().resume_writing()

    def look(self, now: float) -> None:
        """Drops it where it is overdue; one that closes must still be taken what was written."""
        self._note(now)
        self._blocked = self._blocked or self.transport.is_closing()
        if self.due < now:
            self.drop()

    def _note(self, now: float) -> None:
        """Takes the time that its client took from what is left, and adds what that has earned."""
        taken = self.transport.taken
        spent = now - self._looked if self._blocked else 0.0
        self._left += (taken - self._taken) / SLOWEST_ANSWER - spent
        self._left = min(self._left, ANSWER_SECONDS)
        self._looked, self._taken = now, taken

    def drop(self) -> None:
        self.connections.discard(self)
        if self._blocked:  # or the system would keep what it has for as long as its client likes
            held = self.transport.get_extra_info("socket")
            held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
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
