"""The one style sheet: every page has all of it, and a page's own rules reach no other page."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.photos import ROOT

CSS = ROOT / "static" / "css"
SHEETS = sorted(CSS.rglob("*.css"))
COURSE = sorted((CSS / "learn").glob("*.css"))  # a sheet of their own, of the course alone
OWN = sorted((CSS / "pages").glob("*.css"))
PATHS = {"image": "/", "sentencelab": "/lab/sentence", "visionlab": "/lab/vision"}  # of sheets
PAGES = [
    "/",
    "/learn",
    "/learn/why-attention",
    "/gates",
    "/video",
    "/sentence",
    "/lab",
    "/lab/sentence",
    "/lab/vision",
    "/models",
    "/docs",
    "/nothing-here",
]


def address(client: TestClient, path: str = "/") -> str:
    page = client.get(path, headers={"Accept": "text/html"}).text
    first, *others = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    assert bool(others) == path.startswith("/learn")
    return str(first)


def bare(sheet: Path) -> str:
    """A sheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)


def test_every_page_has_the_same_one_sheet(client: TestClient) -> None:
    assert len({address(client, path) for path in PAGES}) == 1


def test_it_may_be_kept_for_good_and_is_sent_small(client: TestClient) -> None:
    answer = client.get(address(client), headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < 20_000


def test_the_address_of_another_version_is_gone(client: TestClient) -> None:
    assert client.get("/assets/000000000000/css/foveate.css").status_code == 404


def test_it_holds_every_sheet_in_the_layer_of_its_folder(client: TestClient) -> None:
    sheet = client.get(address(client)).text
    assert sheet.startswith("@layer base, parts, pages;\n")
    own = client.get(address(client).replace("foveate.css", "learn.css")).text
    assert own.startswith("@layer learn;\n")
    assert {path.parent.name for path in SHEETS} == {"base", "parts", "pages", "learn"}
    for path in SHEETS:
        layer = f"@layer {path.parent.name} {{\n{path.read_text()}}}"
        assert layer in (own if path in COURSE else sheet), path


@pytest.mark.parametrize("sheet", OWN, ids=lambda path: path.stem)
def test_a_page_s_own_rules_stand_inside_its_name(client: TestClient, sheet: Path) -> None:
    blocks = re.split(r"^}$", bare(sheet).strip(), flags=re.MULTILINE)
    assert [block.strip().split("\n")[0] for block in blocks] == [f".{sheet.stem} {{", ""]
    path = PATHS.get(sheet.stem, f"/{sheet.stem}")
    assert f'<main id="main" class="{sheet.stem}">' in client.get(path).text


def test_no_selector_stands_in_two_sheets() -> None:
    found = Counter(
        selector
        for sheet in SHEETS
        for selector in set(re.findall(r"^([^\s@{}][^{}]*?) \{", bare(sheet), re.MULTILINE))
    )
    assert [selector for selector, times in found.items() if times > 1] == []


def test_no_class_is_styled_that_no_page_and_no_script_has() -> None:
    sources = [*(ROOT / "templates").glob("*.html"), *(ROOT / "static" / "js").rglob("*.js")]
    words = set(re.findall(r"[\w-]+", "".join(path.read_text() for path in sources)))
    styled = {
        name
        for sheet in SHEETS
        for selectors in re.findall(r"([^{};]+)\{", bare(sheet))
        for name in re.findall(r"\.([a-z][\w-]*)", selectors)
    }
    assert sorted(styled - words) == []
