"""A trace without a single site: every route that would show weights says so."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

BODY = {"text": "A man in a red shirt is reading a newspaper.", "model": "fixed-en-fr"}
SENTENCE = "model fixed-en-fr has no attention, so its trace has no weights: choose another model."


@pytest.fixture(scope="module")
def fixed(client: TestClient) -> dict[str, Any]:
    answer = client.post("/api/v1/translations/traces", json=BODY)
    assert answer.status_code == 201
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    "path",
    [
        "weights",
        "weights?format=npy&head=mean&query=1",
        "weights?format=csv&layer=1",
        "weights?site=decoder.1.cross",
        "rollout",
        "rollout?query=1&format=csv",
        "statistics",
        "heads",
        "qk?site=decoder.1.cross",
        "steps?site=decoder.1.cross&query=1",
        "heatmaps",
    ],
)
def test_a_model_without_attention_has_no_weights_and_says_so(
    client: TestClient, fixed: dict[str, Any], path: str
) -> None:
    answer = client.get(f"/api/v1/traces/{fixed['id']}/{path}")
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == SENTENCE


@pytest.mark.parametrize("path", ["overlay.png", "overlay.png?method=rollout", "photo", "saliency"])
def test_nor_has_it_pictures(client: TestClient, fixed: dict[str, Any], path: str) -> None:
    answer = client.get(f"/api/v1/traces/{fixed['id']}/{path}")
    assert answer.status_code == 422


def test_its_description_and_outputs_are_there_all_the_same(
    client: TestClient, fixed: dict[str, Any]
) -> None:
    url = f"/api/v1/traces/{fixed['id']}"
    found = client.get(url).json()
    assert (found["sites"], found["alignment"]) == ([], None)
    assert client.get(f"{url}/outputs/last").status_code == 200


def test_rollout_needs_one_chain_of_layers(client: TestClient) -> None:
    body = BODY | {"model": "transformer-en-fr"}
    trace = client.post("/api/v1/translations/traces", json=body).json()
    answer = client.get(f"/api/v1/traces/{trace['id']}/rollout?query=1")
    assert answer.status_code == 422
    assert "self-attention over 2" in answer.json()["detail"]
