"""Traces taken away as one HTML file, over the API: what is in it, and what is refused."""

from __future__ import annotations

import base64
import io
import json
import re
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from foveate.app.pages import saved
from foveate.app.runtime import costs

KEPT = re.compile(r'data-kept="([^"]+)">([^<]*)<')


def trace(client: TestClient, kind: str, **asked: Any) -> str:
    sent = {"data": asked} if kind == "images" else {"json": asked}
    answer = client.post(f"/api/v1/{kind}/traces", **sent)
    assert answer.status_code == 201, answer.text
    return f"/api/v1/traces/{answer.json()['id']}"


def page(text: str) -> Any:
    return json.loads(text.split('id="page-data">')[1].split("</script>")[0])


def test_a_photo_holds_the_numbers_of_its_trace(client: TestClient) -> None:
    path = trace(client, "images", sample="cat", resolution="224")
    asked = {"layers": [3, 12], "layer": 3, "head": "2", "query": "4,5", "lens": "heat"}
    answer = client.post(f"{path}/view", json=asked | {"opacity": 0.5, "pins": "4,5;0,1"})
    assert answer.status_code == 200, answer.text[:300]
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-disposition"].startswith("attachment")
    found = dict(KEPT.findall(answer.text))
    assert set(found) == {"qk encoder.3.self", "qk encoder.12.self", "rollout", "saliency"}
    sent = client.get(f"{path}/qk", params={"site": "encoder.3.self"}).content
    assert base64.b64decode(found["qk encoder.3.self"]) == sent
    opening = page(answer.text)["view"]
    shown = {"layer": 3, "head": "2", "query": "4,5", "lens": "heat", "pins": "4,5;0,1"}
    assert opening.items() >= (shown | {"opacity": 50}).items()
    assert page(answer.text)["photo"].startswith("data:image/jpeg;base64,")


def test_a_photo_costs_what_is_worked_out_for_it(
    application: FastAPI, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rollout of every query takes longer than the photo's own pass: it is in a lane of such
    jobs, whatever little of the trace is kept.
    """
    admission, said = application.state.host.admission, list[float]()
    usual = admission.admit
    monkeypatch.setattr(
        admission, "admit", lambda kind, cost: said.append(cost) or usual(kind, cost)
    )
    path = trace(client, "images", sample="cat", resolution="644")
    assert client.post(f"{path}/view", json={"layers": [12]}).status_code == 200
    assert said[-1] > costs.seeing(644)


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("translations", {"text": "The black cat sat."}),
        ("sentences", {"text": "The black cat sat.", "model": "minilm"}),
    ],
)
def test_a_text_holds_every_site(client: TestClient, kind: str, asked: dict[str, str]) -> None:
    path = trace(client, kind, **asked)
    sites = [site["name"] for site in client.get(path).json()["sites"]]
    opening = {"site": sites[0], "head": "1", "view": "ribbons", "threshold": 0.2}
    answer = client.post(f"{path}/view", json=opening)
    assert answer.status_code == 200, answer.text[:300]
    found = dict(KEPT.findall(answer.text))
    assert {name.split()[1] for name in found} == set(sites)
    told = page(answer.text)
    assert told["view"].items() >= (opening | {"threshold": 20}).items()
    if kind == "translations":
        assert told["aligner"] == {"site": "decoder.2.cross", "head": 0}
        name = "weights decoder.2.cross"
        weights = np.load(io.BytesIO(base64.b64decode(found[name])))
        row = client.get(f"{path}/weights", params={"site": "decoder.2.cross", "head": "0"}).json()
        np.testing.assert_allclose(weights[0], row["weights"], atol=1e-3)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"layers": [13]}, "layers [13] are not all in this trace: choose of [1, 2"),
        ({"query": "99,0"}, "99"),
        ({"head": "7"}, "7"),
        ({"method": "grad-cam"}, "method 'grad-cam' cannot be used"),
        ({"pins": "<b>"}, "pins '<b>' cannot be used"),
        ({"opacity": 2}, "opacity '2' cannot be used"),
        ([], "cannot be used"),
    ],
)
def test_what_a_photo_has_not_is_told(client: TestClient, asked: Any, sentence: str) -> None:
    path = trace(client, "images", sample="cat", resolution="224")
    answer = client.post(f"{path}/view", json=asked)
    assert answer.status_code == 422, answer.text[:300]
    assert sentence in answer.json()["detail"]


def test_a_site_that_a_text_has_not_is_told(client: TestClient) -> None:
    path = trace(client, "translations", text="The black cat sat.")
    answer = client.post(f"{path}/view", json={"site": "encoder.9.self"})
    assert answer.status_code == 422
    assert "encoder.9.self" in answer.json()["detail"]


def test_numbers_that_are_too_many_are_refused(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = trace(client, "images", sample="cat", resolution="224")
    monkeypatch.setattr(saved, "MOST", 1_000_000)
    answer = client.post(f"{path}/view", json={})
    assert answer.status_code == 413
    assert "keep fewer layers, or trace the photo at a lower resolution" in answer.json()["detail"]
    monkeypatch.setattr(saved, "MOST", 800_000)
    assert client.post(f"{path}/view", json={"layers": [1, 2]}).status_code == 200


def test_a_model_of_gates_alone_has_no_view_of_attention(client: TestClient) -> None:
    path = trace(client, "images", sample="cat", model="selfie-segmentation")
    answer = client.post(f"{path}/view", json={})
    assert answer.status_code == 422
    assert "attends to no patches" in answer.json()["detail"]
