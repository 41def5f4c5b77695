"""The lab from one run to the next: what waits, what fails, and what stays in its place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage
from tests.browser.lab import compared, done, lane, line, link, radio
from tests.browser.looks import SHIFTS

STREAM = "**/translations/stream"
Answer = Callable[[Route], None]


def of_model(name: str, answer: Answer) -> Answer:
    """Answers requests for one model by hand; the others go on to the server."""

    def handle(route: Route) -> None:
        asked = json.loads(route.request.post_data or "{}")
        if asked.get("model") == name:
            answer(route)
        else:
            route.continue_()

    return handle


def again(page: Page) -> None:
    page.press("#text", "Enter")


def blind(page: Page) -> str:
    """The model that does not look."""
    shown = [name for name in compared(page) if lane(page, name).locator(".vector").is_visible()]
    return shown[0]


def test_a_busy_server_is_waited_for_and_that_is_said(open_page: OpenPage) -> None:
    page = done(open_page(link(), ready=False))
    busy = {"Retry-After": "2", "Content-Type": "application/problem+json"}
    refused: list[str] = []

    def refuse_once(route: Route) -> None:
        if refused:
            route.continue_()
            return
        refused.append(route.request.url)
        route.fulfill(status=503, headers=busy, body='{"detail": "All is busy."}')

    page.route(STREAM, of_model(compared(page)[1], refuse_once))
    again(page)
    expect(page.locator("#progress")).to_contain_text("The server is busy; trying again in 2 s")
    expect(page.locator("#progress")).to_be_hidden()
    expect(page.locator("#problem")).to_be_hidden()


def test_a_model_that_fails_is_named_and_what_it_shows_is_marked(open_page: OpenPage) -> None:
    page = done(open_page(link(), ready=False))
    name = compared(page)[1]
    fails: Answer = lambda route: route.fulfill(  # noqa: E731
        status=500, content_type="application/problem+json", body='{"detail": "It broke."}'
    )
    page.route(STREAM, of_model(name, fails))
    page.fill("#text", "The garden is new.")
    again(page)
    title = lane(page, name).locator("header h3").inner_text()
    expect(page.locator("#problem")).to_have_text(f"{title}: It broke.")
    old = page.locator("[data-lane=stale]:visible")
    expect(old).to_have_count(1)
    expect(lane(page, name).locator("[data-lane=stale]")).to_contain_text("of the run before")
    page.unroute(STREAM)
    again(page)
    expect(page.locator("#problem")).to_be_hidden()
    expect(old).to_have_count(0)


@pytest.mark.parametrize("path", ["/lab/sentence", "/sentence"])
@pytest.mark.parametrize("size", [(1280, 800), (768, 1024), (360, 780)])
def test_pages_stand_still_while_they_load(
    open_page: OpenPage, path: str, size: tuple[int, int]
) -> None:
    """Cumulative layout shift: 0.1 is the limit of a good page (web.dev/cls). A matrix grows by the
    rows that come, which is 0.033 where a frame is drawn of its first.
    """
    page = open_page(path, ready=False, viewport={"width": size[0], "height": size[1]})
    page.wait_for_selector("[data-part=figure]:visible")
    page.wait_for_selector("#progress", state="hidden", timeout=60_000)
    assert page.evaluate(SHIFTS) < 0.05
    if path == "/lab/sentence":  # and its weights have a scale, on a narrow screen too
        expect(page.locator("#scale canvas")).to_be_visible()
        expect(page.locator("#scale [data-part=high]")).to_have_text("1")
        expect(page.locator("#matrices-said")).to_contain_text("rows are the translation")


def test_nothing_jumps_while_the_models_run_again(open_page: OpenPage) -> None:
    page = done(open_page(link(), ready=False))
    name = blind(page)
    expect(page.locator("#encoder tbody tr").first).to_be_visible()
    page.focus("#encoder input[type=range]")
    held: list[Route] = []
    page.route(STREAM, lambda route: held.append(route))
    page.evaluate("document.getElementById('run').click()")
    expect(page.locator("#progress")).to_contain_text("Translating")
    expect(page.locator("#encoder tbody tr").first).to_be_visible()
    expect(page.locator("#encoder input[type=range]")).to_be_focused()
    expect(page.locator("#encoder")).to_have_attribute("data-old", "")
    vector = lane(page, name).locator(".vector")
    expect(vector).to_be_visible()
    for route in held:
        route.continue_()
    page.unroute(STREAM)
    done(page)
    for part in (page.locator("#encoder"), vector):
        expect(part).not_to_have_attribute("data-old", "")


def test_what_is_waited_for_is_said_as_long_as_it_is(open_page: OpenPage) -> None:
    page = done(open_page(link(), ready=False))
    held: list[Route] = []
    page.route("**/tokens", lambda route: held.append(route))
    again(page)
    page.locator("#steps-bar input[type=range]").fill("2")  # draws anew
    page.wait_for_timeout(300)
    expect(page.locator("#progress")).to_have_text("Reading")
    page.locator("#text").press("End")
    page.keyboard.type(" So")
    expect(page.locator("#progress")).to_be_hidden()
    page.unroute("**/tokens")


def test_what_is_read_from_both_ends_is_said_to_be(open_page: OpenPage) -> None:
    page = done(open_page(link(read=3), ready=False))
    said = page.locator("#encoder [data-part=place-said]")
    expect(said).to_contain_text(re.compile(r"read forwards from token 1, the last \d+ backwards"))
    expect(page.locator("#encoder [data-part=not-drawn]")).to_contain_text("all tokens at once")


def test_pins_are_lost_by_another_sentence_and_by_nothing_else(open_page: OpenPage) -> None:
    page = done(open_page(link(attention="pinned", pins="2"), ready=False))
    expect(page.locator("#pin-hint")).to_contain_text("started from the encoder's last state")
    asked: list[str] = []
    page.on("request", lambda r: r.url.endswith("/tokens") and asked.append(r.url))
    page.focus("#text")
    page.keyboard.press("Escape")
    page.press("#text", "End")
    page.keyboard.type(" And")
    page.wait_for_timeout(400)
    expect(page.locator("#pins li")).to_have_count(1)
    assert asked == [], "half a text was run"
    page.fill("#text", "Small family farms were disappearing.")
    again(page)
    done(page)
    expect(page.locator("#pins li")).to_have_count(1)
    radio(page, "feed", "given")
    page.fill("#target", "Les petites fermes.")
    page.press("#target", "Enter")
    done(page)
    expect(page.locator("#pins li")).to_have_text(["farms every step ×"])
    page.fill("#text", "The garden is new.")
    again(page)
    done(page)
    expect(page.locator("#pins li")).to_have_count(0)
    page.go_back()
    expect(page.locator("#text")).to_have_value("Small family farms were disappearing.")
    expect(page.locator("#pins li")).to_have_text(["farms every step ×"])


def test_the_focus_stays_among_the_pins(open_page: OpenPage) -> None:
    page = done(open_page(link(attention="pinned", pins="2;3"), ready=False))
    page.locator("#pins button").first.press("Enter")
    done(page)
    expect(page.locator("#pins button")).to_have_count(1)
    expect(page.locator("#pins button")).to_be_focused()
    page.locator("#steps-bar input[type=range]").fill("2")
    page.focus("#pins button")
    page.evaluate("document.querySelector('#steps-bar [data-part=forward]').click()")
    expect(page.locator("#pins button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#pin-line .unit:focus")).to_have_count(1)


def test_texts_are_in_their_languages_and_one_place_speaks(open_page: OpenPage) -> None:
    page = done(open_page(link(), ready=False))
    expect(page.locator("#summary [lang]").last).to_be_attached()
    languages = page.locator("#summary [lang]").evaluate_all("all => all.map(e => e.lang)")
    source, target = page.locator("#text, #target").evaluate_all("all => all.map(e => e.lang)")
    assert source
    assert target
    assert source != target
    assert languages == [target] * len(compared(page))
    for name in compared(page):
        assert line(page, name, "source").get_attribute("lang") == source
        assert line(page, name).get_attribute("lang") == target
    expect(page.locator(".lane [role=status]")).to_have_count(0)
    looks = next(name for name in compared(page) if name != blind(page))
    line(page, looks).locator(".unit").first.focus()
    title = lane(page, looks).locator("header h3").inner_text()
    expect(page.locator("#summary")).to_have_text(re.compile(f"^{re.escape(title)}: “"))


def test_a_panel_that_is_asked_for_no_more_does_not_open(open_page: OpenPage) -> None:
    page = done(open_page(link(), ready=False))
    held: list[Route] = []
    page.route("**/steps/steps.js", lambda route: held.append(route))
    button = page.locator("button[data-lane=inside]:visible").first
    button.dblclick()
    page.wait_for_timeout(200)
    for route in held:
        route.continue_()
    page.unroute("**/steps/steps.js")
    page.wait_for_timeout(500)
    expect(page.locator(".steps")).to_have_count(0)
    button.click()
    expect(page.locator(".steps")).to_have_count(1)


def test_a_panel_gives_way_to_that_of_another_model(open_page: OpenPage) -> None:
    page = done(open_page(link(), ready=False))
    buttons = page.locator("button[data-lane=inside]:visible")
    assert buttons.count() > 1
    for i in (0, 1):
        buttons.nth(i).click()
        page.wait_for_selector(".steps [aria-busy=false] .steps-table")
        expect(buttons.nth(i)).to_have_attribute("aria-expanded", "true")
        expect(page.locator(".steps")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".steps")).to_have_count(0)
    expect(page.locator("[aria-expanded=true]")).to_have_count(0)


def test_a_panel_whose_script_does_not_come_leaves_a_sentence(open_page: OpenPage) -> None:
    page = done(open_page(link(), ready=False))
    page.route("**/steps/steps.js", lambda route: route.abort())
    button = page.locator("button[data-lane=inside]:visible").first
    button.click()
    expect(page.locator("#problem")).to_contain_text("their script did not arrive")
    expect(button).to_have_attribute("aria-expanded", "false")
