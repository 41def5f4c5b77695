"""A convolutional classifier over HTTP: verdict, class activation maps, receptive fields."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from fastapi.testclient import TestClient
from PIL import Image

from foveate.app.main import create_app
from foveate.models.weights.cache import file_sha256
from tests.app.service import settings
from tests.zoo import lite0

CARD = """
[tiny-cnn]
title = "A convolutional network at random"
task = "image"
zoo = "efficientnet_lite:EfficientNetLite"
paper = "Tan and Le 2019"
paper_url = "https://arxiv.org/abs/1905.11946"
licence = "Apache-2.0"
credit = "this test"
bytes = 1000
[tiny-cnn.source]
kind = "folder"
path = "{path}"
sha256 = "{sha256}"
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("lite0")
    torch.manual_seed(0)
    lite0.converted(lite0.random_state(), folder)
    catalog = folder / "catalog.toml"
    card = CARD.format(path=folder, sha256=file_sha256(folder / "model.safetensors"))
    catalog.write_text(card)
    app = create_app(settings(catalog=catalog, threads=1))
    with TestClient(app, raise_server_exceptions=False) as found:
        yield found


@pytest.fixture(scope="module")
def described(service: TestClient) -> dict[str, Any]:
    form = {"sample": "cat", "resolution": "224", "model": "tiny-cnn"}
    answer = service.post("/api/v1/images/traces", data=form)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture(scope="module")
def url(described: dict[str, Any]) -> str:
    return f"/api/v1/traces/{described['id']}"


def test_its_trace_has_classes_and_no_sites(described: dict[str, Any]) -> None:
    assert (described["sites"], described["heatmaps"]) == ([], [])
    assert described["outputs"] == ["classes"]
    assert described["grid"]["patch_size"] == 32
    assert described["precision"] == "float32"


def test_a_verdict_is_in_words(service: TestClient, url: str) -> None:
    chances = service.get(f"{url}/outputs/classes").json()["values"][0]
    found = service.get(f"{url}/verdict?top=3").json()["classes"]
    assert [each["probability"] for each in found] == pytest.approx(sorted(chances)[:-4:-1])
    assert all(chances[each["number"]] == pytest.approx(each["probability"]) for each in found)


def test_a_class_map_in_every_format(service: TestClient, url: str) -> None:
    first = service.get(f"{url}/verdict?top=1").json()["classes"][0]
    found = service.get(f"{url}/cam").json()
    assert found["classified"] == first
    assert (found["method"], found["layer"]) == ("grad-cam", "head")
    rows, columns = found["grid"]["rows"], found["grid"]["columns"]
    assert found["grid"]["patch_size"] == 32
    array = np.load(io.BytesIO(service.get(f"{url}/cam?format=npy").content))
    assert array.shape == (rows, columns)
    np.testing.assert_allclose(found["heatmap"], array, rtol=1e-6)
    assert (found["minimum"], found["maximum"]) == (array.min(), array.max())
    text = service.get(f"{url}/cam", headers={"Accept": "text/csv"}).text
    assert len(text.split()) == rows + 1


def test_a_class_method_and_layer_are_chosen(service: TestClient, url: str) -> None:
    query = "method=hirescam&class=Egyptian%20cat&layer=stage3.2"
    found = service.get(f"{url}/cam?{query}").json()
    assert found["classified"]["number"] == 285
    assert (found["grid"]["patch_size"], found["layer"]) == (8, "stage3.2")
    assert found["minimum"] < 0 < found["maximum"]
    assert service.get(f"{url}/cam?{query.replace('Egyptian%20cat', '285')}").json() == found


@pytest.mark.parametrize(
    "path",
    [
        *(f"cam.png?lens={lens}" for lens in ("overlay", "heat", "filter", "attenuate")),
        "cam.png?method=hirescam&class=tabby&layer=stage5.1&colormap=vik",
        "receptive.png?row=2&column=3&layer=stage4.1&smooth=false",
    ],
)
def test_it_is_drawn_on_the_photo(path: str, service: TestClient, url: str) -> None:
    answer = service.get(f"{url}/{path}")
    assert answer.status_code == 200, answer.text
    image = Image.open(io.BytesIO(answer.content))
    photo = Image.open(io.BytesIO(service.get(f"{url}/photo").content))
    assert image.size == photo.size or "heat" in path
    assert image.text["Description"].startswith("tiny-cnn, ")  # type: ignore[attr-defined]


def test_layers_say_what_their_units_can_see(service: TestClient, url: str) -> None:
    found = service.get(f"{url}/layers").json()["layers"]
    sizes = [layer["rows"]["size"] for layer in found]
    assert (found[0]["name"], found[0]["rows"]) == ("stem", {"size": 3, "stride": 2, "start": 0})
    assert found[-1]["rows"]["stride"] == found[-1]["grid"]["patch_size"] == 32
    assert sizes == sorted(sizes)


def test_a_unit_sees_its_box_and_no_more(
    service: TestClient, url: str, described: dict[str, Any]
) -> None:
    path = f"{url}/receptive?layer=stage3.1&row=12&column=15"
    found = service.get(path).json()
    array = np.load(io.BytesIO(service.get(f"{path}&format=npy").content))
    np.testing.assert_allclose(found["share"], array, rtol=1e-6)
    assert array.sum() == pytest.approx(1)
    crop, box = described["input"]["crop"], found["box"]
    scale = array.shape[1] / crop["width"]
    assert (box["right"] - box["left"]) * scale == pytest.approx(found["columns"]["size"])
    left, right = ((box[side] - crop["left"]) * scale for side in ("left", "right"))
    top, bottom = ((box[side] - crop["top"]) * scale for side in ("top", "bottom"))
    seen = array[round(top) : round(bottom), round(left) : round(right)]
    assert seen.sum() == pytest.approx(1)
    assert 0 < 4 * max(found["deviation"]) < found["rows"]["size"]


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("cam?class=dragon", "class 'dragon' is not one of this model's"),
        ("cam?class=1000", "give a number from 0 to 999"),
        ("cam?layer=stage9", "layer 'stage9' is not in tiny-cnn: it has stem, stage1.1"),
        ("cam?method=score-cam", "method"),
        ("cam?head=3", "head"),
        ("cam.png?keep=0", "keep"),
        ("verdict?top=0", "top"),
        ("receptive?row=7&column=0", "row 7 is not in head: give a number from 0 to 4."),
        ("receptive?row=0&column=-1", "column -1 is not in head"),
        ("receptive?row=0&column=0&channel=1280", "channel 1280 is not in head"),
        ("receptive?row=0", "column"),
        ("overlay.png", "has no attention"),
        ("heatmaps", "has no attention"),
        ("steps?site=head", "has no attention"),
    ],
)
def test_what_cannot_be_met_is_said(
    path: str, sentence: str, service: TestClient, url: str
) -> None:
    answer = service.get(f"{url}/{path}")
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert sentence in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("verdict", "dinov2-small is no classifier"),
        ("cam", "dinov2-small is no convolutional classifier"),
        ("layers", "such as efficientnet-lite0"),
        ("receptive?row=0&column=0", "such as efficientnet-lite0"),
    ],
)
def test_a_vision_transformer_has_none_of_it(
    path: str, sentence: str, client: TestClient, trace: dict[str, Any]
) -> None:
    answer = client.get(f"/api/v1/traces/{trace['id']}/{path}")
    assert answer.status_code == 422, answer.text
    assert sentence in answer.json()["detail"]
