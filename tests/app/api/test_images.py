"""The API as its users call it. Every number is compared with the model's own trace."""

from __future__ import annotations

import base64
import csv
import io
import json
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from numpy.typing import NDArray
from PIL import Image

from foveate.models.analysis.heatmap import heatmap, query_heatmaps
from foveate.models.analysis.rollout import rollout
from foveate.models.analysis.statistics import head_statistics
from foveate.models.inputs.photo import Photo
from foveate.models.trace import Trace
from foveate.models.zoo.image.dinov2 import Dinov2
from tests.models.inputs.test_colour import swapped_profile
from tests.photos import encoded, sample_bytes, sample_image, sample_names

SITE = "encoder.12.self"


@pytest.fixture(scope="module")
def truth(dinov2: Dinov2, cat: Photo) -> Trace:
    return dinov2.trace(cat, 224)


def get(client: TestClient, trace: dict[str, Any], path: str, **query: object) -> Any:
    answer = client.get(f"/api/v1/traces/{trace['id']}/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer


def npy(content: bytes) -> NDArray[Any]:
    return np.load(io.BytesIO(content), allow_pickle=False)


def test_an_upload_makes_a_trace_and_says_where(client: TestClient) -> None:
    file = encoded(sample_image("coffee"), "PNG")
    answer = client.post(
        "/api/v1/images/traces",
        files={"file": ("photo.png", file)},
        data={"model": "dinov2-small", "resolution": "224"},
    )
    assert answer.status_code == 201
    body = answer.json()
    assert answer.headers["location"] == f"/api/v1/traces/{body['id']}"
    assert client.get(answer.headers["location"]).json() == body
    assert body["input"]["width"] == 600
    assert body["grid"] == {"rows": 11, "columns": 16, "patch_size": 14}
    assert [site["name"] for site in body["sites"]] == [f"encoder.{i}.self" for i in range(1, 13)]
    assert body["prefix"] == ["cls"]
    assert body["outputs"] == ["features", "saliency"]
    assert body["timings"]["forward_ms"] > 0


@pytest.mark.slow
def test_the_same_photo_is_the_same_trace(client: TestClient, trace: dict[str, Any]) -> None:
    files = {"file": ("another-name.jpg", sample_bytes("cat"))}
    answer = client.post("/api/v1/images/traces", files=files, data={"resolution": "224"})
    assert answer.json()["id"] == trace["id"]
    other = client.post("/api/v1/images/traces", files=files, data={"resolution": "448"})
    assert other.json()["id"] != trace["id"]


def test_the_first_paint_comes_with_the_trace(trace: dict[str, Any], truth: Trace) -> None:
    for found, site in zip(trace["heatmaps"], truth.sites, strict=True):
        maps = query_heatmaps(site, 0).numpy()
        data = np.frombuffer(base64.b64decode(found["data"]), np.uint8).reshape(maps.shape)
        low = np.array(found["minimum"])[:, None, None]
        high = np.array(found["maximum"])[:, None, None]
        step = (high - low) / 255
        assert (abs(low + data * step - maps) <= step / 2 + 1e-7).all()
        assert found["heads"] == ["0", "1", "2", "3", "4", "5", "mean", "max"]


@pytest.mark.parametrize("head", ["0", "5", "mean", "max"])
@pytest.mark.parametrize("query", ["cls", "3,7", "100"])
def test_weights_in_every_format_are_the_models_own(
    client: TestClient, trace: dict[str, Any], truth: Trace, head: str, query: str
) -> None:
    site = truth.site(SITE)
    chosen: Any = int(head) if head.isdigit() else head
    expected = site.weights(chosen, site.query.index(query)).numpy()
    choice = {"site": SITE, "head": head, "query": query}
    body = get(client, trace, "weights", **choice).json()
    np.testing.assert_allclose(body["weights"], expected, atol=1e-6)
    array = npy(get(client, trace, "weights", **choice, format="npy").content)
    np.testing.assert_array_equal(array, np.array(body["weights"], np.float32))
    rows = get(client, trace, "weights", **choice, format="csv").text.splitlines()
    assert rows[0] == "key,row,column,weight"
    assert [float(row.split(",")[3]) for row in rows[1:]] == body["weights"]
    assert rows[1].startswith("cls,,,")
    assert rows[2].startswith("1,0,0,")


def test_all_heads_and_all_queries_can_be_asked_for(
    client: TestClient, trace: dict[str, Any], truth: Trace
) -> None:
    every = npy(get(client, trace, "weights", layer=3, format="npy").content)
    np.testing.assert_allclose(every, truth.layer(3).weights().numpy(), atol=1e-6)
    heads = get(client, trace, "weights", layer=3, query="cls").json()["weights"]
    assert np.shape(heads) == (6, truth.layer(3).key.size)
    text = get(client, trace, "weights", layer=3, head="mean", format="csv").text
    assert len(text.splitlines()) == 1 + truth.layer(3).query.size


def test_a_table_of_all_heads_names_the_head_first(
    client: TestClient, trace: dict[str, Any], truth: Trace
) -> None:
    weights = truth.layer(3).weights()[:, 0]
    text = get(client, trace, "weights", layer=3, query="cls", format="csv").text
    header, *rows = csv.reader(text.splitlines())
    assert header == ["head", *map(str, range(weights.shape[1]))]
    assert [row[0] for row in rows] == [*map(str, range(6))]
    found = np.array([row[1:] for row in rows], np.float32)
    np.testing.assert_allclose(found, weights.numpy(), atol=1e-6)


def test_accept_chooses_the_format(client: TestClient, trace: dict[str, Any]) -> None:
    path = f"/api/v1/traces/{trace['id']}/weights?head=mean&query=cls"
    for accept in ("application/x-npy", "text/csv", "application/json"):
        answer = client.get(path, headers={"accept": f"image/webp, {accept};q=0.9"})
        assert answer.headers["content-type"].split(";")[0] == accept


def test_queries_and_keys_give_the_same_weights(
    client: TestClient, trace: dict[str, Any], truth: Trace
) -> None:
    q, k = npy(get(client, trace, "qk", site=SITE).content).astype(np.float32)
    scores = np.einsum("htd,hsd->hts", q, k) * trace["sites"][-1]["scale"]
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    assert abs(weights - truth.site(SITE).weights().numpy()).max() < 2e-3


def test_rollout_saliency_and_statistics_are_those_of_the_trace(
    client: TestClient, trace: dict[str, Any], truth: Trace
) -> None:
    expected = rollout(truth, truth.sites[0].query.index("2,2"))
    found = get(client, trace, "rollout", query="2,2").json()["weights"]
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert npy(get(client, trace, "rollout", format="npy").content).shape == expected.shape
    assert get(client, trace, "rollout", format="csv").text.startswith("key,row,column,weight")
    saliency = get(client, trace, "saliency").json()
    np.testing.assert_allclose(saliency["saliency"], truth.outputs["saliency"].value(), atol=1e-5)
    assert npy(get(client, trace, "saliency", format="npy").content).shape == (154, 224)
    heads = get(client, trace, "statistics").json()
    assert heads["entropy_unit"] == "bits"
    first = head_statistics(truth.sites[0])[0]
    assert heads["heads"][0]["distance"] == pytest.approx(first.distance, rel=1e-3)
    assert len(heads["heads"]) == 72


def test_what_a_patch_sees_at_every_site_comes_at_once(
    client: TestClient, trace: dict[str, Any], truth: Trace
) -> None:
    found = get(client, trace, "heatmaps", query="4,4").json()
    assert [maps["site"] for maps in found] == [site.name for site in truth.sites]
    site = truth.sites[5]
    own = query_heatmaps(site, site.query.index("4,4"))
    assert found[5]["maximum"] == pytest.approx(own.amax((1, 2)).tolist(), rel=1e-4)


@pytest.mark.parametrize("lens", ["overlay", "heat", "filter", "attenuate"])
@pytest.mark.parametrize("method", ["weights", "rollout", "saliency"])
def test_every_lens_and_method_makes_a_picture(
    client: TestClient, trace: dict[str, Any], lens: str, method: str
) -> None:
    answer = get(client, trace, "overlay.png", lens=lens, method=method, colormap="inferno")
    image = Image.open(io.BytesIO(answer.content))
    assert image.format == "PNG"
    photo = np.asarray(sample_image("cat").convert("RGB"), dtype=float)
    size = image.size if lens == "heat" else (451, 300)
    assert image.size == size
    if lens != "heat":
        assert abs(np.asarray(image, dtype=float) - photo).mean() > 5
    assert "dinov2-small" in image.info["Description"]


def test_the_photo_comes_back_upright(client: TestClient, trace: dict[str, Any]) -> None:
    image = Image.open(io.BytesIO(get(client, trace, "photo").content))
    assert (image.format, image.size) == ("JPEG", (451, 300))


def test_a_tiff_on_its_side_with_a_profile_is_painted_as_the_model_saw_it(
    client: TestClient,
) -> None:
    upright = sample_image("rocket").convert("RGB")
    options = {"tiffinfo": {274: 6}, "icc_profile": swapped_profile()}
    lying = Image.merge("RGB", upright.transpose(Image.Transpose.ROTATE_90).split()[::-1])
    files = {"file": ("o6.tif", encoded(lying, "TIFF", **options))}
    answer = client.post("/api/v1/images/traces", files=files, data={"resolution": "224"})
    assert answer.status_code == 201, answer.text
    trace = answer.json()
    assert (trace["input"]["width"], trace["input"]["height"]) == upright.size
    assert trace["grid"]["columns"] == 16
    painted = Image.open(io.BytesIO(get(client, trace, "photo").content))
    assert painted.size == upright.size
    apart = np.asarray(painted, dtype=float) - np.asarray(upright, dtype=float)
    assert abs(apart).mean() < 2
    overlay = Image.open(io.BytesIO(get(client, trace, "overlay.png").content))
    assert overlay.size == upright.size


@pytest.mark.parametrize(("format", "name"), [("jpg", "JPEG"), ("webp", "WEBP")])
def test_a_smaller_picture_shows_the_same(
    client: TestClient, trace: dict[str, Any], format: str, name: str
) -> None:
    exact = get(client, trace, "overlay.png", query="1,1").content
    answer = get(client, trace, f"overlay.{format}", query="1,1")
    image = Image.open(io.BytesIO(answer.content))
    assert (image.format, answer.headers["content-type"]) == (name, f"image/{name.lower()}")
    apart = np.asarray(image, dtype=float) - np.asarray(Image.open(io.BytesIO(exact)), dtype=float)
    assert abs(apart).mean() < 2
    assert len(answer.content) < len(exact) / 2


def test_one_call_for_scripts_answers_picture_or_numbers(client: TestClient, truth: Trace) -> None:
    files = {"file": ("photo.jpg", sample_bytes("cat"))}
    choice = {"resolution": "224", "layer": "12", "head": "2", "query": "cls"}
    picture = client.post("/api/v1/heatmap", files=files, data=choice)
    assert picture.headers["content-type"] == "image/png"
    accept = {"accept": "application/json"}
    body = client.post("/api/v1/heatmap", files=files, data=choice, headers=accept).json()
    expected = heatmap(truth.site(SITE).weights(2, 0), truth.site(SITE).key)
    np.testing.assert_allclose(body["heatmap"], expected, atol=1e-6)
    assert body["maximum"] == pytest.approx(float(expected.max()), rel=1e-5)
    assert body["site"] == SITE


def test_samples_and_models_are_listed_with_their_licences(client: TestClient) -> None:
    samples = client.get("/api/v1/samples").json()
    assert [sample["name"] for sample in samples] == sample_names()
    assert len(samples) >= 5
    for sample in samples:
        assert sample["licence"] in ("CC0-1.0", "public domain", "CC-BY-4.0")
        assert client.get(sample["url"]).status_code == 200
    card = client.get("/api/v1/models").json()[0]
    assert card["loaded"] is True
    assert card["paper_url"] == "https://arxiv.org/abs/2304.07193"
    assert len(card["source"]["sha256"]) == 64


# See test_convolutions.py and test_gates.py.
OF_CLASSIFIERS = {"verdict", "layers", "cam", "cams", "receptive", "selection"}
OF_GATES = {"maps", "difference"}


def test_the_examples_of_the_description_work_as_pasted(
    client: TestClient, trace: dict[str, Any]
) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    tried = 0
    for path, methods in paths.items():
        if path.split("/")[-1].partition(".")[0] in OF_CLASSIFIERS | OF_GATES:
            continue
        if path.endswith("/embeddings"):  # of texts: see test_texts.py
            continue
        if "videos" in methods.get("get", {}).get("tags", ()):  # see test_videos.py
            continue
        for parameter in methods.get("get", {}).get("parameters", []):
            for example in parameter.get("schema", {}).get("examples", []) + (
                [parameter["example"]] if "example" in parameter else []
            ):
                url = path.replace("{trace_id}", trace["id"])
                url = url.replace(f"{{{parameter['name']}}}", str(example))
                url = url.replace("{format}", "png")
                query = {parameter["name"]: example} if parameter["in"] == "query" else {}
                answer = client.get(url, params=query)
                assert answer.status_code == 200, (url, query, answer.text)
                tried += 1
    assert tried >= 5


def test_the_description_is_json_and_names_every_answer(client: TestClient) -> None:
    description = client.get("/openapi.json").json()
    upload = description["paths"]["/api/v1/images/traces"]["post"]
    assert {"201", "413", "415", "422", "503"} <= set(upload["responses"])
    assert json.dumps(description)
