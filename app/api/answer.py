"""An answer that is let go of while it is taken."""

from __future__ import annotations

import asyncio
from collections import deque

from fastapi import Response
from starlette.types import Receive, Scope, Send

from foveate.app.runtime.visits import PIECE, Holdings, Passage


class Answer(Response):
    """What a response has made, in pieces: what its client has taken is in memory no more."""

    def __init__(self, made: Response) -> None:
        """Copies the body: not for the event loop."""
        self.status_code, self.background = made.status_code, made.background
        self.raw_headers, self.body = made.raw_headers, b""
        body, self.size = bytes(made.body), len(made.body)
        self._pieces = deque(body[at : at + PIECE] for at in range(0, max(1, self.size), PIECE))
        self._holdings: Holdings | None = None

    def counted(self, holdings: Holdings, before: int) -> None:
        """Its bytes are held for the current visit in place of those that it was made with. Raises
        Problem 503 where it is larger than was thought, and there is no room for that.
        """
        if self.size > before:
            holdings.hold(self.size - before)
        else:
            holdings.let_go(before - self.size)
        self._holdings = holdings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = self.raw_headers
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        passage, written = Passage(self.size, out=True), 0
        if self._holdings is not None:
            self._holdings.under_way(passage)
        while self._pieces:
            last, written = written, await self._next_sent(send)
            self._taken(passage, last)  # or there would have been no room for the next

    async def _next_sent(self, send: Send) -> int:
        """Sends a piece once there is room for it; how long it is."""
        piece, more = self._pieces.popleft(), bool(self._pieces)
        await send({"type": "http.response.body", "body": piece, "more_body": more})
        await asyncio.sleep(0)
        return len(piece)

    def _taken(self, passage: Passage, nbytes: int) -> None:
        passage.passed += nbytes
        if self._holdings is not None:
            self._holdings.let_go(nbytes)
