"""Bodies that are too large, too many or too deep get a sentence before they cost anything."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError

from foveate.app.main import create_app
from foveate.app.wire.translations import TranslationRequest
from foveate.models.errors import InputError
from foveate.models.inputs import text as texts
from tests.app.api.test_bad_input import check
from tests.app.service import settings, upload

pytestmark = pytest.mark.slow

TEXT_ROUTES = (
    "tokens",
    "translations/traces",
    "translations/stream",
    "sentences/traces",
    "alignment",
)
LARGEST = 256 * 1024


def posted(client: TestClient, path: str, content: bytes, kind: str = "application/json") -> Any:
    return client.post(f"/api/v1/{path}", content=content, headers={"content-type": kind})


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data"])
@pytest.mark.parametrize("path", TEXT_ROUTES)
def test_a_body_that_is_no_upload_is_small(client: TestClient, path: str, kind: str) -> None:
    body = json.dumps({"text": "a"}).encode().ljust(LARGEST + 1)
    answer = posted(client, path, body, kind)
    check(answer, 413, "The request is larger than 262144 bytes: send a smaller text.")


def test_the_largest_body_is_read(client: TestClient) -> None:
    body = json.dumps({"text": "Hello."}).encode().ljust(LARGEST)
    assert posted(client, "tokens", body).status_code == 200


def test_the_limit_of_bodies_can_be_set_and_uploads_have_their_own() -> None:
    with TestClient(create_app(settings(body_bytes=100))) as client:
        check(posted(client, "tokens", b" " * 101), 413, "larger than 100 bytes")
        assert upload(client).status_code == 201


@pytest.mark.parametrize("path", ["images/traces", "videos/traces", "heatmap"])
def test_a_field_of_a_form_is_small(client: TestClient, path: str) -> None:
    answer = client.post(f"/api/v1/{path}", data={"sample": "cat", "model": "x" * 70_000})
    assert answer.status_code == 400
    long = client.post(f"/api/v1/{path}", files={"file": b"x"}, data={"model": "x" * 101})
    check(long, 422, "model 'xxxxxxxxxx")


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("tokens", {"text": "a" * 20_001}, "text has 20001 characters: give at most 20000."),
        ("translations/traces", {"text": "a" * 90_000}, "text has 90000 characters"),
        ("translations/traces", {"text": "a", "target": "b" * 20_001}, "target has 20001 char"),
        ("sentences/traces", {"text": "a", "pair": "b" * 20_001}, "pair has 20001 characters"),
        ("alignment", {"text": "a" * 20_001}, "text has 20001 characters"),
        ("alignment", {"text": ["a"] * 513}, "text has 513 words: give at most 512."),
        ("alignment", {"text": ["a"], "target": ["b"] * 513}, "target has 513 words"),
        ("alignment", {"text": ["a", "b" * 1001]}, "a word of 1001 characters ('bbbbbbbbbbbbbbb"),
        ("tokens", {"text": "我。" * 10_000}, "more than 512 sentences: give at most 64."),
    ],
)
def test_a_text_too_long_says_how_long(
    client: TestClient, path: str, body: dict[str, Any], words: str
) -> None:
    answer = posted(client, path, json.dumps(body, ensure_ascii=False).encode())
    found = check(answer, 413, words)
    assert found["parameter"] in body


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({f"k{n}": 0 for n in range(20_000)}, "it has 20000 fields, and at most 64 are read"),
        ({"text": "a", "pins": ["x"] * 512}, "pins 'x' cannot be used"),
        ({"text": "a", "pins": [{"source": ["x"] * 50}] * 500}, "pins 'x' cannot be used"),
        ({"text": "a", "pins": [{"source": [0], "k": 0}] * 500}, "pins '0' cannot be used"),
        ({"text": "a", "pins": [{"source": [10**300]}]}, "less than or equal to 2147483647"),
        ({"text": "a", "pins": [{"source": [0]}] * 513}, "at most 512"),
        ([[]] * 80_000, "body cannot be used"),
        ({"text": {f"k{n}": 0 for n in range(20_000)}}, "text cannot be used"),
    ],
    ids=["fields", "pins", "sources", "extras", "number", "many pins", "lists", "object"],
)
def test_thousands_of_mistakes_are_few_errors(client: TestClient, body: Any, words: str) -> None:
    answer = posted(client, "translations/traces", json.dumps(body, separators=(",", ":")).encode())
    assert len(check(answer, 422, words)["detail"]) < 400
    with pytest.raises(ValidationError) as raised:
        TranslationRequest.model_validate(body)
    assert raised.value.error_count() <= 64


@pytest.mark.parametrize("body", [b"[" * LARGEST, b'{"a":' * 50_000, b"1" * LARGEST, b"\xff" * 99])
def test_json_that_no_reader_takes_is_a_problem(client: TestClient, body: bytes) -> None:
    answer = posted(client, "tokens", body)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_address_has_few_parameters(client: TestClient) -> None:
    query = "&".join(f"k{n}" for n in range(10_000))
    for path in ("/", "/api/v1/traces/x/overlay.png", "/api/v1/models"):
        check(client.get(f"{path}?{query}"), 422, "more than 64 parameters")
    assert client.get("/api/v1/models?" + "&".join(f"k{n}" for n in range(64))).status_code == 200


@pytest.mark.parametrize("parameter", ["site", "head", "query"])
def test_a_name_in_an_address_is_short(client: TestClient, parameter: str) -> None:
    trace = upload(client).json()["id"]
    answer = client.get(f"/api/v1/traces/{trace}/overlay.png", params={parameter: "9" * 30_000})
    assert check(answer, 422, "at most 200 characters")["parameter"] == parameter


def test_marks_in_a_row_are_counted() -> None:
    thirty = "e" + "\u0301\u0323" * 15
    assert texts.clean(f"{thirty} {thirty}").startswith("ẹ")
    with pytest.raises(InputError, match="more than 30 combining marks in a row, after 'so e'"):
        texts.clean("so " + thirty + "\u0301")


def test_marks_in_a_row_are_refused_over_http(client: TestClient) -> None:
    answer = posted(client, "tokens", json.dumps({"text": "a" + "\u0315\u0316" * 9_000}).encode())
    assert check(answer, 422, "combining marks")["parameter"] == "text"


def test_long_texts_are_cleaned_off_the_loop(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    loops: set[bool] = set()
    usual = texts.unicodedata.normalize

    def noted(form: Any, text: str) -> str:
        loops.add(threading.current_thread().name.startswith("turn"))
        return usual(form, text)

    monkeypatch.setattr(texts.unicodedata, "normalize", noted)
    long = json.dumps({"text": "Off the loop. " * 25}).encode()
    for path in ("tokens", "translations/traces", "sentences/traces"):
        assert posted(client, path, b'{"text": "Loaded."}').status_code < 300
        loops.clear()
        assert posted(client, path, long).status_code < 300
    assert loops == {True}
