"""What every request passes: a limit on its body, security headers on its answer, metrics."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.metrics import Metrics
from app.problems import Problem, respond

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}

RECEIVED, SENT = 32 * 1024, 1024 * 1024  # bytes at a time
MOST_PARAMETERS = 64
TOO_MANY_PARAMETERS = (
    f"The address has more than {MOST_PARAMETERS} parameters: leave out what no route asks for."
)


class SecurityHeaders:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class BodyLimit:
    """Answers 413 to a body over `limit` bytes: at its header, or as soon as it has streamed.

    `uploads` are paths with limits of their own.
    """

    def __init__(self, app: ASGIApp, limit: int, uploads: Mapping[str, int] | None = None) -> None:
        self.app = app
        self.limit = limit
        self.uploads = uploads or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["query_string"].count(b"&") >= MOST_PARAMETERS:
            await respond(Request(scope), 422, TOO_MANY_PARAMETERS)(scope, receive, send)
            return
        limit = self.uploads.get(scope["path"], self.limit)
        sentence = _too_large(limit, "image" if scope["path"] in self.uploads else "text")
        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length[:20]) > limit:
            await respond(Request(scope), 413, sentence)(scope, receive, send)
            return
        await self.app(scope, _counted(receive, limit, sentence), send)


def _too_large(limit: int, kind: str) -> str:
    return f"The request is larger than {limit} bytes: send a smaller {kind}."


def _counted(receive: Receive, limit: int, sentence: str) -> Receive:
    seen = 0

    async def receive_counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise Problem(413, sentence, headers={"Connection": "close"})
        return message

    return receive_counted


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
        if len(body) <= SENT:
            await send(message)
            return
        for at in range(0, len(body), SENT):
            still = more or at + SENT < len(body)
            await send({**message, "body": body[at : at + SENT], "more_body": still})
            await asyncio.sleep(0)

    return send_slices


class Measured:
    """Counts and times every request by route template, never by the path a visitor chose."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, start = 500, time.perf_counter()

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_noted)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self.metrics.requests.labels(scope["method"], route, str(status)).inc()
            self.metrics.seconds.labels(route).observe(time.perf_counter() - start)
