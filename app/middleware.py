"""What every request passes: a name, headers on its answer, metrics, faults, a body's limit."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from foveate.app.logs import request_id
from foveate.app.metrics import Metrics
from foveate.app.problems import UNKEPT, Problem, mistake, respond
from foveate.app.runtime.visits import PIECE, Holdings, Passage

log = logging.getLogger("foveate")

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

RECEIVED = 32 * 1024  # bytes at a time
MOST_PARAMETERS = 64
GONE = 499  # as nginx counts clients that left before they were answered
TOO_MANY_PARAMETERS = (
    f"The address has more than {MOST_PARAMETERS} parameters: leave out what no route asks for."
)


class AnswerHeaders:
    """Security headers on every answer, its request's name, and no copy of a visitor's data."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        name = secrets.token_hex(8)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for header, value in SECURITY_HEADERS.items():
                    headers.setdefault(header, value)
                headers["X-Request-ID"] = name
                if _is_private(scope, message["status"]):
                    headers["Cache-Control"] = UNKEPT
            await send(message)

        token = request_id.set(name)
        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            request_id.reset(token)


def _is_private(scope: Scope, status: int) -> bool:
    """Whether the answer may hold what a visitor has sent, or what was made of it.

    Pages do not, but what leads to another address repeats what was asked.
    """
    path: str = scope["path"]
    return path.startswith("/api/") or (300 <= status < 400 and bool(scope["query_string"]))


class Faults:
    """Answers 500 to what nobody foresaw, as an answer like all others; the log gets one line.

    Starlette's own handler for that stands outside all middleware: its answers would lack the
    headers, and the error would go on to the server and be logged once more, with what it quotes.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_noted)
        except ClientDisconnect:
            return  # nobody is left to be answered
        except Exception as error:
            log.error("%s failed", _named(scope), exc_info=error)
            if scope["type"] == "http" and not started:
                await mistake(Request(scope))(scope, receive, send)


def _named(scope: Scope) -> str:
    """What was asked for, without a word of the visitor's."""
    return f"{_method(scope)} {_route(scope)}"


def _method(scope: Scope) -> str:
    method: str = scope.get("method", "")
    return method if method in METHODS else "other"


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", "other")


class BodyLimit:
    """Answers 413 to a body over `limit` bytes: at its header, or as soon as it has streamed.

    `uploads` are paths with limits of their own. What has come is held until an answer begins.
    """

    def __init__(
        self, app: ASGIApp, limit: int, uploads: Mapping[str, int], holdings: Holdings
    ) -> None:
        self.app = app
        self.limit = limit
        self.uploads = uploads
        self.holdings = holdings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["query_string"].count(b"&") >= MOST_PARAMETERS:
            await respond(Request(scope), 422, TOO_MANY_PARAMETERS)(scope, receive, send)
            return
        limit = self.uploads.get(scope["path"], self.limit)
        sentence = _too_large(limit, "file" if scope["path"] in self.uploads else "text")
        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length[:20]) > limit:
            await respond(Request(scope), 413, sentence)(scope, receive, send)
            return
        whole = int(length[:20]) if length.isdecimal() else limit
        body = _Body(whole, limit, sentence, self.holdings)
        await self.app(scope, body.received(receive), body.answered(send))


def _too_large(limit: int, kind: str) -> str:
    return f"The request is larger than {limit} bytes: send a smaller {kind}."


class _Body:
    """Counts what has come of a request's body; raises Problem 413 where it is too large."""

    def __init__(self, whole: int, limit: int, sentence: str, holdings: Holdings) -> None:
        self._limit, self._sentence, self._holdings = limit, sentence, holdings
        self._passage, self._held = Passage(whole, out=False), 0

    def received(self, receive: Receive) -> Receive:
        async def receive_counted() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                self._count(len(message.get("body", b"")), message.get("more_body", False))
            return message

        return receive_counted

    def _count(self, size: int, more: bool) -> None:
        self._passage.passed += size
        if self._passage.passed > self._limit:
            raise Problem(413, self._sentence, headers={"Connection": "close"})
        self._holdings.hold(size)
        self._held += size
        self._holdings.under_way(self._passage if more else None)

    def answered(self, send: Send) -> Send:
        """Once it is answered a body is read no more, and nobody has it any longer."""

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._holdings.let_go(self._held)
            await send(message)

        return send_noted


class Slices:
    """Hands bodies on in slices, between which the loop turns, however large the pieces come.

    Parsers of forms take some bodies byte by byte, and what is sent is copied on its way.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await self.app(scope, _received(receive), _sent(send))


def _received(receive: Receive) -> Receive:
    body, at, more = b"", 0, True

    async def receive_slice() -> Message:
        nonlocal body, at, more
        if at < len(body):
            await asyncio.sleep(0)
        else:
            message = await receive()
            if len(message.get("body", b"")) <= RECEIVED:
                return message
            body, at, more = message["body"], 0, message.get("more_body", False)
        piece, at = body[at : at + RECEIVED], at + RECEIVED
        return {"type": "http.request", "body": piece, "more_body": more or at < len(body)}

    return receive_slice


def _sent(send: Send) -> Send:
    async def send_slices(message: Message) -> None:
        body, more = message.get("body", b""), message.get("more_body", False)
        if len(body) <= PIECE:
            await send(message)
            return
        for at in range(0, len(body), PIECE):
            still = more or at + PIECE < len(body)
            await send({**message, "body": body[at : at + PIECE], "more_body": still})
            await asyncio.sleep(0)

    return send_slices


class Measured:
    """Counts and times every request by route template, never by what a visitor chose."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, start = GONE, time.perf_counter()

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_noted)
        finally:
            route = _route(scope)
            self.metrics.requests.labels(_method(scope), route, str(status)).inc()
            self.metrics.seconds.labels(route).observe(time.perf_counter() - start)
