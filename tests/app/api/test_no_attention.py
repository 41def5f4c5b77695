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


@pytest.fixture(scope="module", params=["Un homme lit.", "Un homme en rouge lit un journal."])
def both(client: TestClient, request: pytest.FixtureRequest) -> dict[str, Any]:
    """A model whose encoder and decoder both attend to themselves."""
    body = BODY | {"model": "transformer-en-fr", "target": request.param}
    found: dict[str, Any] = client.post("/api/v1/translations/traces", json=body).json()
    return found


def test_rollout_is_of_the_stack_that_is_named(client: TestClient, both: dict[str, Any]) -> None:
    url = f"/api/v1/traces/{both['id']}"
    for stack, text in (("encoder", both["source"]), ("decoder", both["target"])):
        found = client.get(f"{url}/rollout?query=1&stack={stack}").json()
        labels = [token["text"] for token in text["tokens"]]
        fed = labels if stack == "encoder" else ["<s>", *labels[:-1]]
        assert found["key"]["labels"] == fed
        assert sum(found["weights"]) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("path", ["rollout?query=1", "weights?layer=1"])
def test_several_stacks_and_none_named_is_refused_with_their_names(
    client: TestClient, both: dict[str, Any], path: str
) -> None:
    url = f"/api/v1/traces/{both['id']}"
    answer = client.get(f"{url}/{path}")
    assert (answer.status_code, answer.json()["parameter"]) == (422, "stack")
    assert "give stack=encoder or stack=decoder" in answer.json()["detail"]
    for stack in ("encoder", "decoder"):
        assert client.get(f"{url}/{path}&stack={stack}").status_code == 200
    unknown = client.get(f"{url}/{path}&stack=tower")
    assert (unknown.status_code, "it has encoder, decoder" in unknown.text) == (422, True)


def test_statistics_say_the_stack_and_may_be_of_one(
    client: TestClient, both: dict[str, Any]
) -> None:
    url = f"/api/v1/traces/{both['id']}/statistics"
    every = client.get(url).json()["heads"]
    assert {head["stack"] for head in every} == {"encoder", "decoder"}
    assert all(head["site"].startswith(head["stack"]) for head in every)
    for stack in ("encoder", "decoder"):
        own = client.get(url, params={"stack": stack}).json()["heads"]
        assert own == [head for head in every if head["stack"] == stack]
    assert client.get(f"{url}?stack=tower").status_code == 422


def test_a_site_of_one_stack_is_not_of_another(client: TestClient, both: dict[str, Any]) -> None:
    url = f"/api/v1/traces/{both['id']}/weights?site=encoder.1.self&stack=decoder"
    assert "is in stack encoder, not decoder" in client.get(url).json()["detail"]
