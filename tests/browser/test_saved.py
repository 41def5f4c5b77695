"""A view that Python saved, opened as a file: it is as live as the page, and asks nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import foveate
from tests.photos import ROOT

OpenView = Callable[[foveate.View], Page]


@pytest.fixture
def open_view(browser: Browser, tmp_path: Path) -> Iterator[OpenView]:
    """Opens a view that was saved; the console must stay clean, and nothing else be asked for."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    wrong: list[str] = []

    def open_one(view: foveate.View) -> Page:
        path, page = view.save(tmp_path / "view.html"), context.new_page()
        page.on("console", lambda m: m.type in ("error", "warning") and wrong.append(m.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request",
            lambda r: r.url.startswith(("data:", "blob:", path.as_uri())) or wrong.append(r.url),
        )
        page.goto(path.as_uri())
        return page

    yield open_one
    context.close()
    assert wrong == []


def test_a_photo(open_view: OpenView) -> None:
    model = foveate.open("dinov2-small", fetch=False)
    view = model.trace(ROOT / "static" / "samples" / "cat.jpg")
    page = open_view(view)
    caption = page.locator("#panel [data-part=caption]")
    expect(caption).to_have_text("Layer 12, mean of heads, query CLS")
    expect(page.locator("#heads button")).to_have_count(8)
    page.get_by_role("button", name="layer 3", exact=False).first.click()
    page.locator("#heads button").nth(2).click()
    page.locator("#panel canvas.stage").hover(position={"x": 200, "y": 200})
    expect(caption).to_contain_text("Layer 3, head 2, query patch at row")
    page.get_by_label("Rollout").check()
    expect(caption).to_contain_text("rollout")
    page.get_by_label("Saliency").check()
    expect(caption).to_contain_text("aliency")
    expect(page.locator("#problem")).to_be_hidden()


def test_a_translation(open_view: OpenView) -> None:
    page = open_view(foveate.open("bergamot-en-pt", fetch=False).trace("The black cat sat."))
    expect(page.locator("#passage [data-part=target]")).to_contain_text("gato")
    expect(page.locator("#passage [data-part=caption]")).to_contain_text("head 0 (guided)")
    expect(page.locator("#heads .heads-cell").first).to_contain_text("bits")
    page.locator("#site").select_option("encoder.6.self")
    expect(page.locator("#passage [data-part=caption]")).to_contain_text("encoder layer 6")
    expect(page.locator("#problem")).to_be_hidden()
