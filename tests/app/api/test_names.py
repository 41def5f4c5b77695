"""Old names of routes and fields still answer, and are marked as such."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient


def test_the_lens_may_still_be_called_mode(client: TestClient, trace: dict[str, Any]) -> None:
    url = f"/api/v1/traces/{trace['id']}/overlay.png"
    (new,) = {
        client.get(f"{url}?{q}").content for q in ("lens=heat", "mode=heat", "lens=heat&mode=heat")
    }
    assert new != client.get(url).content
    form = {"sample": "cat", "resolution": "224"}
    old, new = (client.post("/api/v1/heatmap", data=form | {n: "filter"}) for n in ("mode", "lens"))
    assert old.content == new.content


@pytest.mark.parametrize("lens", ["overlay", "filter"])
def test_two_names_with_two_lenses_are_a_problem(
    client: TestClient, trace: dict[str, Any], lens: str
) -> None:
    choice = {"lens": lens, "mode": "heat"}
    form = {"sample": "cat", "resolution": "224"} | choice
    for answer in (
        client.get(f"/api/v1/traces/{trace['id']}/overlay.png", params=choice),
        client.post("/api/v1/heatmap", data=form),
    ):
        assert answer.status_code == 422
        assert answer.json()["parameter"] == "mode"
        assert answer.json()["detail"] == (
            f"mode 'heat' cannot be used: it is the old name of lens, and lens is '{lens}': "
            "leave mode out."
        )


def test_statistics_were_called_heads(client: TestClient, trace: dict[str, Any]) -> None:
    url = f"/api/v1/traces/{trace['id']}"
    found = client.get(f"{url}/statistics").json()
    assert list(found) == ["entropy_unit", "distance_unit", "heads"]
    assert found == client.get(f"{url}/heads").json()


def test_the_description_marks_old_names(client: TestClient) -> None:
    description = client.get("/openapi.json").json()
    paths = description["paths"]
    assert paths["/api/v1/traces/{trace_id}/heads"]["get"]["deprecated"]
    assert "deprecated" not in paths["/api/v1/traces/{trace_id}/statistics"]["get"]
    parameters = paths["/api/v1/traces/{trace_id}/overlay.{format}"]["get"]["parameters"]
    assert [p["name"] for p in parameters if p.get("deprecated")] == ["mode"]
    form = description["components"]["schemas"]["HeatmapForm"]["properties"]
    assert [name for name, field in form.items() if field.get("deprecated")] == ["mode"]
    page = client.get("/docs").text
    assert "Deprecated: The old name of /statistics." in page
    assert "Deprecated. The old name of lens" in page
