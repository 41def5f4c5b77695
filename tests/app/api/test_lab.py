"""The lab's models over HTTP: guidance, outputs, what has no alignment."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from foveate.app.runtime.samples import sentences
from tests.app.service import events_of

LAB = ["fixed-en-fr", "additive-en-fr", "general-en-fr", "transformer-en-fr"]
ATTENDING = LAB[1:]
TEXT = "A man in a red shirt is reading a newspaper."


def translated(client: TestClient, model: str, **choices: Any) -> dict[str, Any]:
    body = {"text": TEXT, "model": model, **choices}
    answer = client.post("/api/v1/translations/traces", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def array(client: TestClient, path: str, **choice: Any) -> Any:
    answer = client.get(f"/api/v1{path}", params={"format": "npy", **choice})
    assert answer.status_code == 200, answer.text
    return np.load(io.BytesIO(answer.content))


@pytest.mark.parametrize("model", LAB)
def test_the_labs_models_are_in_the_catalog_and_translate(client: TestClient, model: str) -> None:
    cards = {card["name"]: card for card in client.get("/api/v1/models").json()}
    assert cards[model]["source"]["kind"] == "trained"
    assert cards[model]["languages"] == ["en", "fr"]
    trace = translated(client, model)
    assert "rouge" in trace["target"]["text"]
    assert (trace["alignment"] is None) == (model == "fixed-en-fr")


@pytest.mark.slow
@pytest.mark.parametrize("model", LAB)
def test_the_examples_show_what_is_said_of_them(client: TestClient, model: str) -> None:
    for example in sentences("lab.toml"):
        trace = translated(client, model, text=example.text)
        assert trace["target"]["text"] == example.written[model]


def test_additive_attention_aligns_across_the_reordering(client: TestClient) -> None:
    trace = translated(client, "additive-en-fr")
    words = [[w["text"] for w in trace[side]["words"]] for side in ("source", "target")]
    row = trace["alignment"]["word_weights"][words[1].index("rouge")]
    assert words[0][int(np.argmax(row))] in ("red", "shirt")


@pytest.mark.parametrize("model", ATTENDING)
def test_a_pinned_decoder_looks_where_it_was_told(client: TestClient, model: str) -> None:
    free = translated(client, model)
    pinned = translated(client, model, pins=[{"source": [1]}, {"source": [4, 5], "step": 2}])
    assert pinned["id"] != free["id"]
    weights = array(client, f"/traces/{pinned['id']}/weights", site=pinned["alignment"]["site"])
    np.testing.assert_allclose(np.delete(weights, 2, axis=1)[..., 1], 1, atol=1e-5)
    np.testing.assert_allclose(weights[:, 2, [4, 5]].sum(-1), 1, atol=1e-5)


def test_two_pins_of_one_step_add_up(client: TestClient) -> None:
    pins = [{"source": [1], "step": 2}, {"source": [4], "step": 2}]
    trace = translated(client, "additive-en-fr", pins=pins)
    row = trace["alignment"]["weights"][2]
    assert row[1] + row[4] == pytest.approx(1)
    assert min(row[1], row[4]) > 0


def test_pinned_queries_and_keys_alone_would_give_other_weights(client: TestClient) -> None:
    trace = translated(client, "general-en-fr", pins=[{"source": [1]}])
    answer = client.get(f"/api/v1/traces/{trace['id']}/qk?site=decoder.1.cross")
    assert answer.status_code == 422
    assert "ask for /weights with format=npy" in answer.json()["detail"]


@pytest.mark.parametrize("model", LAB)
def test_without_attention_another_sentence_comes_out(client: TestClient, model: str) -> None:
    blind = translated(client, model, attention=False)
    assert blind["target"]["text"] != translated(client, model)["target"]["text"]


def test_a_stream_can_be_pinned_too(client: TestClient) -> None:
    body = {"text": TEXT, "model": "additive-en-fr", "pins": [{"source": [3]}]}
    steps = [data for name, data in events_of(client, body) if name == "step"]
    assert len(steps) > 1
    assert all(step["alignment"][3] == pytest.approx(1) for step in steps)


def test_a_stream_without_attention_weights_has_none(client: TestClient) -> None:
    body = {"text": TEXT, "model": "fixed-en-fr"}
    events = events_of(client, body)
    assert {data["alignment"] for name, data in events if name in ("step", "trace")} == {None}
    assert events[-2][0] == "trace"


@pytest.mark.parametrize(
    ("choices", "detail"),
    [
        ({"pins": [{"source": [999]}]}, "source token 999"),
        ({"pins": [{"source": [999], "step": 400}]}, "source token 999"),
        ({"pins": [{"source": []}]}, "at least 1"),
        ({"pins": [{"source": [0] * 513}]}, "at most 512"),
        ({"pins": [{"source": [0], "step": -1}]}, "greater than or equal to 0"),
        ({"pins": [{"source": [0]}], "text": "One. Two sentences."}, "one sentence"),
    ],
)
def test_bad_pins_are_named(client: TestClient, choices: dict[str, Any], detail: str) -> None:
    body = {"text": TEXT, "model": "additive-en-fr", **choices}
    for path in ("traces", "stream"):
        answer = client.post(f"/api/v1/translations/{path}", json=body)
        assert answer.status_code == 422
        assert detail in answer.json()["detail"]


def test_outputs_show_the_encoder(client: TestClient) -> None:
    trace = translated(client, "fixed-en-fr")
    assert trace["outputs"] == ["embeddings", "states", "last"]
    tokens = len(trace["source"]["tokens"])
    shapes = {
        name: array(client, f"/traces/{trace['id']}/outputs/{name}").shape
        for name in trace["outputs"]
    }
    assert shapes["embeddings"][0] == shapes["states"][0] == tokens
    assert shapes["last"] == (1, shapes["states"][1])
    rows = client.get(f"/api/v1/traces/{trace['id']}/outputs/last").json()["values"]
    assert len(rows[0]) == shapes["last"][1]
    answer = client.get(f"/api/v1/traces/{trace['id']}/outputs/thoughts")
    assert answer.status_code == 422
    assert "it has embeddings, states, last" in answer.json()["detail"]


def test_a_model_that_does_not_look_aligns_nothing_and_says_so(client: TestClient) -> None:
    answer = client.post("/api/v1/alignment", json={"text": TEXT, "model": "fixed-en-fr"})
    assert answer.status_code == 422
    assert "no attention over the source" in answer.json()["detail"]


def test_steps_need_queries_and_keys(client: TestClient) -> None:
    choice = {"site": "decoder.1.cross", "query": "3"}
    trace = translated(client, "additive-en-fr")
    answer = client.get(f"/api/v1/traces/{trace['id']}/steps", params=choice)
    assert answer.status_code == 422
    assert "no queries and keys" in answer.json()["detail"]
    trace = translated(client, "general-en-fr")
    found = client.get(f"/api/v1/traces/{trace['id']}/steps", params=choice).json()
    summed = np.array(found["weights"]) @ np.array(found["values"])
    np.testing.assert_allclose(summed, found["weighted_sum"], atol=1e-4)
    np.testing.assert_allclose(found["layer_output"], found["weighted_sum"], atol=1e-4)


def test_what_is_not_pinned_can_come_through_weakly(client: TestClient) -> None:
    pins = [{"source": [1]}]
    kept = translated(client, "additive-en-fr", pins=pins, others=0.01)
    weights = np.array(kept["alignment"]["weights"])
    assert (weights > 0).all()
    np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-5)
    free = translated(client, "additive-en-fr", target=kept["target"]["text"], others=1, pins=pins)
    plain = translated(client, "additive-en-fr", target=kept["target"]["text"])
    assert free["alignment"]["weights"] == plain["alignment"]["weights"]
    first = np.array(plain["alignment"]["weights"][0])
    scaled = first * np.where(np.arange(len(first)) == 1, 1, 0.01)
    np.testing.assert_allclose(weights[0], scaled / scaled.sum(), atol=1e-4)


@pytest.mark.parametrize("others", [-0.1, 1.5, "much"])
def test_others_are_a_share(client: TestClient, others: Any) -> None:
    body = {"text": TEXT, "model": "additive-en-fr", "pins": [{"source": [1]}], "others": others}
    answer = client.post("/api/v1/translations/traces", json=body)
    assert answer.status_code == 422
    assert "others" in answer.json()["detail"]
