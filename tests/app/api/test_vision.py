"""POST /lab/vision: one photo through several heads of the vision lab in one call."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from foveate.app.main import create_app
from foveate.models.catalog.catalog import Catalog
from foveate.models.weights.folder import TRAINED
from foveate.models.zoo.image.headed import SETTINGS_FILE
from foveate.models.zoo.image.heads.table import HEADS
from tests.app.service import settings
from tests.photos import sample_bytes


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(settings())) as found:
        yield found


def send(client: TestClient, **form: str) -> Any:
    return client.post("/api/v1/lab/vision", data={"sample": "cat"} | form)


@pytest.fixture(scope="module")
def whole(client: TestClient) -> dict[str, Any]:
    answer = send(client)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_every_head_says_what_it_is_and_what_it_takes_the_photo_for(whole: dict[str, Any]) -> None:
    heads = {head["model"].removeprefix("vision-"): head for head in whole["heads"]}
    assert list(heads) == [name for name in HEADS if name in heads]
    for name, head in heads.items():
        entry = HEADS[name]
        said = (head["kind"], head["chooses"], head["words"])
        assert said == (entry.kind, entry.chooses, entry.words)
        assert len(head["verdict"]) == 20
        assert sum(each["probability"] for each in head["verdict"]) == pytest.approx(1, abs=1e-5)
        assert bool(head["sites"]) == bool(entry.chooses)
        spoken = head["activation"]
        assert (spoken is None) == ("additive" in name or name == "multiplicative")
        assert spoken is None or spoken["label"] == head["verdict"][0]["label"]
        assert spoken is None or len(spoken["values"]) == spoken["rows"] * spoken["columns"] == 196
        for site in head["sites"]:
            sizes = {"branch": 112 * 2}
            assert len(site["values"]) == sizes.get(site["key"]["kind"], site["key"]["size"])
    assert sum(heads["additive"]["sites"][0]["values"]) == pytest.approx(1, abs=1e-5)


def test_the_photo_goes_through_the_stem_once(client: TestClient, whole: dict[str, Any]) -> None:
    host = client.app.state.host  # type: ignore[attr-defined]
    stems = {id(model.stem): model.stem for model in host._models.values()}
    (stem,) = stems.values()
    seen = [photo for photo in stem._seen if photo.sha256 == whole["input"]["sha256"]]
    assert len(seen) == 1


def test_every_trace_is_kept_as_any_other(client: TestClient, whole: dict[str, Any]) -> None:
    head = next(head for head in whole["heads"] if head["model"] == "vision-swin")
    trace = client.get(f"/api/v1/traces/{head['trace_id']}").json()
    assert [site["name"] for site in trace["sites"]] == ["encoder.1.self", "encoder.2.self"]
    verdict = client.get(f"/api/v1/traces/{head['trace_id']}/verdict", params={"top": 1}).json()
    assert verdict["classes"] == head["verdict"][:1]
    alone = {"sample": "cat", "model": "vision-swin", "resolution": "224"}
    again = client.post("/api/v1/images/traces", data=alone).json()
    assert again["id"] == head["trace_id"]


def test_attention_off_or_pinned_leaves_alone_what_has_none(client: TestClient) -> None:
    names = "vision-average,vision-additive,vision-cbam"
    off = send(client, models=names, intervention='{"attention": "off"}').json()["heads"]
    assert [head["intervention"]["attention"] for head in off] == ["on", "off", "off"]
    assert off[1]["sites"][0]["values"] == pytest.approx([1 / 196] * 196)
    assert {value for site in off[2]["sites"] for value in site["values"]} == {1.0}
    pinned = send(client, models=names, intervention=json.dumps({"pin": [2, 5]})).json()["heads"]
    for head in pinned[1:]:
        place = head["sites"][-1]["values"]
        assert (place[2 * 14 + 5], sum(place)) == (1.0, 1.0)


def test_a_photo_that_is_no_square_is_seen_in_its_middle(client: TestClient) -> None:
    files = {"file": ("coffee", sample_bytes("coffee"))}
    answer = client.post(
        "/api/v1/lab/vision", files=files, data={"models": "vision-average"}
    ).json()
    crop = answer["input"]["crop"]
    assert (
        crop["width"] == crop["height"] == min(answer["input"]["width"], answer["input"]["height"])
    )
    assert "it saw the square in the middle" in " ".join(answer["input"]["notes"])


@pytest.mark.parametrize(
    ("form", "parameter", "sentence"),
    [
        ({"models": "dinov2-small"}, "models", "no head of the vision lab: give some of vision-"),
        ({"intervention": '{"pin": [14, 0]}'}, "intervention", "from 0,0 to 13,13"),
        ({"intervention": '{"gates": {"x": "open"}}'}, "intervention", "gate 'x' is not in"),
        ({"sample": "nobody"}, None, "nobody"),
    ],
)
def test_what_cannot_be_met_is_a_sentence(
    client: TestClient, form: dict[str, str], parameter: str | None, sentence: str
) -> None:
    answer = send(client, **form)
    assert answer.status_code == 422
    assert sentence in answer.json()["detail"]
    assert parameter in (None, answer.json()["parameter"])


def test_cards_and_folders_name_the_same_head() -> None:
    cards = {name: card for name, card in Catalog().items() if card.zoo == "headed:Headed"}
    assert cards
    for name, card in cards.items():
        said = json.loads((TRAINED / card.source.path / SETTINGS_FILE).read_text())  # type: ignore[union-attr]
        assert name == card.source.path == f"vision-{said['head']}"  # type: ignore[union-attr]
        assert "Caltech-101" in card.credit
