"""Several workers at one address: who ends is replaced, and a trace of one is all of theirs."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.answering import BROKEN
from tests.photos import ROOT
from tests.serving import COMMAND, wait_until_ready
from tests.stores import Server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux for children"),
]

ANSWERING = (sys.executable, "-m", "tests.answering")


@contextlib.contextmanager
def begun(*command: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """Process ids of the workers: beside them there is what keeps count of shared semaphores."""
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    named = {int(each): Path(f"/proc/{each}/cmdline").read_bytes() for each in listed}
    return [each for each, line in named.items() if b"spawn_main" in line]


def two(process: subprocess.Popen[str], but: int = 0) -> list[int] | None:
    """Both workers, once there are so many without that one."""
    found = [each for each in workers_of(process) if each != but]
    return found if len(found) == 2 else None


@contextlib.contextmanager
def asleep(worker: int) -> Iterator[None]:
    os.kill(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(worker, signal.SIGCONT)


def until(what: Any, seconds: float = 30) -> Any:
    """What it returns, once that is something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.02)
    raise TimeoutError


def asked(port: int) -> int | None:
    """The process id of whoever answers; None where nobody does any more."""
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as made:
            return int(made.recv(16) or 0)
    except OSError:
        return None


def test_a_worker_that_ends_is_replaced_and_all_end_together() -> None:
    with begun(*ANSWERING) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        first, second = until(lambda: two(process))
        with asleep(second):
            assert until(lambda: asked(port)) == first  # one that never did is not begun again
        os.kill(first, signal.SIGKILL)
        (third,) = {*until(lambda: two(process, but=first))} - {second}
        with asleep(second):
            assert until(lambda: asked(port)) == third
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=15)
        assert process.returncode == 0, said
        assert "A worker ended with status -9; another begins." in said
        assert asked(port) is None
        assert not any(Path(f"/proc/{each}").exists() for each in (second, third))


def test_workers_end_with_the_process_that_began_them() -> None:
    with begun(*ANSWERING) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        until(lambda: asked(port))
        process.kill()
        until(lambda: asked(port) is None)


def test_a_worker_that_never_answers_is_not_begun_for_ever(tmp_path: Path) -> None:
    (tmp_path / "broken").touch()
    with begun(*ANSWERING, **{BROKEN: str(tmp_path / "broken")}) as process:
        _, said = process.communicate(timeout=60)
        assert process.returncode != 0
        assert "A worker ended with status 1 before it answered" in said


def heard(process: subprocess.Popen[str], words: str) -> str:
    """The next line that it says with these words."""
    assert process.stderr is not None
    return next(line for line in process.stderr if words in line)


def test_a_replacement_that_fails_leaves_the_others_at_work(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    with begun(*ANSWERING, **{BROKEN: str(broken)}) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        first, second = until(lambda: two(process))
        until(lambda: {asked(port) for _ in range(8)} == {first, second})
        broken.touch()
        os.kill(first, signal.SIGKILL)
        for seconds in (1, 2):
            said = heard(process, "before it answered")
            assert f"status 1 before it answered; another begins in {seconds} s." in said
            assert asked(port) == second
        broken.unlink()
        third = until(lambda: {*(two(process, but=first) or ())} - {second})
        with asleep(second):
            assert {until(lambda: asked(port))} == third


def test_a_replacement_that_cannot_be_begun_is_tried_again() -> None:
    with begun(*ANSWERING) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        first, second = until(lambda: two(process))
        os.kill(second, signal.SIGKILL)  # with files left: Python imports some when it first does
        (second,) = {*until(lambda: two(process, but=second))} - {first}
        heard(process, "another begins.")
        with asleep(first):
            assert until(lambda: asked(port)) == second
        usual = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (3, usual[1]))
        os.kill(first, signal.SIGKILL)
        assert "Too many open files" in heard(process, "could not be begun")
        assert asked(port) == second
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, usual)
        until(lambda: two(process, but=first))


def call(url: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def test_a_trace_that_one_worker_made_is_read_by_the_other(tmp_path: Path) -> None:
    store = Server(tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    serve = (*COMMAND, "serve", "--workers", "2", "--port", port)
    settings = {"FOVEATE_STORE": store.url, "FOVEATE_WARM": "false"}
    address = f"http://127.0.0.1:{port}"
    with begun(*serve, **settings) as process:
        assert process.stderr is not None
        said = next(line for line in process.stderr if line.startswith("Foveate on "))
        assert said.split()[-1] == address
        first, second = workers_of(process)
        for other in (first, second):  # each has come to answer
            with asleep(other):
                wait_until_ready(address, process)
        with asleep(second):
            body = {"text": "The cat sat.", "model": "additive-en-fr"}
            made = call(f"{address}/api/v1/translations/traces", body)
        with asleep(first):
            path = f"{address}/api/v1/traces/{made['id']}"
            assert call(path) == made
            site = made["alignment"]["site"]
            assert call(f"{path}/weights?site={site}&head=0&query=0")["weights"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    store.kill()
