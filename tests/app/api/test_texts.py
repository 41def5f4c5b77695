"""Sentences over HTTP: translations, their stream, reading, alignment, the numbers behind."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from tests.app.service import events_of

AREA = "The agreement on the European Economic Area was signed in August 1992."
CROSSING = {("European", "Europeu"), ("Economic", "Económico"), ("Area", "Espaço")}


def translated(client: TestClient, **body: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/translations/traces", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/api/v1/traces/{found['id']}"
    return found


@pytest.fixture(scope="module")
def area(client: TestClient) -> dict[str, Any]:
    return translated(client, text=AREA)


def linked(source: list[str], target: list[str], links: list[dict[str, Any]]) -> set[Any]:
    return {(source[link["source"]], target[link["target"]]) for link in links}


def test_words_cross_over_in_a_translation(area: dict[str, Any]) -> None:
    assert area["target"]["text"].startswith("O acordo sobre o Espaço Económico Europeu")
    words = [[w["text"] for w in area[side]["words"]] for side in ("source", "target")]
    assert linked(*words, area["alignment"]["links"]) >= CROSSING
    assert "4-6 5-5 6-4" in area["alignment"]["pharaoh"]


def test_a_trace_is_described_again_and_gives_its_weights(
    client: TestClient, area: dict[str, Any]
) -> None:
    url = f"/api/v1/traces/{area['id']}"
    assert client.get(url).json() == area
    guide = area["alignment"]
    query = {"site": guide["site"], "head": guide["head"]}
    weights = client.get(f"{url}/weights", params=query).json()["weights"]
    assert weights == guide["weights"]
    np.testing.assert_allclose(np.sum(weights, -1), 1, atol=1e-5)
    np.testing.assert_allclose(np.sum(guide["word_weights"], -1), 1, atol=1e-5)


def test_csv_names_the_tokens_and_holds_the_same_numbers(
    client: TestClient, area: dict[str, Any]
) -> None:
    query = "site=decoder.2.cross&head=0&format=csv"
    lines = client.get(f"/api/v1/traces/{area['id']}/weights?{query}").text.splitlines()
    assert lines[0].split(",")[1:3] == ["▁The", "▁agreement"]
    rows = [[float(value) for value in line.split(",")[1:]] for line in lines[1:]]
    assert rows == area["alignment"]["weights"]


def test_csv_of_all_heads_names_head_and_query(client: TestClient, area: dict[str, Any]) -> None:
    url = f"/api/v1/traces/{area['id']}/weights?site=decoder.2.cross"
    header, *rows = csv.reader(client.get(f"{url}&format=csv").text.splitlines())
    labels = [[token["text"] for token in area[side]["tokens"]] for side in ("source", "target")]
    assert header == ["head", "query", *labels[0]]
    assert [row[:2] for row in rows] == [[str(h), name] for h in range(8) for name in labels[1]]
    whole = np.array([row[2:] for row in rows], float).reshape(8, len(labels[1]), -1)
    assert whole.tolist() == client.get(url).json()["weights"]
    header, *rows = csv.reader(client.get(f"{url}&format=csv&query=3").text.splitlines())
    assert (header, len(rows)) == (["head", *labels[0]], 8)
    found = np.array([row[1:] for row in rows], float)
    np.testing.assert_allclose(found, whole[:, 3], atol=1e-5)


def test_a_label_does_not_run_in_a_spreadsheet(client: TestClient) -> None:
    body = {"text": "=1+1 -2 @x +3", "model": "minilm"}
    trace = client.post("/api/v1/sentences/traces", json=body).json()
    labels = [token["text"] for token in trace["text"]["tokens"]]
    assert {"=", "+", "-", "@"} <= {*labels}
    safe = [f"'{label}" if label[0] in "=+-@" else label for label in labels]
    url = f"/api/v1/traces/{trace['id']}/weights?format=csv&head=0"
    header, *rows = csv.reader(client.get(url).text.splitlines())
    assert (header, [row[0] for row in rows]) == (["query", *safe], safe)
    header, *rows = csv.reader(client.get(f"{url}&query=1").text.splitlines())
    assert [row[0] for row in rows] == safe


def test_queries_and_keys_travel_as_npy(client: TestClient, area: dict[str, Any]) -> None:
    answer = client.get(f"/api/v1/traces/{area['id']}/qk?site=encoder.1.self")
    tokens = len(area["source"]["tokens"])
    assert np.load(io.BytesIO(answer.content)).shape == (2, 8, tokens, 32)


def test_queries_and_keys_of_a_cross_attention_give_its_weights(
    client: TestClient, area: dict[str, Any]
) -> None:
    url, site = f"/api/v1/traces/{area['id']}", area["sites"][-1]
    content = client.get(f"{url}/qk", params={"site": site["name"]}).content
    queries, keys = np.load(io.BytesIO(content)).astype(np.float32)
    rows, columns = site["query"]["size"], site["key"]["size"]
    assert rows != columns
    assert queries.shape == keys.shape == (8, max(rows, columns), 32)
    scaled = queries[0, :rows] @ keys[0, :columns].T * site["scale"]
    exponents = np.exp(scaled - scaled.max(-1, keepdims=True))
    found = exponents / exponents.sum(-1, keepdims=True)
    np.testing.assert_allclose(found, area["alignment"]["weights"], atol=2e-3)
    assert not keys[:, columns:].any()


@pytest.mark.parametrize("site", ["encoder.3.self", "decoder.2.cross"])
def test_steps_multiply_out(client: TestClient, area: dict[str, Any], site: str) -> None:
    url = f"/api/v1/traces/{area['id']}"
    query = {"site": site, "head": 3, "query": 5}
    steps = client.get(f"{url}/steps", params=query).json()
    keys, values = np.array(steps["keys"]), np.array(steps["values"])
    scores = keys @ np.array(steps["query"])
    np.testing.assert_allclose(scores, steps["scores"], atol=1e-4)
    np.testing.assert_allclose(scores * steps["scale"], steps["scaled"], atol=1e-4)
    exponents = np.exp(np.array(steps["scaled"]) - max(steps["scaled"]))
    np.testing.assert_allclose(exponents / exponents.sum(), steps["weights"], atol=1e-5)
    weights = client.get(f"{url}/weights", params=query).json()["weights"]
    np.testing.assert_allclose(weights, steps["weights"], atol=1e-6)
    np.testing.assert_allclose(np.array(weights) @ values, steps["weighted_sum"], atol=1e-5)


def test_steps_of_an_image_list_the_keys_with_most_weight(
    client: TestClient, trace: dict[str, Any]
) -> None:
    query = {"site": "encoder.12.self", "head": 1, "query": "3,4", "top": 5}
    steps = client.get(f"/api/v1/traces/{trace['id']}/steps", params=query).json()
    whole = client.get(f"/api/v1/traces/{trace['id']}/weights", params=query | {"head": "1"})
    weights = whole.json()["weights"]
    assert sorted(steps["shown"]) == sorted(np.argsort(weights)[-5:].tolist())
    assert len(steps["layer_output"]) == 384
    assert steps["query_label"] == "3,4"


def test_head_outputs_and_bias_make_up_the_layer_output(
    client: TestClient, area: dict[str, Any]
) -> None:
    url = f"/api/v1/traces/{area['id']}/steps?site=decoder.1.cross&query=2&head="
    heads = [client.get(f"{url}{head}").json() for head in range(8)]
    left = np.array(heads[0]["layer_output"]) - np.sum([h["output"] for h in heads], 0)
    for other in (0, 5):  # what is left over is the bias, whichever query is asked
        again = client.get(f"{url.replace('query=2', f'query={other}')}0").json()
        sums = [client.get(f"{url.replace('query=2', f'query={other}')}{h}").json()["output"]
                for h in range(8)]  # fmt: skip
        np.testing.assert_allclose(
            np.array(again["layer_output"]) - np.sum(sums, 0), left, atol=1e-4
        )


def test_a_paragraph_is_traced_sentence_by_sentence(client: TestClient) -> None:
    found = translated(client, text="Dr. Smith left. It was late!\n\nWhy did he go?")
    sources = [part["source"] for part in found["paragraph"]]
    assert sources == ["Dr. Smith left.", "It was late!", "Why did he go?"]
    described = [client.get(f"/api/v1/traces/{part['id']}").json() for part in found["paragraph"]]
    assert described[0] == found
    for part, again in zip(found["paragraph"], described, strict=True):
        assert again["id"] == part["id"]
        assert (again["source"]["text"], again["target"]["text"]) == (
            part["source"],
            part["target"],
        )
        assert again["paragraph"] == found["paragraph"]


def test_the_same_sentence_twice_in_a_paragraph_is_two_traces(client: TestClient) -> None:
    found = translated(client, text="Stop! Stop!")
    ids = {part["id"] for part in found["paragraph"]}
    assert len(ids) == 2
    alone = translated(client, text="Stop!")
    assert alone["id"] not in ids
    assert [part["id"] for part in alone["paragraph"]] == [alone["id"]]


def test_tokens_are_those_that_will_be_translated(client: TestClient, area: dict[str, Any]) -> None:
    found = client.post("/api/v1/tokens", json={"text": f"{AREA} Hello."}).json()
    assert found["model"] == "bergamot-en-pt"
    assert found["sentences"][0] == area["source"]
    assert [s["text"] for s in found["sentences"]] == [AREA, "Hello."]


def test_tokens_of_a_reading_model_are_one_text(client: TestClient) -> None:
    body = {"text": "Hello. Good night.", "model": "minilm"}
    (found,) = client.post("/api/v1/tokens", json=body).json()["sentences"]
    read = client.post("/api/v1/sentences/traces", json=body).json()
    assert found == read["text"]
    assert not any(site["causal"] for site in read["sites"])


def test_a_given_target_is_written(client: TestClient, area: dict[str, Any]) -> None:
    forced = translated(client, text=AREA, target=area["target"]["text"])
    assert forced["forced"]
    assert forced["id"] != area["id"]
    np.testing.assert_allclose(
        forced["alignment"]["weights"], area["alignment"]["weights"], atol=1e-5
    )
    assert [s["token"]["text"] for s in forced["steps"]] == [
        s["token"]["text"] for s in area["steps"]
    ]


def test_beam_search_keeps_its_tree(client: TestClient) -> None:
    found = translated(client, text="He kicked the bucket.", beam=4)
    nodes, path = found["beam"]["nodes"], found["beam"]["path"]
    assert [nodes[n]["token"]["id"] for n in path] == [t["id"] for t in found["target"]["tokens"]]
    assert nodes[path[-1]]["state"] == "finished"
    assert {node["state"] for node in nodes} == {"kept", "pruned", "finished"}


def test_the_stream_is_the_translation_step_by_step(
    client: TestClient, area: dict[str, Any]
) -> None:
    events = events_of(client, {"text": AREA})
    names = [name for name, _ in events]
    count = len(area["target"]["tokens"])
    assert names == ["sentence", *["step"] * count, "trace", "done"]
    steps = [data for name, data in events if name == "step"]
    assert [s["step"]["token"]["text"] for s in steps] == [
        s["token"]["text"] for s in area["steps"]
    ]
    np.testing.assert_allclose(
        [s["alignment"] for s in steps], area["alignment"]["weights"], atol=1e-5
    )
    assert steps[-1]["text"] == area["target"]["text"]
    assert events[-2][1]["id"] == area["id"]


def test_a_paragraph_streams_one_sentence_after_another(client: TestClient) -> None:
    events = events_of(client, {"text": "Hello. How are you?"})
    assert [d["sentence"] for n, d in events if n == "sentence"] == [0, 1]
    assert [d["target"]["text"] for n, d in events if n == "trace"] == ["Olá.", "Como você está?"]


def test_a_sentence_and_a_pair_are_read(client: TestClient) -> None:
    body = {"text": "The animal did not cross.", "pair": "It was tired 👍🏽."}
    answer = client.post("/api/v1/sentences/traces", json=body)
    found = answer.json()
    assert answer.status_code == 201
    words = [word["text"] for word in found["text"]["words"]]
    assert words[0] == "[CLS]"
    assert words.count("[SEP]") == 2
    assert "👍🏽" in words
    assert [site["heads"] for site in found["sites"]] == [12] * 6
    heads = client.get(f"/api/v1/traces/{found['id']}/statistics").json()
    assert (len(heads["heads"]), heads["distance_unit"]) == (72, "tokens")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", 422),
        (" \n\t ", 422),
        ("\x00\x1b", 422),
        ("word " * 10_000, 413),
        ("a" * 5_000, 413),
        ("Hi. " * 100, 413),
        ("\ud800 half", 422),
    ],
    ids=["empty", "spaces", "control", "10,000 words", "5,000 letters", "sentences", "surrogate"],
)
def test_text_that_cannot_be_used_is_a_problem(client: TestClient, text: str, status: int) -> None:
    content = json.dumps({"text": text})  # as ASCII, so that half a surrogate pair gets through
    for path in ("translations/traces", "translations/stream", "tokens"):
        answer = client.post(
            f"/api/v1/{path}", content=content, headers={"content-type": "application/json"}
        )
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["parameter"] == "text"


@pytest.mark.parametrize("text", ["👍🏽👩‍👩‍👧🎉", "שלום עולם, מה שלומך היום?", "我爱你，你好吗？"])
def test_what_the_vocabulary_lacks_is_translated_all_the_same(
    client: TestClient, text: str
) -> None:
    found = translated(client, text=text)
    assert "vocabulary lacks" in found["source"]["notes"][0]


@pytest.mark.parametrize(
    ("path", "body", "parameter"),
    [
        ("translations/traces", {"text": "Hi.", "model": "nope"}, "model"),
        ("translations/traces", {"text": "Hi.", "beam": 9}, "beam"),
        ("translations/traces", {"text": "Hi.", "target": " "}, "target"),
        ("translations/stream", {"text": "Hi.", "beam": 2}, "beam"),
        ("sentences/traces", {"text": "Hi.", "model": "bergamot-en-pt"}, "model"),
        ("alignment", {"text": ["two words", " "]}, "text"),
        ("alignment", {"text": []}, "text"),
        ("alignment", {"text": None}, "text"),
        ("alignment", {"text": [1]}, "text"),
        ("translations/traces", {"text": 1}, "text"),
        ("translations/traces", {"text": "Hi.", "beams": 2}, "beams"),
        ("translations/traces", {"text": "Hi.", "target": "\u200d"}, "target"),
        ("sentences/traces", {"text": "Hi.", "pair": ""}, "pair"),
        ("sentences/traces", {}, "text"),
        ("alignment", {"text": "Hi.", "threshold": 0}, "threshold"),
        ("tokens", {"text": "Hi.", "model": "dinov2-small"}, "model"),
        ("tokens", {"text": "Hi.", "model": "nope"}, "model"),
    ],
)
def test_a_choice_that_cannot_be_met_is_a_problem(
    client: TestClient, path: str, body: dict[str, Any], parameter: str
) -> None:
    answer = client.post(f"/api/v1/{path}", json=body)
    assert answer.status_code == 422
    assert answer.json()["parameter"] == parameter


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b'{"text": ', "The body is no JSON: Expecting value at character 9."),
        (b"", "body is missing: Field required."),
        (b"[]", "body cannot be used: Input should be a valid dictionary"),
        (b'{"text": null}', "text 'None' cannot be used: Input should be a valid string, or:"),
    ],
)
def test_a_body_that_is_no_request_says_why(client: TestClient, body: bytes, detail: str) -> None:
    headers = {"content-type": "application/json"}
    answer = client.post("/api/v1/alignment", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(detail)


def test_more_given_words_than_a_sentence_has_are_refused_unread(client: TestClient) -> None:
    answer = client.post("/api/v1/alignment", json={"text": ["a"] * 60_000})
    assert answer.status_code == 413
    assert answer.json()["detail"] == "text has 60000 words: give at most 512."


def test_pictures_are_of_images_alone(client: TestClient, area: dict[str, Any]) -> None:
    for path in ("overlay.png", "photo", "heatmaps"):
        answer = client.get(f"/api/v1/traces/{area['id']}/{path}")
        assert answer.status_code == 422
        assert "is of a text" in answer.json()["detail"]


def embedded(client: TestClient, model: str, **asked: Any) -> Any:
    return client.get(f"/api/v1/models/{model}/embeddings", params=asked)


@pytest.mark.parametrize("model", ["additive-en-fr", "bergamot-en-pt", "minilm"])
def test_a_words_neighbours_are_those_of_the_models_own_table(
    client: TestClient, model: str
) -> None:
    found = embedded(client, model, text="red", top=5).json()
    (token,) = found["tokens"]
    assert len(token["vector"]) == found["width"]
    cosines = [near["cosine"] for near in token["neighbours"]]
    assert len(cosines) == 5
    assert cosines == sorted(cosines, reverse=True)
    texts = [near["text"].strip("▁").lower() for near in token["neighbours"]]
    assert {"blue", "yellow", "pink", "golden", "red"} & {*texts}
    again = embedded(client, model, text=token["neighbours"][0]["text"].strip("▁"), top=1).json()
    other = again["tokens"][0]["vector"]
    along = np.dot(token["vector"], other)
    cosine = along / np.linalg.norm(token["vector"]) / np.linalg.norm(other)
    assert cosine == pytest.approx(cosines[0], abs=1e-5)


@pytest.mark.parametrize(
    ("model", "asked", "status", "said"),
    [
        ("nobody", {"text": "red"}, 422, "nobody"),
        ("dinov2-small", {"text": "red"}, 422, "dinov2-small"),
        ("minilm", {"text": " "}, 422, "empty"),
        ("minilm", {"text": "a " * 40}, 422, "40 tokens"),
        ("minilm", {"text": "a" * 101}, 422, "100"),
        ("minilm", {"text": "red", "top": 33}, 422, "32"),
        ("minilm", {}, 422, "text"),
    ],
)
def test_what_cannot_be_looked_up_is_said(
    client: TestClient, model: str, asked: dict[str, Any], status: int, said: str
) -> None:
    answer = embedded(client, model, **asked)
    assert answer.status_code == status
    assert said in answer.json()["detail"]
