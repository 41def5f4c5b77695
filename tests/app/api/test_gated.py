"""A model with gates, windows and attention is one file and one table: every route takes it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

import foveate.models.zoo.image as room
from foveate.app.main import create_app
from tests.app.service import settings
from tests.zoo.cards import ROOM, gated_catalog

CHANNEL, SPATIAL, WINDOWS, WHOLE = (
    *("stage1.1.channel", "stage1.1.spatial", "stage1.1.self", "stage2.2.self"),
)


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    catalog = gated_catalog(tmp_path_factory.mktemp("gated"))
    room.__path__.append(ROOM)
    with TestClient(create_app(settings(catalog=catalog))) as client:
        yield client
    room.__path__.remove(ROOM)


@pytest.fixture(scope="module")
def trace(gated: TestClient) -> dict[str, Any]:
    form = {"sample": "cat", "resolution": "224", "model": "gated"}
    answer = gated.post("/api/v1/images/traces", data=form)
    assert answer.status_code == 201, answer.text
    return answer.json()


def get(client: TestClient, trace: dict[str, Any], what: str, **query: Any) -> Any:
    return client.get(f"/api/v1/traces/{trace['id']}/{what}", params=query)


def test_every_site_says_what_it_holds(trace: dict[str, Any]) -> None:
    sites = {site["name"]: site for site in trace["sites"]}
    assert list(sites) == [CHANNEL, SPATIAL, WINDOWS, WHOLE]
    said = [(site["attention"], site["normalised"]) for site in sites.values()]
    assert said == [("gate", False), ("gate", False), ("query-key", True), ("query-key", True)]
    assert [site["key"]["kind"] for site in sites.values()] == ["channel", *["patch"] * 3]
    assert sites[CHANNEL]["key"] == {"kind": "channel", "size": 16}
    assert (sites[WINDOWS]["scale"], sites[WHOLE]["scale"]) == (None, pytest.approx(8**-0.5))
    assert (trace["prefix"], trace["suffix"]) == ([], [])


def test_heatmaps_come_of_the_sites_that_have_patches(
    gated: TestClient, trace: dict[str, Any]
) -> None:
    assert [maps["site"] for maps in trace["heatmaps"]] == [SPATIAL, WINDOWS, WHOLE]
    found = get(gated, trace, "heatmaps", query="1,2").json()
    assert [maps["site"] for maps in found] == [SPATIAL, WINDOWS, WHOLE]


def test_weights_and_gates_are_given_in_every_format(
    gated: TestClient, trace: dict[str, Any]
) -> None:
    gate = get(gated, trace, "weights", site=CHANNEL).json()["weights"]
    assert np.shape(gate) == (1, 1, 16)
    assert 0 < np.min(gate) < np.max(gate) < 1
    rows = get(gated, trace, "weights", site=CHANNEL, head="0", query="0", format="csv").text
    assert rows.splitlines()[1].startswith("0,,,0.")
    assert len(rows.splitlines()) == 17
    content = get(gated, trace, "weights", site=WINDOWS, format="npy").content
    windows = np.load(io.BytesIO(content))
    columns = trace["grid"]["columns"]
    np.testing.assert_allclose(windows.sum(-1), 1, atol=1e-5)
    assert (windows[:, 0, :columns] > 0).all()
    assert (windows[:, 0, columns:] == 0).all()


def test_what_needs_weights_that_sum_to_one_leaves_gates_out(
    gated: TestClient, trace: dict[str, Any]
) -> None:
    heads = get(gated, trace, "statistics").json()["heads"]
    assert {head["site"] for head in heads} == {WINDOWS, WHOLE}
    share = get(gated, trace, "rollout", query="0,1").json()["weights"]
    assert sum(share) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(
    ("what", "site", "sentence"),
    [
        ("qk", CHANNEL, f"site {CHANNEL} has a gate and no queries and keys."),
        ("qk", WINDOWS, f"site {WINDOWS} attends in windows: ask for /weights with format=npy."),
        ("steps", SPATIAL, f"site {SPATIAL} has a gate and no queries and keys."),
        ("steps", WINDOWS, f"site {WINDOWS} attends in windows: it has no steps here."),
    ],
)
def test_what_a_site_has_not_is_a_sentence(
    gated: TestClient, trace: dict[str, Any], what: str, site: str, sentence: str
) -> None:
    answer = get(gated, trace, what, site=site, query="0")
    assert (answer.status_code, answer.json()["detail"]) == (422, sentence)


@pytest.mark.parametrize("site", [SPATIAL, WINDOWS, WHOLE, None])
@pytest.mark.parametrize("colormap", ["inferno", "vik"])
def test_pictures_are_drawn_of_all_that_has_patches(
    gated: TestClient, trace: dict[str, Any], site: str | None, colormap: str
) -> None:
    chosen = {"site": site} if site else {}
    answer = get(gated, trace, "overlay.png", query="1,1", colormap=colormap, **chosen)
    assert answer.status_code == 200
    assert Image.open(io.BytesIO(answer.content)).format == "PNG"


def test_a_picture_of_channels_is_refused(gated: TestClient, trace: dict[str, Any]) -> None:
    answer = get(gated, trace, "overlay.png", site=CHANNEL, query="0")
    assert answer.status_code == 422
    assert "these are channels" in answer.json()["detail"]


def test_steps_of_plain_attention_are_there(gated: TestClient, trace: dict[str, Any]) -> None:
    steps = get(gated, trace, "steps", site=WHOLE, head=1, query="2,3").json()
    assert steps["query_label"] == "2,3"
    assert sum(steps["weights"]) == pytest.approx(1, abs=1e-5)
