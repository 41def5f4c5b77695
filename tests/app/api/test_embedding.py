"""Patches on their way to tokens, positions shuffled, and how reading grows, over HTTP."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient


@pytest.fixture(scope="module")
def placed(client: TestClient) -> dict[str, dict[str, Any]]:
    """The same photo with its positions kept, shuffled and removed."""
    found = {}
    for how in ("kept", "shuffled", "removed"):
        form = {"sample": "dandelion", "resolution": "224"}
        form |= {"intervention": json.dumps({"positions": how})}
        answer = client.post("/api/v1/images/traces", data=form)
        assert answer.status_code == 201, answer.text
        found[how] = answer.json()
    return found


def test_a_pass_without_positions_sees_something_else(
    client: TestClient, placed: dict[str, dict[str, Any]]
) -> None:
    kept = placed["kept"]
    assert (kept["offers"]["positions"], kept["offers"]["output"]) == (True, "features")
    assert len({trace["id"] for trace in placed.values()}) == 3
    for how in ("shuffled", "removed"):
        assert placed[how]["intervention"]["positions"] == how
        path = f"/api/v1/traces/{placed[how]['id']}/difference"
        found = client.get(path, params={"other": kept["id"]}).json()
        assert found["measure"] == "cosine"
        assert found["value"] < 0.9
    again = client.post(
        f"/api/v1/traces/{kept['id']}/interventions", json={"positions": "shuffled"}
    )
    assert again.json()["id"] == placed["shuffled"]["id"]


def test_steps_are_those_of_the_changed_pass(
    client: TestClient, placed: dict[str, dict[str, Any]]
) -> None:
    choice = {"site": "encoder.12.self", "head": 0, "query": "cls", "top": 3}
    found = {
        how: client.get(f"/api/v1/traces/{trace['id']}/steps", params=choice).json()
        for how, trace in placed.items()
    }
    assert found["kept"]["weighted_sum"] != found["removed"]["weighted_sum"]


def test_a_patch_becomes_a_token(client: TestClient, placed: dict[str, dict[str, Any]]) -> None:
    path = f"/api/v1/traces/{placed['kept']['id']}/embedding"
    found = client.get(path, params={"query": "3,4", "channel": 7}).json()
    grid = placed["kept"]["grid"]
    assert (found["row"], found["column"], found["side"]) == (3, 4, 14)
    assert len(found["pixels"]) == len(found["kernel"]) == 3 * 14 * 14
    entry = np.dot(found["pixels"], found["kernel"]) + found["bias"]
    assert entry == pytest.approx(found["projected"][7], abs=0.05)  # in the precision of the model
    assert len(found["projected"]) == len(found["position"]) == 384
    assert np.shape(found["alike"]) == (grid["rows"], grid["columns"])
    assert found["alike"][3][4] == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"query": "cls"}, "query 'cls' is no patch: give row,column"),
        ({"query": "99,0"}, "query '99,0' is not on this axis"),
        ({"query": "0,0", "channel": 384}, "channel 384 is not in a token: give one from 0 to 383"),
    ],
)
def test_what_is_no_patch_is_a_sentence(
    client: TestClient, placed: dict[str, dict[str, Any]], given: dict[str, Any], sentence: str
) -> None:
    answer = client.get(f"/api/v1/traces/{placed['kept']['id']}/embedding", params=given)
    assert (answer.status_code, answer.json()["detail"][: len(sentence)]) == (422, sentence)


def test_reading_grows_with_length(client: TestClient) -> None:
    asked = {"text": "The black cat sat.", "model": "additive-en-fr"}
    found = client.post("/api/v1/lab/growth", json=asked).json()
    assert found["model"] == "additive-en-fr"
    assert [each["steps"] for each in found["lengths"]] == [8, 16, 32, 64, 128, 256, 512]
    refused = client.post("/api/v1/lab/growth", json=asked | {"model": "bergamot-en-pt"})
    assert refused.status_code == 422
    assert "not counted: choose a model of the sentence lab" in refused.json()["detail"]
