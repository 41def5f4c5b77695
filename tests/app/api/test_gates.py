"""Gates over HTTP: the network, the gates, their maps, what comes out, and the switch."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from foveate.models.inputs.photo import Photo
from foveate.models.intervention import Intervention
from foveate.models.zoo.image.selfie_segmentation import SelfieSegmentation

MODEL, FORM = "selfie-segmentation", {"sample": "astronaut", "resolution": "224"}
SITE = "decoder.1.channel"


@pytest.fixture(scope="module")
def gated(client: TestClient, selfie: SelfieSegmentation) -> dict[str, Any]:
    answer = client.post("/api/v1/images/traces", data={**FORM, "model": MODEL})
    assert answer.status_code == 201, answer.text
    return answer.json()


def get(client: TestClient, trace: dict[str, Any], what: str, **query: Any) -> Any:
    return client.get(f"/api/v1/traces/{trace['id']}/{what}", params=query)


def post(client: TestClient, trace: dict[str, Any], body: Any) -> Any:
    return client.post(f"/api/v1/traces/{trace['id']}/interventions", json=body)


def test_a_trace_says_what_its_model_offers(client: TestClient, gated: dict[str, Any]) -> None:
    offers = gated["offers"]
    assert (len(offers["gates"]), offers["cuts"]) == (10, ["skip.1", "skip.2", "skip.3"])
    assert (offers["attention"], offers["pin"], offers["output"]) == (False, False, "mask")
    assert gated["intervention"] == {
        "gates": {},
        "cuts": [],
        "attention": "on",
        "pin": None,
        "positions": "kept",
        "frame": None,
    }
    dino = client.post("/api/v1/images/traces", data=FORM).json()["offers"]
    assert (dino["gates"], dino["output"]) == ([], "features")


def test_the_network_has_nodes_edges_and_no_tiles(
    client: TestClient, gated: dict[str, Any]
) -> None:
    found = get(client, gated, "network").json()
    assert (found["model"], found["tiles"]) == (MODEL, None)
    nodes = {node["name"]: node for node in found["nodes"]}
    first = nodes["decoder.1"]
    assert (first["path"], first["site"], first["opens"]) == ("decoder", SITE, "skip.1")
    assert (first["stage"], first["channels"], first["rows"], first["columns"]) == (3, 24, 32, 32)
    assert all(edge["source"] in nodes and edge["target"] in nodes for edge in found["edges"])


def test_gates_come_value_by_value_with_their_average(
    client: TestClient, gated: dict[str, Any]
) -> None:
    found = {each["site"]: each for each in get(client, gated, "gates").json()}
    assert list(found) == gated["offers"]["gates"]
    gate = found[SITE]
    assert (gate["of"], gate["opens"], gate["setting"]) == ("channel", "skip.1", None)
    assert (gate["computed"], gate["labels"]) == (None, None)
    assert (len(gate["values"]), gate["rows"], gate["columns"]) == (24, 32, 32)
    assert gate["mean"] == pytest.approx(np.mean(gate["values"]), abs=1e-6)
    usual = get(client, gated, "gates/average").json()
    assert "astronaut" in usual["samples"]
    assert [each["site"] for each in usual["gates"]] == list(found)
    assert len(usual["gates"][0]["values"]) == len(next(iter(found.values()))["values"])
    assert get(client, gated, "gates/average").json() == usual


def test_maps_come_as_numbers_and_as_a_picture(client: TestClient, gated: dict[str, Any]) -> None:
    whole = np.load(io.BytesIO(get(client, gated, "maps", site=SITE).content))
    assert (whole.dtype, whole.shape) == (np.float16, (24, 32, 32))
    gate = next(g for g in get(client, gated, "gates").json() if g["site"] == SITE)["values"]
    listed = get(client, gated, "maps", site=SITE, of="y", channels="5, 0", format="json").json()
    assert (listed["channels"], listed["of"]) == ([5, 0], "y")
    expected = whole[[5, 0]].astype(np.float32) * np.array([gate[5], gate[0]])[:, None, None]
    np.testing.assert_allclose(listed["maps"], expected, rtol=2e-3, atol=1e-3)
    picture = get(client, gated, "maps", site=SITE, channels="0,1,2,3", format="png")
    assert Image.open(io.BytesIO(picture.content)).size == (66, 66)


@pytest.mark.parametrize("channels", ["0,0", ",".join(["3"] * 4096), "1,2,01"])
@pytest.mark.parametrize("format", ["npy", "png", "json"])
def test_no_channel_is_given_twice(
    client: TestClient, gated: dict[str, Any], channels: str, format: str
) -> None:
    answer = get(client, gated, "maps", site=SITE, channels=channels, format=format)
    assert answer.status_code == 422
    assert "is asked for twice: give each number once." in answer.json()["detail"]


def test_what_comes_out_is_numbers_and_a_picture(client: TestClient, gated: dict[str, Any]) -> None:
    mask = np.load(io.BytesIO(get(client, gated, "output", format="npy").content))
    assert mask.shape == (256, 256)
    told = get(client, gated, "output").json()
    assert (told["kind"], told["shape"], told["labels"]) == ("mask", [256, 256], None)
    np.testing.assert_allclose(told["values"], mask, rtol=1e-6)
    picture = Image.open(io.BytesIO(get(client, gated, "output.png").content))
    assert (picture.mode, picture.size) == ("L", (256, 256))
    np.testing.assert_allclose(np.asarray(picture) / 255, mask, atol=1 / 255)


def test_an_intervention_is_a_trace_of_its_own(
    client: TestClient, gated: dict[str, Any], selfie: SelfieSegmentation, astronaut: Photo
) -> None:
    answer = post(client, gated, {"gates": {"all": "open"}, "cuts": ["skip.2"]})
    assert answer.status_code == 201
    changed = answer.json()
    assert changed["id"] != gated["id"]
    assert answer.headers["location"].endswith(changed["id"])
    assert changed["intervention"]["gates"] == {"all": "open"}
    mask = np.load(io.BytesIO(get(client, changed, "output", format="npy").content))
    asked = Intervention({"all": "open"}, ("skip.2",))
    expected = selfie.trace(astronaut, 224, asked).outputs["mask"].value()
    np.testing.assert_allclose(mask, expected, atol=1e-4)
    difference = get(client, changed, "difference", other=gated["id"]).json()
    assert (difference["measure"], difference["other"]) == ("iou", gated["id"])
    assert 0.3 < difference["value"] < 0.8
    gate = get(client, changed, "gates").json()[0]
    assert (gate["setting"], gate["mean"]) == ("open", 1)
    assert gate["computed"] == pytest.approx(get(client, gated, "gates").json()[0]["values"])


def test_the_same_intervention_is_the_same_trace_by_either_road(
    client: TestClient, gated: dict[str, Any]
) -> None:
    body = {"gates": {SITE: {"3": 0.25, "0": 1}}}
    changed = post(client, gated, body).json()
    assert changed["intervention"]["gates"] == {SITE: {"3": 0.25, "0": 1}}
    form = {**FORM, "model": MODEL, "intervention": json.dumps(body)}
    assert client.post("/api/v1/images/traces", data=form).json()["id"] == changed["id"]
    assert post(client, changed, {}).json()["id"] == gated["id"]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"gates": {"all": "ajar"}}, "gate 'all' is set to 'ajar': give open, closed, flat"),
        ({"gates": {"all": -1}}, "gate 'all' is set to -1: give"),
        ({"gates": {"x" * 500: "open"}}, f"gate {'x' * 80!r} is not in {MODEL}: it has encoder.2"),
        ({"gates": {SITE: {"24": 1}}}, f"gate {SITE} has no channel 24: give one from 0 to 23."),
        ({"gates": {SITE: {"one": 1}}}, f"channel 'one' of gate '{SITE}' is no number from 0"),
        ({"gates": {SITE: {"1": None}}}, f"channel 1 of gate '{SITE}' is set to None"),
        ({"gates": {SITE: []}}, f"gate '{SITE}' is set to []: give"),
        ({"gates": [1]}, "gates cannot be used: "),
        ({"cuts": ["skip.9"]}, f"skip 'skip.9' is not in {MODEL}: it has skip.1, skip.2, skip.3."),
        ({"attention": "off"}, f"the attention of {MODEL} cannot be switched off"),
        ({"attention": "half"}, "attention 'half' cannot be used"),
        ({"pin": [0, 1]}, f"the attention of {MODEL} cannot be pinned"),
        ({"pin": [0]}, "pin cannot be used: List should have at least 2"),
        ({"door": 1}, "door '1' cannot be used"),
    ],
)
def test_what_cannot_be_changed_is_a_sentence(
    client: TestClient, gated: dict[str, Any], body: Any, sentence: str
) -> None:
    answer = post(client, gated, body)
    assert answer.status_code == 422
    assert sentence in answer.json()["detail"]


@pytest.mark.parametrize("text", ["{", "[]", "7", '{"gates": 1}', '{"gates": {"all": NaN}}'])
def test_a_form_field_that_is_none_is_a_sentence(client: TestClient, text: str) -> None:
    form = {**FORM, "model": MODEL, "intervention": text}
    answer = client.post("/api/v1/images/traces", data=form)
    assert (answer.status_code, answer.json()["parameter"]) == (422, "intervention")


@pytest.mark.parametrize(
    ("what", "query", "sentence"),
    [
        ("maps", {"site": "nowhere"}, "site 'nowhere' is not in this trace"),
        ("maps", {"site": SITE, "channels": "24"}, "channel 24 is not in decoder.1.channel"),
        ("maps", {"site": SITE, "channels": "1,,2"}, "channels '1,,2' is no list of numbers"),
        ("maps", {"site": SITE, "channels": "-1"}, "channels '-1' is no list of numbers"),
        ("maps", {"site": SITE, "of": "z"}, "of 'z' cannot be used"),
        ("weights", {"site": SITE, "head": "4"}, "head"),
        ("rollout", {}, ""),
    ],
)
def test_what_a_gated_trace_has_not_is_a_sentence(
    client: TestClient, gated: dict[str, Any], what: str, query: dict[str, str], sentence: str
) -> None:
    answer = get(client, gated, what, **query)
    assert answer.status_code == 422
    assert sentence in answer.json()["detail"]


def test_traces_without_gates_say_so(
    client: TestClient, gated: dict[str, Any], trace: dict[str, Any]
) -> None:
    for what in ("gates", "gates/average", "network", "output.png"):
        answer = get(client, trace, what)
        assert (answer.status_code, what) == (422, what)
        assert "dinov2-small" in answer.json()["detail"]
    assert post(client, trace, {"gates": {"all": "open"}}).status_code == 422
    assert post(client, trace, {}).json()["id"] == trace["id"]
    other = get(client, gated, "difference", other=trace["id"])
    assert (other.status_code, other.json()["parameter"]) == (422, "other")
    assert get(client, gated, "difference", other="0" * 32).status_code == 404


def test_texts_have_neither_gates_nor_interventions(client: TestClient) -> None:
    text = client.post("/api/v1/sentences/traces", json={"text": "Hello.", "model": "minilm"})
    found = text.json()
    for what in ("gates", "network", "output", "maps?site=encoder.1.self"):
        assert client.get(f"/api/v1/traces/{found['id']}/{what}").status_code == 422
    assert post(client, found, {"gates": {}}).status_code == 422
