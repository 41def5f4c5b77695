"""Folders of every family of vision models through every route: a picture or a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from foveate.app.main import create_app
from foveate.app.wire.choices import Method
from foveate.models.weights.cache import file_sha256
from tests.app.service import settings
from tests.zoo.tiny import TINY, tiny

CARD = """
[{name}]
title = "A tiny model"
task = "image"
zoo = "vit:VisionTransformer"
paper = "a paper"
paper_url = "https://arxiv.org/abs/2010.11929"
licence = "Apache-2.0"
credit = "this test"
bytes = 1000
[{name}.source]
kind = "folder"
path = "{path}"
sha256 = "{sha256}"
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("families")
    cards = []
    for family in TINY:
        name, path = family.replace("_", "-"), folder / family
        tiny(family, path)
        sha256 = file_sha256(path / "model.safetensors")
        cards.append(CARD.format(name=name, path=path, sha256=sha256))
    catalog = folder / "catalog.toml"
    catalog.write_text("".join(cards))
    with TestClient(create_app(settings(catalog=catalog)), raise_server_exceptions=False) as found:
        yield found


@pytest.mark.slow
@pytest.mark.parametrize("family", TINY)
def test_every_route_answers_with_numbers_or_a_sentence(family: str, client: TestClient) -> None:
    form = {"sample": "cat", "resolution": "224", "model": family.replace("_", "-")}
    answer = client.post("/api/v1/images/traces", data=form)
    assert answer.status_code == 201, answer.text
    trace = answer.json()
    sites = {site["name"]: site for site in trace["sites"]}
    maps = [site for site in sites.values() if site["key"]["kind"] == "patch"]
    assert sites
    assert [found["site"] for found in trace["heatmaps"]] == [site["name"] for site in maps]
    last = list(sites)[-1]
    asked: list[tuple[str, dict[str, Any]]] = [
        ("weights", {"site": last, "head": "mean", "query": "0"}),
        ("weights", {"site": last, "format": "npy"}),
        ("weights", {"site": last, "query": "0", "format": "csv"}),
        ("statistics", {}),
        ("rollout", {"query": "1,1"}),
        ("qk", {"site": last}),
        ("steps", {"site": last, "query": "0"}),
        ("heatmaps", {"query": "cls"}),
        ("heatmaps", {"query": "2,3"}),
        ("overlay.png", {"query": "2,3"}),
        ("overlay.png", {"query": "2,3", "method": "window-rollout"}),
        ("overlay.png", {"query": "2,3", "method": "rollout"}),
        *((f"outputs/{name}", {}) for name in trace["outputs"]),
    ]
    for what, query in asked:
        answer = client.get(f"/api/v1/traces/{trace['id']}/{what}", params=query)
        assert answer.status_code in (200, 422), (what, query, answer.text)
        if answer.status_code == 422:
            assert len(answer.json()["detail"]) > 20
    for method in Method:  # a trace says which of them it has
        picture = {"query": "2,3", "method": method}
        answer = client.get(f"/api/v1/traces/{trace['id']}/overlay.png", params=picture)
        if method != "weights":
            assert (answer.status_code == 200) == (method in trace["methods"]), answer.text[:300]
    weights = client.get(f"/api/v1/traces/{trace['id']}/weights", params=asked[0][1])
    assert weights.status_code == 200, weights.text
    if maps and maps[0]["query"]["kind"] == "patch":
        heatmaps = client.get(f"/api/v1/traces/{trace['id']}/heatmaps", params={"query": "2,3"})
        assert heatmaps.status_code == 200, heatmaps.text


@pytest.mark.slow
def test_window_rollout_is_numbers_on_the_photo_s_grid(client: TestClient) -> None:
    form = {"sample": "cat", "resolution": "224", "model": "swin"}
    trace = client.post("/api/v1/images/traces", data=form).json()
    assert trace["methods"] == ["weights", "window-rollout"]
    url = f"/api/v1/traces/{trace['id']}/rollout"
    asked = {"query": "2,3", "method": "window-rollout"}
    found = client.get(url, params=asked).json()
    assert (found["method"], found["key"]["grid"]) == ("window-rollout", trace["grid"])
    assert len(found["weights"]) == found["key"]["size"]
    assert 0.5 < sum(found["weights"]) <= 1.001
    drawn = form | {"query": "2,3", "method": "window-rollout"}
    heatmap = client.post("/api/v1/heatmap", data=drawn, headers={"Accept": "application/json"})
    values = [value for row in heatmap.json()["heatmap"] for value in row]
    assert values == pytest.approx(found["weights"])
    rows = client.get(url, params=asked | {"format": "csv"}).text.splitlines()
    assert len(rows) == len(found["weights"]) + 1
    answer = client.get(url, params=asked | {"query": "cls"})
    assert answer.status_code == 422
