"""Clients that open connections and then do nothing leave the service to the others."""

from __future__ import annotations

import contextlib
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.photos import ROOT, sample_bytes
from tests.serving import wait_until_ready

pytestmark = [
    pytest.mark.slow,
    pytest.mark.alone,
    pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts descriptors by /proc"),
]
STARTED = (  # with as many descriptors as many systems give a process
    "import resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024));"
    "from foveate.app.cli import connections, main;"
    "connections.HEADER_SECONDS = connections.BODY_SECONDS = connections.ANSWER_SECONDS = {};"
    "sys.argv = ['foveate', 'serve', '--port', '{}']; main()"
)
UPLOAD = (
    b"POST /api/v1/images/traces HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n"
    b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
)


class Service:
    """A real process with few descriptors; `patience` seconds for clients that do nothing."""

    def __init__(self, log: Path, patience: float) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address, self.log = f"http://127.0.0.1:{port}", log
        code = STARTED.format(patience, port)
        with log.open("wb") as errors:
            self.process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=errors)
        wait_until_ready(self.address, self.process)
        clip = httpx.post(
            f"{self.address}/api/v1/videos/traces", data={"sample": "cars"}, timeout=60
        )
        assert clip.status_code == 201, clip.text  # the last that it does before anybody asks

    def connect(self, said: bytes = b"", taking: int | None = None) -> socket.socket:
        found = socket.socket()
        if taking is not None:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, taking)
        parts = urlsplit(self.address)
        found.connect((parts.hostname, parts.port))
        found.sendall(said)
        return found

    def healthy(self, times: int = 20) -> list[float]:
        """Seconds of each of so many answers of /healthz, every one on a new connection."""
        seconds = []
        for _ in range(times):
            start = time.perf_counter()
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as answer:
                assert answer.status == 200
            seconds.append(time.perf_counter() - start)
        return seconds

    def descriptors(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def stop(self) -> float:
        """Seconds until it is gone."""
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(15)
        return time.monotonic() - start


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    found = Service(tmp_path_factory.mktemp("log") / "log", patience=2)
    try:
        yield found
    finally:
        if found.process.poll() is None:
            found.process.kill()
            found.process.wait()


@pytest.fixture
def opened() -> Iterator[contextlib.ExitStack]:
    with contextlib.ExitStack() as stack:
        yield stack


def test_half_open_connections_stalled_uploads_and_readers_that_do_not_read(
    service: Service, opened: contextlib.ExitStack
) -> None:
    reading = f"GET /static/js/schema.d.ts HTTP/1.1\r\nHost: {urlsplit(service.address).netloc}\r\n"
    endless = (reading + "\r\n").encode() * 40
    before = service.descriptors()
    halves = [opened.enter_context(service.connect(b"GET / HT")) for _ in range(1_100)]
    uploads = [opened.enter_context(service.connect(UPLOAD)) for _ in range(40)]
    readers = [opened.enter_context(service.connect(endless, taking=4096)) for _ in range(30)]
    assert len(halves + uploads + readers) == 1_170
    assert statistics.median(service.healthy()) < 0.1
    end = time.monotonic() + 15
    while service.descriptors() > before and time.monotonic() < end:
        time.sleep(0.1)
    assert service.descriptors() <= before, "nobody read a byte, and nobody hung up"
    assert len(service.log.read_bytes()) < 10_000


def test_a_burst_of_connections_never_takes_the_last_descriptor(
    service: Service, opened: contextlib.ExitStack
) -> None:
    def burst() -> None:
        for _ in range(600):
            each = opened.enter_context(socket.socket())
            each.setblocking(False)
            each.connect_ex(address)

    parts = urlsplit(service.address)
    address, before, most = (parts.hostname, parts.port), len(service.log.read_bytes()), 0
    threads = [threading.Thread(target=burst) for _ in range(4)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 2
    while time.monotonic() < end:
        most = max(most, service.descriptors())
    for thread in threads:
        thread.join()
    assert 512 < most < 1000, "as many as it serves, and room for everything else"
    assert len(service.log.read_bytes()) == before


def test_an_upload_that_goes_on_slowly_is_taken(service: Service) -> None:
    file = sample_bytes("cat")
    form = (
        b'--x\r\nContent-Disposition: form-data; name="resolution"\r\n\r\n224\r\n--x\r\n'
        b'Content-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
        + file
        + b"\r\n--x--\r\n"
    )
    head = UPLOAD.replace(b"1000000", b"%d" % len(form)).removesuffix(b"--x\r\n")
    with service.connect(head) as connection:
        step = len(form) // 10 + 1
        for at in range(0, len(form), step):
            connection.sendall(form[at : at + step])
            time.sleep(0.2)
        connection.settimeout(60)
        assert connection.recv(1000).startswith(b"HTTP/1.1 201")


def test_it_is_gone_in_ten_seconds_whoever_is_stuck(
    service: Service, opened: contextlib.ExitStack
) -> None:
    body = b'{"text": "%s", "beam": 8}' % (b"They met to talk about it. " * 60)
    post = (
        b"POST /api/v1/translations/traces HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n"
        b"Content-Type: application/json\r\n\r\n%b" % (len(body), body)
    )
    working = opened.enter_context(service.connect(post))
    upload = opened.enter_context(service.connect(UPLOAD))
    for _ in range(10):
        opened.enter_context(service.connect(b"GET / HT"))
    time.sleep(1)
    assert service.stop() < 10
    for connection in (working, upload):
        connection.settimeout(5)
        answer = connection.recv(10_000)
        if connection is working or answer:  # an upload may have been given up before
            assert answer.startswith((b"HTTP/1.1 503", b"HTTP/1.1 201")), answer
    log = service.log.read_text()
    assert "Traceback" not in log
    assert len(log) < 10_000
