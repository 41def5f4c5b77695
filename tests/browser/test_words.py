"""Words that are explained where they stand, and the line for a first visit."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, until

EXPLAINED = ".explained:popover-open"
CLEAR = """() => {
  const note = document.querySelector('.explained:popover-open').getBoundingClientRect();
  const word = document.querySelector('[popovertarget=term-softmax]').getBoundingClientRect();
  return (note.top >= word.bottom || note.bottom <= word.top)
    && note.left >= 0 && note.right <= innerWidth && note.top >= 0 && note.bottom <= innerHeight;
}"""


def test_a_word_is_explained_on_hover_focus_and_touch(open_page: OpenPage) -> None:
    page = open_page("/?sample=cat", bypass_csp=True)  # axe puts its own script into the page
    note, words = page.locator(EXPLAINED), page.locator("button.term")
    page.locator("[popovertarget=term-entropy]").hover()
    expect(note).to_contain_text("Shannon 1948")
    note.hover()
    page.wait_for_timeout(300)
    expect(note).to_be_visible()
    page.mouse.move(2, 2)
    expect(note).to_have_count(0)
    page.keyboard.press("Tab")
    page.locator("[popovertarget=term-softmax]").focus()
    expect(note).to_contain_text("softmax")
    assert page.evaluate(CLEAR)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.keyboard.press("Escape")
    expect(note).to_have_count(0)
    assert words.evaluate_all("all => all.filter(one => one.title).length") == 0


def test_a_phone_shows_a_word_by_a_touch_and_keeps_the_picture_in_sight(
    open_page: OpenPage,
) -> None:
    page = open_page(
        "/?sample=cat", viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    note, word = page.locator(EXPLAINED), page.locator("[popovertarget=term-softmax]")
    word.tap()
    expect(note).to_be_visible()
    assert page.evaluate(CLEAR)
    word.tap()
    expect(note).to_have_count(0)
    page.locator("input[name=resolution]").first.scroll_into_view_if_needed()
    box = page.locator("#panel canvas.stage").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 100
    assert 100 < box["height"] < 300
    low = """() => [...document.querySelectorAll('main :is(.button, select)')]
      .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 40).length"""
    assert page.evaluate(low) == 0


def test_the_first_screen_has_the_matrix_and_says_once_what_it_is(open_page: OpenPage) -> None:
    page = open_page("/sentence", ready=False, viewport={"width": 1280, "height": 800})
    until(page, "!document.querySelector('#passage [data-part=figure]').hidden")
    until(page, "document.querySelector('#views').getAttribute('aria-busy') === 'false'")
    line = page.locator("#first-visit")
    expect(line).to_contain_text("Bergamot")
    box = page.locator("#passage .matrix canvas").bounding_box()
    assert box is not None
    assert (800 - box["y"]) / box["height"] > 0.75
    line.get_by_role("button").click()
    expect(line).to_be_hidden()
    page.reload()
    expect(page.locator("#text")).to_be_visible()
    expect(line).to_be_hidden()
