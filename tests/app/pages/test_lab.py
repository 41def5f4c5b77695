"""The lab's page before any model runs: which models it compares, and where nothing is measured."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from foveate.app.main import create_app
from foveate.app.runtime.lab import streets
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import prepare
from tests.app.service import settings

CARD = """
[{name}]
title = "{name}: a title"
task = "translation"
zoo = "fixed:Fixed"
paper = "Sutskever et al. 2014, Sequence to sequence learning with neural networks"
paper_url = "https://arxiv.org/abs/1409.3215"
licence = "Apache-2.0"
credit = "Its author"
bytes = 1
languages = {languages}

[{name}.source]
kind = "folder"
path = "/nowhere"
sha256 = "{digest}"
"""


def card(name: str, languages: list[str]) -> str:
    return CARD.format(name=name, languages=json.dumps(languages), digest="0" * 64)


def lab(catalog: Path) -> tuple[str, dict[str, Any]]:
    """The page and the data that its scripts are given."""
    with TestClient(create_app(settings(catalog=catalog))) as client:
        answer = client.get("/lab/sentence")
    assert answer.status_code == 200
    data = re.search(r'<script type="application/json" id="page-data">(.*?)</script>', answer.text)
    assert data is not None
    return answer.text, json.loads(data[1])


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    path = tmp_path / "catalog.toml"
    cards = [("mine-one", ["en", "fr"]), ("mine-two", ["en", "fr"]), ("other", ["de", "fr"])]
    path.write_text("".join(card(name, languages) for name, languages in cards))
    return path


def test_the_lab_compares_own_translators_of_one_pair_of_languages(catalog: Path) -> None:
    text, data = lab(catalog)
    names = [model["name"] for model in data["models"]]
    assert {"mine-one", "mine-two"} <= set(names)
    assert "other" not in names
    assert not any("bergamot" in name for name in names)
    assert all(f'id="lane-{name}"' in text for name in names)


def test_without_evidence_the_page_says_how_to_make_it(
    catalog: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foveate.app.pages.lab.EVIDENCE", tmp_path / "evidence.json")
    text, data = lab(catalog)
    assert data["evidence"] is None
    assert "Nothing is measured yet here" in text
    assert 'data-part="scores"' not in text
    (tmp_path / "evidence.json").write_text("{}")
    text, data = lab(catalog)
    assert data["evidence"] == "/static/lab/evidence.json"
    assert 'data-part="scores"' in text


def test_links_from_before_there_were_two_labs_keep_their_state(client: TestClient) -> None:
    answer = client.get("/lab?beam=4&attention=pinned&pins=3;5.7", follow_redirects=False)
    assert answer.status_code == 308
    assert answer.headers["location"] == "/lab/sentence?beam=4&attention=pinned&pins=3;5.7"


def test_the_street_lab_says_how_its_models_are_asked_for(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOVEATE_CACHE", str(tmp_path))
    names = " ".join(streets(Catalog()))
    page = client.get("/lab/streets").text
    assert f"<code>foveate fetch {names}</code>" in page
    assert "research and personal use alone" in page
    assert 'id="evidence"' in page
    assert 'class="intake"' not in page
    prepare(Catalog()["streets-unet"])
    page = client.get("/lab/streets").text
    assert "foveate fetch" not in page
    assert 'class="intake"' in page


def test_the_labs_page_leads_to_all_three(client: TestClient) -> None:
    page = client.get("/lab").text
    for path in ("/lab/sentence", "/lab/vision", "/lab/streets"):
        assert f'href="{path}"' in page
    assert '<a href="/lab" aria-current="page">' in page
    assert '<a href="/lab" aria-current="true">' in client.get("/lab/sentence").text
