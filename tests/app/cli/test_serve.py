"""`foveate serve`: what keeps it from starting is one sentence, and its address is true."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from foveate.app.cli.environment import check_names
from foveate.app.cli.listening import address_of, bound
from foveate.app.cli.terminal import CannotStart
from tests.command import Foveate, Run
from tests.photos import ROOT

pytestmark = pytest.mark.slow


def check_sentence(run: Run, words: str) -> None:
    said = run.stderr.decode()
    assert run.returncode == 2, said
    assert words in said
    assert said.count("\n") == 1, said
    assert "Traceback" not in said
    assert run.stdout == b""


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("FOVEATE_CONNECTIONS", "many", "FOVEATE_CONNECTIONS 'many' cannot be used: Input should "),
        ("FOVEATE_WORK_SECONDS", "0", "FOVEATE_WORK_SECONDS '0' cannot be used: Input should be"),
        ("FOVEATE_PRECISION", "int4", "FOVEATE_PRECISION 'int4' cannot be used"),
        ("FOVEATE_HOSTS", "https://a.org", "'https://a.org' is no host's name"),
        ("FOVEATE_STORE", "ftp://me:pass@a", "FOVEATE_STORE 'ftp://...@a' cannot be used: give"),
        ("FOVEATE_HOST_", "a", "FOVEATE_HOST_ in the environment is no setting: did you mean FOVE"),
        ("FOVEATE_PORT", "80", "did you mean PORT?"),
        ("FOVEATE_ZZ", "3", "is no setting: there are FOVEATE_BODY_BYTES, FOVEATE_CACHE,"),
    ],
)  # fmt: skip
def test_a_setting_that_is_none(
    foveate: Foveate, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    check_sentence(foveate("serve", "--port", 0), words)


def test_a_setting_in_a_file_is_read_with_the_same_care(foveate: Foveate, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FOVEATE_HOST_=a\n")
    check_sentence(
        foveate("serve", "--port", 0, cwd=tmp_path), "FOVEATE_HOST_ in .env is no setting"
    )


def test_fetch_knows_a_misspelt_name_too(foveate: Foveate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOVEATE_CAHCE", "x")
    check_sentence(foveate("fetch"), "did you mean FOVEATE_CACHE?")


def test_what_kubernetes_sets_is_no_setting_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("FOVEATE_PORT", "tcp://10.0.0.1:8000"),
        ("FOVEATE_SERVICE_HOST", "10.0.0.1"),
        ("FOVEATE_PORT_8000_TCP_ADDR", "10.0.0.1"),
        ("FOVEATE_TEST_BROWSER", "required"),
    ):
        monkeypatch.setenv(name, value)
    check_names()


CARD = """
[mine]
title = "Mine"
task = "image"
zoo = "{zoo}"
paper = "A paper"
paper_url = "https://arxiv.org/abs/2010.11929"
credit = "this test"
bytes = 1000
{licence}
[mine.source]
kind = "folder"
path = "/nowhere"
sha256 = "1111111111111111111111111111111111111111111111111111111111111111"
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (CARD.format(zoo="vit:VisionTransformer", licence=""), "'mine' in "),
        ("mine = 3\n", "Model 'mine' in "),
        ("[unclosed", "cannot be read"),
        ("\N{LATIN SMALL LETTER E WITH ACUTE}".encode("latin-1"), "cannot be read"),
    ],
)
def test_a_list_of_models_tells_of_a_bad_catalog_and_has_the_rest(
    foveate: Foveate, tmp_path: Path, text: str | bytes, words: str
) -> None:
    file = tmp_path / "catalog.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    run = foveate("models", "--catalog", file)
    assert words in run.stderr.decode()
    assert b"dinov2-small" in run.stdout
    assert run.returncode == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "catalog.toml cannot be read (No such file or directory): correct its path or"),
        ("[unclosed", "catalog.toml cannot be read (Expected ']'"),
        (b"\xe9", "catalog.toml cannot be read ('utf-8' codec can't decode byte 0xe9"),
    ],
)
def test_a_catalog_that_is_named_and_cannot_be_read(
    foveate: Foveate,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    text: str | bytes | None,
    words: str,
) -> None:
    file = tmp_path / "catalog.toml"
    if text is not None:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    monkeypatch.setenv("FOVEATE_CATALOG", str(file))
    check_sentence(foveate("serve", "--port", 0), words)
    (tmp_path / "deploy.yaml").write_text("cluster: local\nstore: redis://localhost:1\n")
    check_sentence(foveate("deploy", "--config", tmp_path / "deploy.yaml"), words)
    check_sentence(foveate("fetch", "--catalog", file), words)


def test_a_cache_that_cannot_be_written(
    foveate: Foveate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("FOVEATE_CACHE", str(tmp_path / "file" / "cache"))
    check_sentence(foveate("serve", "--port", 0), "The weights cannot be written to ")


def test_a_port_in_use(foveate: Foveate) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = foveate("serve", "--port", port)
    check_sentence(run, f"Port {port} of 127.0.0.1 is in use")


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_an_address_of_another_machine(foveate: Foveate, host: str) -> None:
    check_sentence(foveate("serve", "--port", 0, "--host", host), "is no address of this machine")


def test_more_workers_are_refused_with_the_reason(foveate: Foveate) -> None:
    run = foveate("serve", "--workers", 2)
    check_sentence(run, "--workers 2 cannot be used: traces are in the memory of one process")


def test_a_disk_that_is_full_is_a_sentence_of_any_command(foveate: Foveate) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full on this system")
    run = foveate("image", ROOT / "static/samples/cat.jpg", "-o", "/dev/full", "--format", "json",
                  "--resolution", 224)  # fmt: skip
    assert run.returncode == 2
    assert b"No space left on device" in run.stderr
    assert b"Traceback" not in run.stderr


def test_every_address_of_a_name_is_taken_on_one_port() -> None:
    sockets = bound("localhost", 0)
    # asyncio sends at once (TCP_NODELAY) where a socket's protocol is named, and waits elsewhere.
    assert {each.proto for each in sockets} == {socket.IPPROTO_TCP}
    try:
        ports = {each.getsockname()[1] for each in sockets}
        assert len(ports) == 1
        assert address_of("::1", sockets) == f"http://[::1]:{ports.pop()}"
        for each in sockets:
            each.listen()
        with pytest.raises(CannotStart, match="is in use"):
            bound("localhost", sockets[0].getsockname()[1])
    finally:
        for each in sockets:
            each.close()


def test_it_answers_at_the_address_it_prints_from_that_moment(port: int, tmp_path: Path) -> None:
    """A bad card keeps it from nothing, and is told first."""
    (tmp_path / "catalog.toml").write_text("mine = 3\n")
    command = [sys.executable, "-m", "foveate.app.cli", "serve", "--port", str(port)]
    environment = os.environ | {"FOVEATE_WARM": "false"}
    environment |= {"FOVEATE_CATALOG": str(tmp_path / "catalog.toml")}
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        assert "left out: Model 'mine' in " in server.stderr.readline()
        address = next(line for line in server.stderr if line.startswith("Foveate on ")).split()[-1]
        for path in ("/healthz", "/readyz"):
            with urllib.request.urlopen(f"{address}{path}", timeout=5) as answer:
                assert answer.status == 200
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(10)
    assert "Traceback" not in server.stderr.read()
