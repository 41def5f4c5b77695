"""Traces in a Redis or Valkey server, so that every worker and replica answers for each of them.

A trace is one string under its id, a safetensors file; the server expires it. What is told to a
client has been acknowledged by the server: whether a crash of the server itself loses it is the
server's own setting (`appendonly yes`). Each process keeps what it has made or read near, within
its own budget: traces never change, so that a copy is as good.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time

from foveate.app.problems import Problem
from foveate.app.runtime.packing import Unreadable, pack, unpack
from foveate.app.runtime.server import Server
from foveate.app.runtime.store import ID, MemoryStore, Names, Stored, absent
from foveate.models.catalog.card import Card
from foveate.models.errors import OversizedInput

PREFIX = "foveate:2:"  # of all keys; the number is that of their form
SECRET, EXPIRIES, SIZES, BYTES = (
    PREFIX + name for name in ("secret", "expiries", "sizes", "bytes")
)
LARGEST = 512 * 1024 * 1024 - 1  # bytes of a string that a server takes
SHARE = 2  # of the budget, one trace may have one part in so many
READERS = 2  # traces that are read at a time, which bounds their memory
Content = bytes  # which in the class is the name of a property
log = logging.getLogger("foveate")

# Counts a trace that has been set and lets go of those that expire first while all are too many.
# KEYS: expiries, sizes, bytes. ARGV: the prefix of traces, id, bytes, expiry and now in ms, budget.
MAKE_ROOM = """
local function forget(id)
  redis.call('DECRBY', KEYS[3], redis.call('HGET', KEYS[2], id) or 0)
  redis.call('HDEL', KEYS[2], id)
  redis.call('ZREM', KEYS[1], id)
end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[5])) do forget(id) end
forget(ARGV[2])
redis.call('ZADD', KEYS[1], ARGV[4], ARGV[2])
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
local held = redis.call('INCRBY', KEYS[3], ARGV[3])
while held > tonumber(ARGV[6]) and redis.call('ZCARD', KEYS[1]) > 1 do
  local id = redis.call('ZRANGE', KEYS[1], 0, 0)[1]
  if id == ARGV[2] then id = redis.call('ZRANGE', KEYS[1], 1, 1)[1] end
  redis.call('DEL', ARGV[1] .. id)
  forget(id)
  held = tonumber(redis.call('GET', KEYS[3]))
end
return held
"""


class SharedStore:
    """In a server at `url`, within `budget` bytes there and `near` in this process."""

    def __init__(self, url: str, budget: int, near: int) -> None:
        self._server = Server(url)
        self._budget = budget
        self._largest = min(LARGEST, budget // SHARE)
        self._near = MemoryStore(near)
        self._names: Names | None = None
        self._secret = secrets.token_bytes(32)  # the server's from the first question on
        self._reading = threading.BoundedSemaphore(READERS)

    @property
    def bytes(self) -> int:
        return self._near.bytes

    @property
    def lingering(self) -> int:
        return self._near.lingering

    def __len__(self) -> int:
        return len(self._near)

    def name(self, card: Card, *parts: str) -> str:
        return self._named().of(card, *parts)

    def put(self, stored: Stored) -> None:
        """Raises OversizedInput for a trace that is larger than the server is given."""
        content = pack(stored)
        if len(content) > self._largest:
            raise OversizedInput(
                f"The trace of this input has {len(content)} bytes, and the store takes "
                f"{self._largest}: send a smaller one, or choose a smaller resolution."
            )
        milliseconds = int(stored.expires * 1000)
        with self._server.asking(len(content)) as client, client.pipeline(transaction=True) as pipe:
            pipe.set(SECRET, self._secret, nx=True)
            pipe.get(SECRET)
            pipe.set(_key(stored.id), content, pxat=milliseconds)
            given = (_key(""), stored.id, len(content), milliseconds, _now(), self._budget)
            pipe.eval(MAKE_ROOM, 3, EXPIRIES, SIZES, BYTES, *given)
            self._adopt(pipe.execute()[1])
        self._near.put(stored)

    def find(self, trace_id: str) -> Stored | None:
        """Of what is near alone (the server has lost it), the server is given it again."""
        with self._server.asking() as client:
            there = client.exists(_key(trace_id))
        near = self._near.find(trace_id)
        if near is None:
            return self._read(trace_id) if there else None
        if not there:
            self.put(near)
        return near

    def get(self, trace_id: str) -> Stored:
        if ID.fullmatch(trace_id) is None:
            raise absent(trace_id, ours=False)
        stored = self._near.find(trace_id) or self._read(trace_id)
        if stored is None:
            raise absent(trace_id, self._named().ours(trace_id))
        return stored

    def answers(self) -> bool:
        try:
            with self._server.asking() as client:
                client.ping()
        except Problem:
            return False
        return True

    def close(self) -> None:
        self._server.close()

    def _named(self) -> Names:
        """By the secret that all processes share, which the first of them draws."""
        if self._names is None:
            with self._server.asking() as client:
                client.set(SECRET, self._secret, nx=True)
                self._adopt(client.get(SECRET))
        assert self._names is not None
        return self._names

    def _adopt(self, secret: Content) -> None:
        """Another one's, where the server has been emptied and somebody else came first."""
        if self._names is None or secret != self._secret:
            self._secret, self._names = secret, Names(secret)

    def _read(self, trace_id: str) -> Stored | None:
        """A trace from the server, of at most the largest size; None for what is no trace."""
        with self._reading:
            near = self._near.find(trace_id)  # another thread may have read it meanwhile
            if near is not None:
                return near
            with self._server.asking() as client:
                content = client.getrange(_key(trace_id), 0, self._largest)
            stored = self._unpacked(trace_id, content) if content else None
        if stored is not None and stored.expires > time.time():
            self._near.put(stored)
            return stored
        return None

    def _unpacked(self, trace_id: str, content: Content) -> Stored | None:
        try:
            if len(content) > self._largest:
                raise Unreadable(f"more than {self._largest} bytes")
            stored = unpack(content)
            if stored.id != trace_id:
                raise Unreadable("another trace")
        except Unreadable as error:
            log.warning("what the shared store has of a trace cannot be read: %s", error)
            return None
        return stored


def _key(trace_id: str) -> str:
    return f"{PREFIX}trace:{trace_id}"


def _now() -> int:
    return int(time.time() * 1000)
