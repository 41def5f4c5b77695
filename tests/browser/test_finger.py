"""A finger is told of taps, and of no key that a phone does not have, on every page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.image import radio
from tests.browser.lab import done, link

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 800}}
PHONE |= {"has_touch": True, "is_mobile": True, "ready": False}
RUN = 60_000  # milliseconds for the models of a page on a busy machine
KEYS = re.compile(r"\bclick|\bhover|\bEsc(ape)?\b|\barrow keys\b", re.IGNORECASE)


def check_words(page: Page) -> None:
    """Nothing that is seen speaks of a mouse or of keys."""
    page.wait_for_selector("#progress", state="hidden", timeout=RUN)
    expect(page.locator("kbd:visible")).to_have_count(0)
    said = page.locator("main").inner_text()
    assert [line for line in said.splitlines() if KEYS.search(line)] == []


def test_a_pin_of_the_sentence_lab(open_page: OpenPage) -> None:
    page = done(open_page(link(attention="pinned"), **PHONE))
    expect(page.locator("#pin-hint")).to_contain_text("Tap a word of the source")
    check_words(page)
    page.locator("#pin-line .unit").nth(2).tap()
    expect(page.locator("#release")).to_have_text(re.compile("^Release all"))
    expect(page.locator("#release")).to_be_visible()
    check_words(page)


def test_a_pin_of_the_vision_lab(open_page: OpenPage) -> None:
    page = open_page("/lab/vision?heads=vision-average,vision-additive", **PHONE)
    page.wait_for_selector("#headlanes[aria-busy=false]", timeout=RUN)
    note = page.locator("#attention-note")
    expect(note).to_contain_text("A tap on a map pins attention")
    check_words(page)
    radio(page, "attention", "pinned")
    expect(note).to_have_text("Pinned: tap a place on any map.")
    check_words(page)


def test_a_thing_of_a_clip(open_page: OpenPage) -> None:
    page = open_page("/video?frames=8&resolution=224&tool=mark", **PHONE)
    expect(page.locator("#thing-told")).to_contain_text("tap it: ", timeout=RUN)
    expect(page.locator("#hint")).to_contain_text("Tap a thing", timeout=RUN)
    check_words(page)


@pytest.mark.parametrize("path", ["/sentence", "/gates", "/lab/streets", "/learn/in-the-mind"])
def test_other_pages(path: str, open_page: OpenPage) -> None:
    check_words(open_page(path, **PHONE))
