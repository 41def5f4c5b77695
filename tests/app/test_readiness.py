"""/readyz says whether the service can serve, and pages open whatever else goes on."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from foveate.app.main import create_app
from foveate.app.pages import image
from foveate.models.errors import WeightsError
from tests.app.service import settings


def ready(client: TestClient) -> tuple[int, str]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()["status"]


def test_without_warming_up_the_weights_must_be_there(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = TestClient(create_app(settings()))
    assert ready(client) == (200, "ready")
    monkeypatch.setenv("FOVEATE_CACHE", str(tmp_path))
    assert ready(client) == (503, "loading")


def test_a_service_that_is_about_to_stop_is_not_ready() -> None:
    app = create_app(settings())
    with TestClient(app) as client:
        app.state.readiness.stop()
        assert ready(client) == (503, "stopping")
        assert client.get("/readyz").headers["retry-after"] == "2"
        assert client.get("/healthz").status_code == 200
    with TestClient(app):
        pass
    assert app.state.readiness.status() == "stopping"


def test_a_service_without_its_weights_never_says_that_it_is_ready(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("FOVEATE_CACHE", str(tmp_path))
    with TestClient(create_app(settings(warm=True))) as client:
        while ready(client)[1] == "loading":
            pass
        assert ready(client) == (503, "failed")
    assert "its operator can run `foveate fetch dinov2-small`" in caplog.text


class Loaded:
    """Stands for any model that is in memory."""

    nbytes = 1


def test_the_first_page_opens_while_others_fill_the_queue() -> None:
    app = create_app(settings(work_seconds=0.2))
    app.state.host._models["dinov2-small"] = Loaded()
    with app.state.host.admission.admit("all there is room for", 0.4):
        assert TestClient(app).get("/").status_code == 200


@pytest.mark.parametrize("error", [WeightsError("/srv/weights is gone"), TimeoutError()])
def test_the_first_page_opens_whatever_becomes_of_its_sample(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(settings())
    app.state.host._models["dinov2-small"] = Loaded()

    async def failing(*_: str) -> None:
        raise error

    monkeypatch.setattr(app.state.images, "sample", failing)
    answer = TestClient(app).get("/")
    assert answer.status_code == 200
    assert "/srv/weights" not in answer.text


def test_the_first_page_does_not_wait_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    app = create_app(settings())
    app.state.host._models["dinov2-small"] = Loaded()
    monkeypatch.setattr(image, "PATIENCE", 0.05)
    monkeypatch.setattr(app.state.images, "sample", lambda *_: asyncio.sleep(60))
    assert TestClient(app).get("/").status_code == 200
