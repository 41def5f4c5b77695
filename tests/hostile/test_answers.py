"""What an answer tells: nothing of other visitors, and the same of a fault as of anything else."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.routing import Route

from foveate.app import api, pages
from foveate.app.logs import Lines
from foveate.app.main import create_app
from foveate.app.middleware import SECURITY_HEADERS
from tests.app.service import settings
from tests.photos import ROOT

SECRET = "what a visitor wrote"
WORD = "wordofavisitor"


@pytest.fixture(scope="module")
def faulty() -> FastAPI:
    """The service with a few routes that fail."""
    app = create_app(settings())

    @app.get("/fail/{name}")
    async def fail(request: Request, name: str) -> None:
        raise ValueError(f"cannot read {name!r}")

    @app.get("/cut")
    async def cut() -> StreamingResponse:
        async def some():  # type: ignore[no-untyped-def]
            yield b"some"
            raise ValueError(SECRET)

        return StreamingResponse(some())

    return app


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        Lines().format(record) for record in caplog.records if not record.name.startswith("httpx")
    ]


def test_a_fault_is_answered_like_all_else(faulty: FastAPI) -> None:
    answer = TestClient(faulty).get(f"/fail/{SECRET}")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value
    assert answer.headers["cache-control"] == "private, no-store"
    assert "made a mistake" in answer.json()["detail"]
    assert SECRET not in answer.text


def test_a_fault_is_one_line_of_the_log_without_a_visitor_s_word(
    faulty: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        TestClient(faulty).get(f"/fail/{SECRET}?q={SECRET}")
    (line,) = lines(caplog)
    assert "\n" not in line
    assert SECRET not in line
    assert "GET /fail/{name} failed: ValueError at " in line
    assert "tests/hostile/test_answers.py:" in line


def test_a_fault_in_the_middle_of_an_answer_is_one_line_too(
    faulty: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert TestClient(faulty).get("/cut").content == b"some"
    (line,) = lines(caplog)
    assert "GET /cut failed: ValueError" in line


def test_a_page_that_cannot_be_made_is_a_problem_still(
    faulty: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faulty.state.templates, "TemplateResponse", None)
    answer = TestClient(faulty).get("/fail/x", headers={"Accept": "text/html"})
    assert answer.json()["status"] == 500


def test_every_request_has_a_name_of_its_own_that_no_visitor_chooses(faulty: FastAPI) -> None:
    client = TestClient(faulty)
    chosen = {"X-Request-ID": SECRET}
    names = {client.get(path, headers=chosen).headers["x-request-id"]
             for path in ("/healthz", "/healthz", "/nowhere", "/fail/x")}  # fmt: skip
    assert len(names) == 4
    assert all(len(name) == 16 and int(name, 16) for name in names)


def test_lines_of_the_log_bear_the_request_s_name(
    faulty: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(Lines().format(record))

    log, kept = logging.getLogger("foveate"), Kept()
    monkeypatch.setattr(log, "handlers", [kept])
    answer = TestClient(faulty).get("/fail/x")
    (line,) = seen
    time, level, request, *_ = line.split(" ")
    assert time.endswith("+00:00")
    assert (level, request) == ("ERROR", answer.headers["x-request-id"])


def test_a_line_stays_one_whatever_it_holds() -> None:
    text = "one\r\ntwo\x1b[31m\u2028three"
    record = logging.LogRecord("foveate", logging.ERROR, "", 0, text, (), None)
    line = Lines().format(record)
    assert line.endswith("ERROR - one two?[31m three")


LOGGING = f"""
import logging
from foveate.app import logs
logs.install()
logging.getLogger("foveate").info("a model is loaded")
logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
logging.getLogger("uvicorn.error").error("ASGI callable returned without completing response.")
try:
    raise ValueError("{SECRET}")
except ValueError as error:
    logging.getLogger("uvicorn.error").error("Exception in ASGI application\\n", exc_info=error)
"""


def test_the_process_s_log_is_of_such_lines_and_strangers_do_not_fill_it() -> None:
    run = subprocess.run(
        [sys.executable, "-c", LOGGING], cwd=ROOT, capture_output=True, text=True, check=True
    )
    told = [line.split(" ", 2)[1:] for line in run.stderr.splitlines()]
    assert told == [
        ["INFO", "- a model is loaded"],
        ["ERROR", "- Exception in ASGI application: ValueError at <string>:9"],
    ]


def asked() -> list[tuple[str, str]]:
    """Every route there is by a method of its own, with a visitor's word wherever one may be."""
    routed = [route for router in (*api.routers, *pages.routers) for route in router.routes]
    found = []
    for route in (*routed, *create_app(settings()).routes):
        if isinstance(route, Route):
            path = re.sub(r"{\w+}", WORD, route.path)
            named = (
                [each.name for each in route.dependant.query_params]
                if isinstance(route, APIRoute)
                else []
            )
            query = "&".join(f"{name}={WORD}" for name in (*named, "text", "other"))
            found += [(method, f"{path}?{query}") for method in sorted(route.methods or ())]
    return found


def test_what_has_a_visitor_s_word_or_was_made_of_it_is_kept_nowhere(faulty: FastAPI) -> None:
    client, echoed = TestClient(faulty, follow_redirects=False), 0
    everything = [
        *asked(),
        ("BREW", "/api/v1/x"),
        ("GET", "/api/v1/x"),
        ("GET", f"/{WORD}"),
        ("GET", f"/video/?{WORD}"),
    ]
    assert {f"/api/v1/traces/{WORD}", "/lab"} < {path.split("?")[0] for _, path in everything}
    for method, path in everything:
        answer = client.request(method, path)
        holds = WORD in answer.text or WORD in str(answer.headers)
        echoed += holds
        if holds or path.startswith("/api/"):
            kept = answer.headers.get_list("cache-control")
            assert kept == ["private, no-store"], (method, path)
    assert echoed > 20


def test_a_word_that_is_looked_up_is_kept_nowhere(faulty: FastAPI) -> None:
    path = "/api/v1/models/additive-en-fr/embeddings"
    answer = TestClient(faulty).get(path, params={"text": "red"})
    assert '"red' in answer.text
    assert answer.headers.get_list("cache-control") == ["private, no-store"]


def test_method_names_in_the_metrics_are_bounded(faulty: FastAPI) -> None:
    client = TestClient(faulty)
    for number in range(20):
        client.request(f"BREW{number}", "/healthz")
    text = client.get("/metrics").text
    assert "BREW" not in text
    assert 'foveate_requests_total{method="other"' in text


def test_what_fails_when_nobody_waits_is_told_without_its_message(
    faulty: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    from foveate.app.problems import unheard
    from foveate.models.errors import InputError

    loop: Any = None
    unheard(loop, {"message": "Task exception was never retrieved", "exception": InputError("x")})
    assert lines(caplog) == []
    unheard(loop, {"message": "Task exception was never retrieved", "exception": KeyError(SECRET)})
    (line,) = lines(caplog)
    assert line.endswith("Task exception was never retrieved: KeyError")
