"""The application as strangers meet it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from foveate.app.main import create_app
from foveate.app.runtime import decoding
from tests.app.service import settings

Children = list[subprocess.Popen[bytes]]


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(settings())) as found:
        yield found


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> Children:
    """The decoding processes that are started from now on."""
    found: Children = []

    class Noted(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            found.append(self)

    monkeypatch.setattr(decoding.subprocess, "Popen", Noted)
    return found
