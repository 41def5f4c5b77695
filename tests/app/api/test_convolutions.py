"""A convolutional classifier over HTTP: verdict, class activation maps, receptive fields."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from foveate.app.main import create_app
from tests.app.service import settings
from tests.zoo import lite0


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("lite0")
    catalog = folder / "catalog.toml"
    catalog.write_text(lite0.card("tiny-cnn", folder))
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


def test_the_maps_of_all_layers_are_those_of_each(service: TestClient, url: str) -> None:
    found = service.get(f"{url}/cams?method=layercam&class=tabby").json()
    names = [layer["name"] for layer in service.get(f"{url}/layers").json()["layers"]]
    assert [each["site"] for each in found] == names
    one = service.get(f"{url}/cam?method=layercam&class=tabby&layer=stage3.2").json()
    packed = found[names.index("stage3.2")]
    assert packed["maximum"] == pytest.approx([one["maximum"]], rel=1e-3)


def test_what_a_class_map_leaves_is_judged_by_its_network(service: TestClient, url: str) -> None:
    first = service.get(f"{url}/verdict?top=1").json()["classes"][0]
    found = service.get(f"{url}/cam/selection?keep=100&keep=20&layer=stem&method=layercam").json()
    assert (found["model"], found["judge"], found["lens"]) == ("tiny-cnn", "tiny-cnn", "filter")
    assert found["classified"]["number"] == first["number"]
    assert found["classified"]["probability"] == pytest.approx(first["probability"], rel=1e-4)
    assert [point["at"] for point in found["points"]] == [100, 20]
    whole = service.get(f"{url}/cam/selection?lens=attenuate&floor=1&floor=0").json()
    untouched, dimmed = (point["probability"] for point in whole["points"])
    assert untouched == pytest.approx(first["probability"], rel=1e-3)
    assert dimmed != pytest.approx(untouched, rel=1e-3)


def test_another_classifier_judges_what_attention_leaves(service: TestClient) -> None:
    form = {"sample": "cat", "resolution": "224"}
    found = service.post("/api/v1/images/traces", data=form).json()
    url = f"/api/v1/traces/{found['id']}/selection"
    curve = service.get(f"{url}?judge=tiny-cnn&layer=12&keep=100&keep=30").json()
    assert (curve["model"], curve["judge"]) == (found["model"], "tiny-cnn")
    assert len(curve["points"]) == 2
    assert curve["points"][1]["first"]["label"]
    answer = service.get(f"{url}?judge=dinov2-small")
    assert answer.status_code == 422
    assert "dinov2-small is no classifier" in answer.json()["detail"]


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
    squares = np.load(io.BytesIO(service.get(f"{path}&format=npy&square=8").content))
    assert squares.shape == (array.shape[0] // 8, array.shape[1] // 8)
    assert squares[3, 4] == pytest.approx(array[24:32, 32:40].sum(), abs=1e-6)
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
        ("selection?judge=dragon", "model 'dragon' is not in the catalog"),
        ("selection?lens=heat", "lens"),
        ("cam/selection?keep=0", "keep"),
        ("cam/selection?" + "&".join(["keep=5"] * 9), "keep"),
        ("selection", "has no attention"),
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
