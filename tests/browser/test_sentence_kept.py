"""What the sentence studio keeps: the order of words, a visitor's texts, what is said of them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, until
from tests.browser.sentences import SOURCE, TARGET, opened, radio, settled

MIXED = "הוא אמר hello world בשנת 1992, ואז הלך."
ENGLISH = "He said שלום עולם, then left."
PLACES = """elements => elements.map(element =>
  [element.textContent, element.getBoundingClientRect().left])"""
PLAIN = """([text, words]) => {
  const line = document.body.appendChild(document.createElement('p'));
  line.dir = 'auto';
  line.textContent = text;
  let at = 0;
  const found = words.map(word => {
    const range = document.createRange();
    at = text.indexOf(word, at);
    range.setStart(line.firstChild, at);
    range.setEnd(line.firstChild, at += word.length);
    return [word, range.getBoundingClientRect().left];
  });
  line.remove();
  return found;
}"""


def from_left(found: list[list[Any]]) -> list[str]:
    return [text for text, _ in sorted(found, key=lambda each: each[1])]


def seen(page: Page, selector: str) -> list[str]:
    """Words as they stand on the screen, from the left."""
    return from_left(page.locator(selector).evaluate_all(PLACES))


@pytest.mark.slow
@pytest.mark.parametrize("text", [MIXED, ENGLISH])
def test_a_mixed_line_its_axis_and_its_ribbons_are_in_the_order_of_the_running_text(
    open_page: OpenPage, text: str
) -> None:
    page = opened(open_page, f"/sentence?task=read#text={quote(text)}")
    for level in ("word", "token"):
        radio(page, "level", level)
        units = page.locator(f"{SOURCE} .unit:not(.special)").all_inner_texts()
        running = from_left(page.evaluate(PLAIN, [text, units]))
        assert seen(page, f"{SOURCE} .unit:not(.special)") == running
        columns = seen(page, "[data-part=matrix] g[text-anchor=start] text:not(.special)")
        pieces = [column.removeprefix("##") for column in columns]
        assert pieces in (running, [text.lower() for text in running])  # it knows no capitals
    radio(page, "level", "word")
    units = page.locator(f"{SOURCE} .unit").all_inner_texts()
    matrix = page.locator("[data-part=matrix]")
    matrix.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    marked = matrix.locator("text.on").all_text_contents()
    assert marked == [units[1], seen(page, f"{SOURCE} .unit")[3]]
    expect(page.locator("[data-part=readout]")).to_contain_text(marked[1])
    radio(page, "view", "ribbons")
    assert seen(page, "[data-part=ribbons] text[y='18']") == seen(page, f"{SOURCE} .unit")


@pytest.mark.slow
def test_swapping_keeps_every_sentence_and_back_returns(open_page: OpenPage) -> None:
    page = opened(open_page)
    page.fill("#text", "Good night.\nGood morning.")
    page.click("#run")
    expect(page.locator("#parts button")).to_have_count(2)
    expect(page.locator("#progress")).to_be_hidden()
    page.click("#swap")
    expect(page.locator("#text")).to_have_value("Boa noite.\nBom dia.")
    until(page, "location.search.includes('bergamot-pt-en')")
    expect(page.locator("#passage [data-part=target-name]")).to_have_text("English")
    page.go_back()
    expect(page.locator("#text")).to_have_value("Good night.\nGood morning.")
    expect(page.locator("#model")).to_have_value("bergamot-en-pt")
    expect(page.locator(f"#passage {TARGET}")).to_contain_text(re.compile("Boa noite|Bom dia"))
    page.click("#examples button >> nth=1")
    expect(page.locator("#text")).to_have_value(re.compile("black cat"))
    page.go_back()
    expect(page.locator("#text")).to_have_value("Good night.\nGood morning.")


@pytest.mark.slow
def test_chips_counts_problems_and_hints_are_those_of_the_text_that_stands_there(
    open_page: OpenPage,
) -> None:
    page = opened(open_page)
    chips, count, problem = (
        page.locator("#tokens .chip"),
        page.locator("#count"),
        page.locator("#problem"),
    )
    expect(count).to_have_text("14 tokens, 13 words")
    page.fill("#text", "word " * 3900)
    expect(problem).to_contain_text("at most 512")
    expect(chips).to_have_count(0)
    expect(count).to_have_text("")
    page.fill("#text", "")
    expect(problem).to_be_hidden()
    expect(count).to_have_text("")
    page.fill("#text", "O animal não atravessou a rua porque estava muito cansado.")
    expect(page.locator("#foreign-said")).to_have_text(
        "This looks like Portuguese; the model reads English."
    )
    page.click("#reader")
    expect(page.locator("#model")).to_have_value("bergamot-pt-en")
    expect(page.locator("#foreign")).to_be_hidden()
    expect(page.locator(f"#passage {TARGET}")).to_contain_text("animal")
    expect(page.locator("#text")).to_have_value(re.compile("^O animal"))


@pytest.mark.slow
def test_the_last_row_of_the_first_example_is_in_sight_at_any_size(open_page: OpenPage) -> None:
    page = opened(open_page, viewport={"width": 1280, "height": 800})
    for width, height in ((1280, 800), (1440, 900), (768, 1024), (1280, 720)):
        page.set_viewport_size({"width": width, "height": height})
        page.click("#run")
        settled(page)
        over = page.locator("[data-part=matrix]").evaluate(
            "m => [m.scrollHeight - m.clientHeight, m.scrollWidth - m.clientWidth]"
        )
        assert max(over) <= 0, f"{width} x {height}: {over}"
