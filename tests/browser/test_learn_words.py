"""The chapters of words: live parts on the reader's sentence, and what their models answer."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.slow


def ready(page: Page, name: str, number: int = 0) -> Locator:
    """A live part by its name, once it shows something."""
    part = page.locator(f"[data-live={name}]:not([hidden])").nth(number)
    part.scroll_into_view_if_needed()
    expect(part).to_have_attribute("data-state", "ready")
    return part


def slide(part: Locator, value: int) -> None:
    part.get_by_role("slider").fill(str(value))


def ask(page: Page, name: str, guess: int) -> Locator:
    form = page.locator(".asking", has=page.locator(f"[data-live={name}]")).locator("form").first
    form.get_by_role("radio").nth(guess).check(force=True)
    form.get_by_role("button").click()
    verdict = form.locator(".verdict")
    expect(verdict).to_contain_text(".")
    expect(form).to_have_attribute("data-state", "right")
    return verdict


def test_from_words_to_vectors_and_back(open_page: OpenPage) -> None:
    page = open_page("/learn/sequence-to-sequence?lang=en", ready=False)
    near = ready(page, "wordvector").locator("tbody th")
    expect(near.first).to_have_text("▁blue")
    page.get_by_role("button", name="a sentence encoder").click()
    expect(near.first).to_have_text("blue")
    states = ready(page, "encoderstates")
    expect(states.locator("tbody tr")).to_have_count(13)
    slide(states, 3)
    expect(states.locator("tr.here th")).to_have_text("▁in")
    expect(states.locator("tr.later")).to_have_count(10)
    steps = ready(page, "decodersteps")
    expect(steps.locator(".chosen")).to_have_text("▁Un")
    slide(steps, 12)
    expect(steps.locator(".chosen")).to_have_text("</s>")
    beams = ready(page, "beamsearch")
    expect(beams.locator("tbody tr")).to_contain_text(["est sur le pont", "sable rouge"])
    forced = ready(page, "teacherforcing")
    expect(forced.locator("tr.missed")).to_have_count(4)
    page.get_by_role("button", name="your own sentence").last.click()
    expect(forced.locator("tr.missed")).to_have_count(0)
    assert "▁blue" in (ask(page, "wordvector", 1).text_content() or "")


def test_the_bottleneck_and_what_attention_changes(open_page: OpenPage) -> None:
    page = open_page("/learn/the-bottleneck?lang=pt", ready=False)
    longer = ready(page, "lengthen")
    slide(longer, 4)
    expect(longer.locator("section").nth(1).locator("mark")).to_have_count(4)
    expect(longer.locator("section").nth(0)).to_contain_text("Ficaram 1 de 4")
    object_ = ready(page, "shrinkobject")
    slide(object_, 39)
    expect(object_.locator("section").nth(1).locator("li").first).to_contain_text("girassol")
    ready(page, "measured", 2)
    page.goto(page.url.replace("the-bottleneck", "query-key-value"))
    expect(ready(page, "fivesteps").locator("tbody tr.here")).to_be_visible()
    ready(page, "alignments")
    steered = ready(page, "alignments", 1)
    expect(steered.locator("section .line")).to_contain_text("homme homme homme")
    off = steered.get_by_role("radio", name="Desligada")
    off.evaluate("element => element.scrollIntoView({block: 'center'})")  # not under the bar
    off.check(force=True)
    expect(steered.locator("section mark").first).to_be_visible()


def test_an_attenuated_channel_still_says_something(open_page: OpenPage) -> None:
    page = open_page("/learn/in-the-mind?lang=en", ready=False)
    filtered = ready(page, "photofilter")
    slide(filtered, 7)
    expect(filtered.locator(".told")).to_contain_text("Of this it")
    channels = ready(page, "unattended")
    expect(channels.locator(".heard")).to_contain_text("homme homme homme")
    slide(channels, 4)
    expect(channels.locator(".heard")).to_have_text("Un homme en T-shirt rouge lit un journal.")
    name = ready(page, "unattended", 1).locator("tbody tr", has_text="canada")
    expect(name).to_contain_text("0.03 %")
    ask(page, "unattended", 0)
    links = page.locator(".studio-link a").evaluate_all("(all) => all.map((a) => a.href)")
    assert any("lens=attenuate" in link and "floor=10" in link for link in links)
