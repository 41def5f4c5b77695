"""The course: a chapter on one's own photo, given as a lecture, printed, and kept nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, until

pytestmark = pytest.mark.slow
CHAPTER = "/learn/why-attention"
BLOCKED = """
for (const name of ["indexedDB", "localStorage"])
  Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });
"""


def first_part(page: Page) -> None:
    expect(page.locator("[data-live=fields]").first).to_have_attribute("data-state", "ready")


def test_a_chapter_on_a_photo_of_one_s_own(open_page: OpenPage, photo: Path) -> None:
    page = open_page(CHAPTER, ready=False)
    first_part(page)
    part = page.locator("[data-live=fields]").first
    expect(part).to_contain_text("67 × 67 pixels")
    page.get_by_role("button", name="down to layer 3").click()
    expect(part).to_contain_text("11 × 11 pixels")

    question = page.locator("form.question").first
    question.get_by_role("button", name="Ask the model").click()
    expect(question.locator(".verdict")).to_have_text("Guess first: then the model answers.")
    question.get_by_role("radio").first.check()
    question.get_by_role("button", name="Ask the model").click()
    expect(question.locator(".verdict")).to_contain_text("Of the patch's attention")
    assert question.get_attribute("data-state") in ("right", "wrong")
    expect(question.locator(".choice.model")).to_have_count(1)
    before = question.locator(".verdict").text_content()

    page.locator("#reader-photo-panel summary").click()
    page.set_input_files("#file", photo)
    expect(page.locator("#reader-photo-name")).to_have_text("phone.jpg")
    expect(question.locator(".verdict")).not_to_have_text(str(before))  # the model is asked again

    page.goto(page.url.replace("why-attention", "what-where-when-which"))
    expect(page.locator("#reader-photo-name")).to_have_text("phone.jpg")
    page.goto(page.url.replace("what-where-when-which", "why-attention"))
    page.get_by_role("link", name="Every unit and layer").click()
    page.wait_for_url("**/?model=efficientnet-lite0&method=receptive&layer=6&trace=*")
    page.wait_for_selector("#panel [data-state=ready]")

    page.goto(page.url.split("/?")[0] + "/learn")
    expect(page.locator("[data-chapter=why-attention] .share")).to_contain_text("%")
    page.get_by_role("button", name="Forget my progress").click()
    expect(page.locator("[data-chapter=why-attention] .share")).to_have_text("")


def test_a_lecture_by_keys_and_notes_on_paper(open_page: OpenPage) -> None:
    page = open_page(f"{CHAPTER}?view=present&lang=pt", ready=False)
    expect(page.locator("html")).to_have_attribute("lang", "pt")
    expect(page.locator("[data-part=place]")).to_have_text("1 / 4")
    expect(page.locator("header.site")).to_be_hidden()
    page.keyboard.press("PageDown")
    expect(page.get_by_role("heading", name="Um lugar, duas maneiras de ver")).to_be_visible()
    expect(page.get_by_role("heading", name="Porquê a atenção")).to_be_hidden()
    first_part(page)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-part=place]")).to_have_text("1 / 4")
    page.keyboard.press("Escape")
    expect(page.locator("header.site")).to_be_visible()
    assert "view=" not in page.url
    first_part(page)
    assert Axe().run(page).response["violations"] == []

    page.emulate_media(media="print")
    expect(page.locator(".reader-bar")).to_be_hidden()
    expect(page.locator(".writing-room").first).to_be_visible()
    expect(page.locator("section[data-section]")).to_have_count(4)


def test_it_works_where_the_browser_keeps_nothing(open_page: OpenPage) -> None:
    page = open_page("/docs", ready=False, viewport={"width": 360, "height": 740})
    page.add_init_script(BLOCKED)
    page.goto(page.url.replace("/docs", CHAPTER))
    first_part(page)
    page.locator("#reader-photo-panel summary").click()
    page.get_by_role("button", name="Rocket", exact=True).click()
    expect(page.locator("#said")).to_contain_text("This browser keeps nothing")
    first_part(page)
    page.locator("#reader-sentence-panel summary").click()
    page.fill("#reader-sentence", "A dog sleeps.")
    page.get_by_role("button", name="Take it").click()
    expect(page.locator("#reader-words")).to_have_text("A dog sleeps.")
    until(page, "document.documentElement.scrollWidth <= innerWidth")
