"""Street scenes over HTTP: side by side, in colours, and only where the operator asked for them."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from foveate.app.runtime.lab import STREETS
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import prepare
from foveate.models.weights.cache import cache_folder
from foveate.models.zoo.image.decoders.classes import COLOURS
from foveate.models.zoo.image.decoders.table import DECODERS
from tests.app.service import upload
from tests.photos import encoded, sample_image

NAMES = [f"{STREETS}{name}" for name in DECODERS]
ON_STEM = NAMES[:4]
PLAIN, UNET, GATED, ATTENTIVE = ON_STEM


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A cache in which nothing is."""
    monkeypatch.setenv("FOVEATE_CACHE", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def seen(client: TestClient) -> dict[str, Any]:
    """A strip of the sample through the decoders on the stem, which the operator has asked for."""
    for name in NAMES:
        prepare(Catalog()[name])
    strip = encoded(sample_image("street").crop((100, 100, 740, 260)))
    form, files = {"models": ",".join(ON_STEM)}, {"file": ("strip.png", strip)}
    answer = client.post("/api/v1/lab/streets", data=form, files=files)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_nothing_is_shown_before_the_operator_asked(client: TestClient, nowhere: Path) -> None:
    answer = client.post("/api/v1/lab/streets", data={"sample": "street"})
    assert answer.status_code == 422
    assert f"`foveate fetch {' '.join(NAMES)}`" in answer.json()["detail"]
    answer = client.post("/api/v1/lab/streets", data={"sample": "street", "models": UNET})
    assert f"foveate fetch {UNET}" in answer.json()["detail"]
    answer = client.post("/api/v1/images/traces", data={"sample": "street", "model": UNET})
    assert answer.status_code == 422
    prepare(Catalog()[UNET])
    assert cache_folder() == nowhere
    assert [path.name.startswith(UNET) for path in (nowhere / "models").iterdir()] == [True]


def test_every_card_says_what_its_weights_are_for() -> None:
    for name in NAMES:
        card = Catalog()[name]
        assert card.optional
        assert not card.default
        assert "CC BY-NC" in card.licence
        assert "research" in card.licence


def test_decoders_stand_side_by_side(seen: dict[str, Any]) -> None:
    assert [each["model"] for each in seen["models"]] == ON_STEM
    assert [each["label"] for each in seen["classes"]][:4] == ["sky", "building", "pole", "road"]
    for model in seen["models"]:
        made = model["segmentation"]
        places = np.frombuffer(base64.b64decode(made["data"]), np.uint8)
        assert len(places) == made["rows"] * made["columns"]
        counts = np.bincount(places, minlength=11) / len(places)
        np.testing.assert_allclose([each["share"] for each in made["classes"]], counts)
        assert made["words"]
        assert model["offers"]["output"] == "segmentation"
    sites = {model["model"]: [site["name"] for site in model["sites"]] for model in seen["models"]}
    assert sites == {
        PLAIN: [],
        UNET: [],
        GATED: ["decoder.1.spatial", "decoder.2.spatial"],
        ATTENTIVE: ["bottleneck.1.self"],
    }


def test_a_cut_skip_is_a_trace_of_its_own(client: TestClient, seen: dict[str, Any]) -> None:
    own = seen["models"][1]["segmentation"]["trace_id"]
    asked = {"cuts": ["skip.1", "skip.2", "skip.3"]}
    cut = client.post(f"/api/v1/traces/{own}/interventions", json=asked).json()["id"]
    made = client.get(f"/api/v1/traces/{cut}/segmentation").json()
    assert made["trace_id"] == cut != own
    assert made["data"] != seen["models"][1]["segmentation"]["data"]
    apart = client.get(f"/api/v1/traces/{cut}/difference", params={"other": own}).json()
    assert apart["measure"] == "same"
    assert 0 < apart["value"] < 1


def test_what_comes_out_is_drawn_in_the_classes_colours(
    client: TestClient, seen: dict[str, Any]
) -> None:
    made = seen["models"][2]["segmentation"]
    path = f"/api/v1/traces/{made['trace_id']}"
    places = np.load(io.BytesIO(client.get(f"{path}/output", params={"format": "npy"}).content))
    assert places.dtype == np.uint8
    assert base64.b64encode(places.tobytes()).decode() == made["data"]
    picture = Image.open(io.BytesIO(client.get(f"{path}/output.png").content))
    assert np.array_equal(np.array(picture), np.array(COLOURS, np.uint8)[places])
    told = client.get(f"{path}/output", params={"format": "json"}).json()
    assert (told["kind"], told["values"]) == ("segmentation", places.tolist())
    assert len(client.get(f"{path}/gates").json()) == 2
    assert client.get(f"{path}/network").status_code == 200


def test_what_is_no_street_model_is_told_of(client: TestClient) -> None:
    answer = client.post("/api/v1/lab/streets", data={"sample": "cat", "models": "dinov2-small"})
    assert answer.status_code == 422
    assert "no model of street scenes" in answer.json()["detail"]
    assert client.post("/api/v1/lab/streets", data={"models": UNET}).status_code == 422
    trace = upload(client).json()["id"]
    answer = client.get(f"/api/v1/traces/{trace}/segmentation")
    assert answer.status_code == 422
    assert "gives no segmentation" in answer.json()["detail"]


@pytest.mark.slow
def test_patches_are_told_of_in_the_same_way(client: TestClient, seen: dict[str, Any]) -> None:
    form = {"sample": "street", "models": NAMES[4]}
    (model,) = client.post("/api/v1/lab/streets", data=form).json()["models"]
    assert (model["kind"], model["grid"]["patch_size"]) == ("patches", 14)
    assert [site["name"] for site in model["sites"]] == ["encoder.12.self"]
    assert sum(each["share"] for each in model["segmentation"]["classes"]) == pytest.approx(1)
