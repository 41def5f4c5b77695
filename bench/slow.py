"""Visitors who are slow: one takes an array in sips, one stops in the middle of an upload.

They hold as much memory of the service as a client may, for as long as they may, while others come.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx
import numpy as np

from bench.visitors import Gone, Kind, Refused, Tally, Visitor, check, looked_at

SIPPING, STALLING = 998, 999  # their numbers, for addresses of their own
PACE = 64 * 1024  # bytes a second: a phone's
LARGE: Kind = ((830, 310), 448)  # its weights are 3 MB: larger ones find no room in a crowd
BODY = 32 * 1024 * 1024 - 1024  # bytes of an upload, most of which come
MOST = BODY - 1024 * 1024
HEAD = (
    "POST /api/v1/images/traces HTTP/1.1\r\nHost: localhost\r\n"
    f"Content-Length: {BODY}\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n"
    '--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
).encode()


@asynccontextmanager
async def beside(*visits: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Meanwhile these go on. Raises what they have raised."""
    tasks = [asyncio.create_task(visit) for visit in visits]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error


async def sipping(base_url: str, tally: Tally) -> None:
    """Asks for all weights of a photo, again and again, and takes them at a phone's pace."""
    visitor = Visitor(base_url, SIPPING, tally, {})
    async with visitor.client:
        while True:
            try:
                trace, _ = await visitor.traced(LARGE)
                content = await sipped(visitor.client, f"/traces/{trace['id']}/weights", tally)
                sums = np.load(io.BytesIO(content)).sum(-1)
                check(bool(np.allclose(sums, 1, atol=1e-4)), "weights do not add up to 1")
            except Refused as refused:
                await asyncio.sleep(refused.seconds)
            except Gone:
                tally.gone += 1
            except (httpx.HTTPError, AssertionError, KeyError) as error:
                tally.wrong.append(f"in sips: {type(error).__name__} {error}"[:200])


async def sipped(client: httpx.AsyncClient, path: str, tally: Tally) -> bytes:
    start, found = time.monotonic(), bytearray()
    async with client.stream("GET", path, params={"format": "npy"}) as answer:
        if not answer.is_success:
            await answer.aread()
            looked_at(answer)
        async for piece in answer.aiter_bytes(PACE // 8):
            found += piece
            tally.sipped += len(piece)
            await asyncio.sleep(max(0.0, start + len(found) / PACE - time.monotonic()))
    return bytes(found)


async def stalling(address: str, tally: Tally) -> None:
    """Sends most of an upload, and then nothing until it is given up."""
    parts = urlsplit(address)
    while True:
        reader, writer = await asyncio.open_connection(
            parts.hostname, parts.port, local_addr=(f"127.0.4.{STALLING % 250 + 1}", 0)
        )
        try:
            writer.write(HEAD + bytes(MOST))
            await writer.drain()
            await _given_up(reader, tally)
        except ConnectionError:
            pass  # it was told that there is no room while it still sent
        finally:
            writer.close()
        await asyncio.sleep(5)


async def _given_up(reader: asyncio.StreamReader, tally: Tally) -> None:
    """Waits for the end of the connection, and notes how long it was waited for."""
    start, answer = time.monotonic(), b""
    with contextlib.suppress(ConnectionError):
        answer = await reader.read(1024)
    if not answer:
        tally.stalled.append(time.monotonic() - start)
