"""Who stops in the middle, or takes an answer in sips, keeps nobody else from what they ask."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.hostile.process import Service, running
from tests.photos import sample_bytes

pytestmark = [
    pytest.mark.slow,
    pytest.mark.alone,
    pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="has addresses of 127/8"),
]
PATIENCE = 4.0  # seconds, in place of 20 and 30
MEBIBYTE = 1024 * 1024
ESTABLISHED = b"\x01"  # the first byte of tcp_info (Linux)
PART = b"--x\r\nContent-Disposition: form-data; name=file; filename=a.jpg\r\n\r\n"
STALLED = (
    b"POST /api/v1/images/traces HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n"
    b"Content-Type: multipart/form-data; boundary=x\r\n\r\n%b" % (8 * MEBIBYTE, PART)
)
HELD = 16 * MEBIBYTE  # in place of 80
MOST_OF_IT = bytes(4 * MEBIBYTE - 100_000)  # two such are a client's share


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    log = tmp_path_factory.mktemp("slow") / "log"
    with running(log, PATIENCE, FOVEATE_HELD_BYTES=str(HELD)) as found:
        yield found


@contextmanager
def visitor(service: Service, address: str) -> Iterator[httpx.Client]:
    transport = httpx.HTTPTransport(local_address=address)
    with httpx.Client(
        base_url=f"{service.address}/api/v1", transport=transport, timeout=60
    ) as found:
        yield found


def posted(client: httpx.Client, resolution: int = 224) -> httpx.Response:
    """A photo's trace; the file is larger than it need be."""
    file = sample_bytes("cat") + bytes(MEBIBYTE)
    return client.post("/images/traces", files={"file": file}, data={"resolution": str(resolution)})


def refused(
    service: Service, client: httpx.Client, stalled: contextlib.ExitStack
) -> httpx.Response:
    """What is answered while four uploads, of two clients, have come to a stop and fill all there
    is; whichever comes first has the room, so that they may need another try.
    """
    for _ in range(5):
        stalled.close()
        for number in range(4):
            each = service.connect(STALLED, client=f"127.0.0.{2 + number % 2}")
            stalled.enter_context(each).sendall(MOST_OF_IT)
        time.sleep(PATIENCE / 4)
        if (answer := posted(client)).status_code != 201:
            break
    return answer


def test_uploads_that_stop_give_way_to_the_others_when_they_are_told(service: Service) -> None:
    with contextlib.ExitStack() as stalled, visitor(service, "127.0.0.4") as client:
        answer = refused(service, client, stalled)
        assert answer.status_code == 503
        assert "Too much is held" in answer.json()["detail"]
        wait = int(answer.headers["retry-after"])
        assert wait <= PATIENCE + 2
        time.sleep(wait)
        assert posted(client).status_code == 201


def array(service: Service, client: httpx.Client, address: str) -> socket.socket:
    """An answer of 49 MB, which only who is alone may have, to somebody with a small window."""
    trace = posted(client, 644).json()["id"]
    path = f"/api/v1/traces/{trace}/weights?format=npy"
    get = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    return service.connect(get, taking=64 * 1024, client=address)


def taken(reader: socket.socket, pace: int, seconds: float, most: int = 10**9) -> int:
    """Bytes that somebody takes in so many seconds at so many a second; it ends with the answer."""
    start, found = time.monotonic(), 0
    while found < most and (now := time.monotonic() - start) < seconds:
        if found > pace * now:
            time.sleep(0.01)
        elif piece := reader.recv(min(pace // 4, MEBIBYTE, most - found)):
            found += len(piece)
        else:
            break
    return found


def test_an_array_in_sips_keeps_nobody_out_and_ends(service: Service) -> None:
    with (
        visitor(service, "127.0.0.4") as client,
        array(service, client, "127.0.0.2") as reader,
    ):
        assert reader.recv(8192).startswith(b"HTTP/1.1 200")
        start = time.monotonic()
        while is_open(reader):
            assert time.monotonic() - start < 5 * PATIENCE, "it is never cut"
            assert taken(reader, pace=8192, seconds=1)
            answer = posted(client)
            assert answer.status_code == 201, answer.text
            weights = f"/traces/{answer.json()['id']}/weights"
            assert client.get(weights, params={"query": "cls"}).status_code == 200
        assert time.monotonic() - start > PATIENCE / 2
        with pytest.raises(ConnectionResetError):
            taken(reader, pace=10**9, seconds=10)


def is_open(connection: socket.socket) -> bool:
    """Whether the other side has neither ended nor reset it, whatever is still to be read."""
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1) == ESTABLISHED


def test_an_array_that_is_taken_slowly_is_taken_whole(service: Service) -> None:
    with (
        visitor(service, "127.0.0.4") as client,
        array(service, client, "127.0.0.2") as reader,
    ):
        head, _, begun = reader.recv(8192).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        assert length > 40 * MEBIBYTE
        found = taken(reader, pace=1_000_000, seconds=2 * PATIENCE)
        assert found < length / 2
        rest = length - len(begun) - found
        assert taken(reader, pace=10**9, seconds=30, most=rest) == rest
