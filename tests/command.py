"""The command line, run as a user runs it."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from foveate.app.cli import main


class Run(NamedTuple):
    returncode: int
    stdout: bytes
    stderr: bytes


Foveate = Callable[..., Run]


@pytest.fixture
def foveate(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Foveate:
    """The command line in this process, which has imported torch already."""

    def run(*arguments: object, cwd: Path | None = None, stdin: bytes = b"") -> Run:
        monkeypatch.setattr(sys, "argv", ["foveate", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        if cwd is not None:
            monkeypatch.chdir(cwd)
        try:
            main()
            code = 0
        except SystemExit as left:
            code = int(left.code or 0)
        return Run(code, *capfdbinary.readouterr())

    return run
