"""The application with its real model, without a network between test and server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from foveate.app.main import create_app
from tests.app.service import settings


@pytest.fixture(scope="session")
def application() -> FastAPI:
    return create_app(settings())


@pytest.fixture(scope="session")
def client(application: FastAPI) -> Iterator[TestClient]:
    with TestClient(application) as found:
        yield found


@pytest.fixture(scope="session")
def trace(client: TestClient) -> dict[str, Any]:
    """The trace of a sample at 224 pixels: the quickest real one."""
    answer = client.post("/api/v1/images/traces", data={"sample": "cat", "resolution": "224"})
    assert answer.status_code == 201
    return answer.json()
