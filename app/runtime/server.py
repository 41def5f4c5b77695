"""The Redis or Valkey server of the shared store, asked so that one that hangs holds up nobody."""

from __future__ import annotations

import contextlib
import logging
import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from foveate.app.problems import Problem
from foveate.models import interruption

CONNECT_SECONDS, ANSWER_SECONDS = 2.0, 5.0
PIECE = 4 * 1024 * 1024  # bytes that the server must take within ANSWER_SECONDS
PAUSE_SECONDS = 1.0  # without a question after one that was not answered
log = logging.getLogger("foveate")


class Server:
    """At `url`. Any thread may ask it."""

    def __init__(self, url: str) -> None:
        pool = redis.ConnectionPool.from_url(
            url,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            # A connection may be one of before the server's restart. Who has waited in vain does
            # not wait again.
            retry=Retry(NoBackoff(), 1, (redis.ConnectionError,)),
        )
        usual = pool.connection_class  # by the URL: TCP, TLS or a socket of this machine
        pool.connection_class = type("Piecewise", (_Piecewise, usual), {})
        self._client: Any = redis.Redis.from_pool(pool)
        self._breaker = Breaker()

    def close(self) -> None:
        self._client.close()

    @contextlib.contextmanager
    def asking(self, size: int = 0) -> Iterator[Any]:
        """The client, for a question of so many bytes. Raises Problem 503 where the server does not
        answer, or refuses.
        """
        with self._told():
            if not self._breaker.passes(self._client.ping):
                raise _unreachable()
        with self._told(size):
            yield self._client

    @contextlib.contextmanager
    def _told(self, size: int = 0) -> Iterator[None]:
        try:
            yield
        except (redis.ConnectionError, redis.TimeoutError) as error:
            log.error("the shared store does not answer: %s", error)
            if size > PIECE:  # of which smaller ones know nothing
                raise _too_slow(size) from error
            self._breaker.trip()
            raise _unreachable() from error
        except redis.RedisError as error:
            log.error("the shared store refuses: %s", error)
            raise Problem(
                503,
                "The shared store of traces takes nothing now, and the service's log says why: "
                "try again later.",
                headers={"Retry-After": "10"},
            ) from error


class Breaker:
    """A circuit breaker: after a question that was not answered nobody asks for a while, then one
    tries, and nobody else until that one is answered.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next: float | None = None  # when one may try, on the monotonic clock; None: all ask

    def trip(self) -> None:
        with self._lock:
            self._next = time.monotonic() + PAUSE_SECONDS

    def passes(self, tried: Callable[[], Any]) -> bool:
        """Whether the caller may ask. Where it is the one that tries, raises what `tried` does."""
        with self._lock:
            if self._next is None:
                return True
            if time.monotonic() < self._next:
                return False
            self._next = math.inf
        try:
            tried()
        except BaseException:
            self.trip()
            raise
        with self._lock:
            self._next = None
        return True


class _Piecewise:
    """A connection that sends in pieces: its timeout is of each, and not of hundreds of megabytes.

    Between two of them it ends where nobody waits any more.
    """

    def send_packed_command(self, command: Iterable[Any], check_health: bool = True) -> None:
        given: Any = super()
        given.send_packed_command(_pieces(command), check_health)


def _pieces(command: Iterable[Any]) -> Iterator[Any]:
    for part in command:
        if len(part) <= PIECE:
            yield part
            continue
        view = memoryview(part)
        for first in range(0, len(view), PIECE):
            interruption.step()
            yield view[first : first + PIECE]


def _too_slow(size: int) -> Problem:
    return Problem(
        503,
        f"The shared store did not take this trace of {size} bytes in time: try again in 10 "
        "seconds, or choose a smaller resolution.",
        headers={"Retry-After": "10"},
    )


def _unreachable() -> Problem:
    return Problem(
        503,
        "The shared store of traces does not answer: try again in 2 seconds.",
        headers={"Retry-After": "2"},
    )
