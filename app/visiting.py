"""Every request as a visit: whose it is, what it holds, and an end when its client leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from foveate.app.problems import problem_json
from foveate.app.runtime.job import STOPPING
from foveate.app.runtime.visits import Holdings, Visit, client, client_of, visit

LEAVE = {"Connection": "close", "Retry-After": "5"}


class Visits:
    """Cancels the work for a client that has left, and lets go of what it held.

    `header` is where a trusted proxy names the client: of several names the last one counts, which
    the proxy itself has added. Without it a client is the address that the connection comes from.
    """

    def __init__(
        self, app: ASGIApp, holdings: Holdings, header: str | None, stopping: Callable[[], bool]
    ) -> None:
        self.app = app
        self._holdings = holdings
        self._header = header
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        here = Visit(self._client(scope))
        tokens = client.set(here.client), visit.set(here)
        try:
            await self._answer(scope, receive, send)
        finally:
            for ending in here.endings:
                ending()
            self._holdings.release(here)
            client.reset(tokens[0])
            visit.reset(tokens[1])

    def _client(self, scope: Scope) -> str:
        named = Headers(scope=scope).getlist(self._header) if self._header else []
        if named:
            return client_of(named[-1].rsplit(",", 1)[-1])
        address: tuple[str, int] | None = scope.get("client")
        return client_of(address[0] if address else "unknown")

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, read = False, asyncio.Event()

        async def receive_noted() -> Message:
            message = await receive()
            if not message.get("more_body"):
                read.set()
            return message

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        if scope["method"] in ("GET", "HEAD"):
            read.set()  # nobody reads a body, which there may be
        work = asyncio.create_task(_called(self.app, scope, receive_noted, send_noted))
        left = asyncio.create_task(_left(receive, read))
        try:
            await asyncio.wait({work, left}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await _end(work)
            if not self._stopping() or started:
                raise
            await problem_json(503, STOPPING, headers=LEAVE)(scope, receive, send)
        finally:
            left.cancel()
            await _end(work)
        if not work.cancelled():
            work.result()


async def _called(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


async def _left(receive: Receive, read: asyncio.Event) -> None:
    """Returns once a client whose request has been read is gone, or has been answered."""
    await read.wait()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _end(work: asyncio.Task[None]) -> None:
    if not work.done():
        work.cancel()
        await asyncio.wait({work})
