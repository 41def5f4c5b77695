"""What an answer holds while it is taken."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest
from fastapi import Response
from fastapi.testclient import TestClient
from starlette.middleware.gzip import GZipMiddleware

from foveate.app.api.answer import Answer
from foveate.app.runtime.visits import PIECE, Holdings, Visit, visit

SIZE = 64 * PIECE + 1000
MADE_OF = 3 * SIZE  # bytes that were held while it was made


class Taker:
    """Takes a message at a time, and looks at what is held meanwhile."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings
        self.start: dict[str, Any] = {}
        self.sizes: list[int] = []
        self.held: list[int] = []
        self.memory: list[int] = []

    async def take(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        self.sizes.append(len(message["body"]))
        self.held.append(self.holdings.bytes)
        self.memory.append(tracemalloc.get_traced_memory()[0])
        assert message["more_body"] == (sum(self.sizes) < SIZE)


async def taken(answer: Answer, holdings: Holdings) -> Taker:
    taker = Taker(holdings)

    async def nothing() -> Any:
        raise AssertionError("it asks for nothing")

    await answer({"type": "http"}, nothing, taker.take)
    return taker


@pytest.mark.anyio
async def test_what_has_been_taken_is_held_no_more_and_is_no_more() -> None:
    holdings, here = Holdings(10 * MADE_OF), Visit("a")
    token = visit.set(here)
    tracemalloc.start()
    try:
        answer = Answer(Response(bytes(SIZE), 201, {"X-Name": "x"}, "application/x-npy"))
        holdings.hold(MADE_OF)
        answer.counted(holdings, MADE_OF)
        assert holdings.bytes == SIZE
        taker = await taken(answer, holdings)
    finally:
        tracemalloc.stop()
        holdings.release(here)
        visit.reset(token)
    assert taker.sizes == [PIECE] * 64 + [1000]
    # The piece before the present one may still be on its way.
    assert taker.held == [SIZE - max(0, PIECE * (number - 1)) for number in range(65)]
    assert taker.memory[0] - taker.memory[32] > SIZE * 0.4
    assert taker.memory[0] - taker.memory[64] > SIZE * 0.9
    assert holdings.bytes == 0


@pytest.mark.anyio
async def test_it_is_the_same_answer() -> None:
    made = Response(bytes(SIZE), 201, {"X-Name": "x"}, "text/csv")
    taker = await taken(Answer(made), Holdings(1))
    assert (taker.start["status"], taker.start["headers"]) == (201, made.raw_headers)
    assert Answer(made).headers["content-length"] == str(SIZE)


@pytest.mark.anyio
async def test_one_of_nothing_ends_too() -> None:
    found: list[Any] = []

    async def take(message: Any) -> None:
        found.append(message)

    await Answer(Response(b""))({"type": "http"}, None, take)  # type: ignore[arg-type]
    assert found[1:] == [{"type": "http.response.body", "body": b"", "more_body": False}]


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_compressed_or_not_it_is_the_same_in_the_end(encoding: str) -> None:
    text = "".join(f"{number},0.5\r\n" for number in range(SIZE // 200))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await Answer(Response(text, media_type="text/csv"))(scope, receive, send)

    client = TestClient(GZipMiddleware(app, minimum_size=1000))
    answer = client.get("/", headers={"Accept-Encoding": encoding})
    assert len(text) > 2 * PIECE
    assert answer.text == text
    assert answer.headers.get("content-encoding", "identity") == encoding
