"""The course's pages: contents, chapters, languages."""

from __future__ import annotations

import html
import json
import re

import pytest
from fastapi.testclient import TestClient


def test_a_chapter_comes_in_the_language_that_the_browser_accepts(client: TestClient) -> None:
    english = client.get("/learn/why-attention")
    assert english.headers["content-language"] == "en"
    assert {"Accept-Language", "Cookie"} <= {v.strip() for v in english.headers["vary"].split(",")}
    assert '<html lang="en">' in english.text
    portuguese = client.get("/learn/why-attention", headers={"Accept-Language": "pt-BR"})
    assert portuguese.headers["content-language"] == "pt"
    assert '<html lang="pt">' in portuguese.text
    assert "Porquê a atenção" in portuguese.text
    assert 'href="/learn/sequence-to-sequence"' in portuguese.text


def test_one_that_is_chosen_by_hand_is_remembered_and_stands_in_the_links(
    client: TestClient,
) -> None:
    chosen = client.get("/learn?lang=pt")
    assert 'href="/learn/why-attention?lang=pt"' in chosen.text
    cookie = chosen.headers["set-cookie"].lower()
    assert cookie.startswith("language=pt;")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert client.get("/learn").headers["content-language"] == "pt"
    client.cookies.clear()
    assert "set-cookie" not in client.get("/learn?lang=xx").headers


@pytest.mark.parametrize("slug", ["nothing", "..%2f..%2fpyproject", "01-why-attention.md"])
def test_a_chapter_there_is_none_of_is_told_with_those_there_are(
    client: TestClient, slug: str
) -> None:
    answer = client.get(f"/learn/{slug}")
    assert answer.status_code == 404
    if "%2f" not in slug:
        assert "why-attention" in answer.json()["detail"]


def test_a_page_names_the_scripts_of_its_first_part_and_tells_what_each_part_takes(
    client: TestClient,
) -> None:
    page = client.get("/learn/why-attention").text
    assert re.search(r'modulepreload" href="/assets/\w+/js/parts/learn/fields.js"', page)
    assert re.search(r'<link rel="stylesheet" href="/assets/\w+/css/learn.css">', page)
    (told,) = re.findall(r'id="page-data">(.*?)</script>', page)
    told = json.loads(html.unescape(told))
    assert told["parts"]["fields"]["takes"] == ["photo"]
    assert told["parts"]["fields"]["words"]["title"]
    assert len(told["sentences"]) == 4
