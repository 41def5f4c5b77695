"""The text studio and the lab while something has not arrived yet, or never does."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from foveate.app.pages.lab import EVIDENCE
from tests.browser.conftest import OpenPage, until
from tests.browser.lab import done, link
from tests.browser.sentences import opened

PAGES = ["/lab/sentence", "/sentence"]
OWN = "The garden is mine."
COLOURS = "**/static/colormaps.json"


def blank(open_page: OpenPage) -> Page:
    """A page of this site without scripts, so that routes are there before the next one."""
    return open_page("/static/icon.svg", ready=False)


def address(page: Page, path: str) -> str:
    return "/".join(page.url.split("/", 3)[:3]) + path


@pytest.mark.parametrize("path", PAGES)
def test_a_link_into_the_page_does_not_cost_the_text(open_page: OpenPage, path: str) -> None:
    page = open_page(path, ready=False)
    expect(page.locator("#run")).to_be_enabled()
    page.fill("#text", OWN)
    page.locator(".skip").press("Enter")
    page.evaluate("location.hash = 'elsewhere'")
    page.wait_for_timeout(300)
    assert page.input_value("#text") == OWN
    page.evaluate("location.hash = 'text=Another+one.'")
    expect(page.locator("#text")).to_have_value("Another one.")


@pytest.mark.parametrize("path", PAGES)
def test_what_is_typed_before_the_scripts_are_there_is_kept(open_page: OpenPage, path: str) -> None:
    page = blank(open_page)
    held: list[Route] = []
    page.route(COLOURS, lambda route: held.append(route))
    page.goto(address(page, f"{path}#text=Of+the+link."), wait_until="commit")
    page.fill("#text", OWN)
    expect(page.locator("#run")).to_be_disabled()
    page.wait_for_timeout(300)
    for route in held:
        route.continue_()
    page.unroute(COLOURS)
    expect(page.locator("#run")).to_be_enabled()
    assert page.input_value("#text") == OWN
    assert "?" not in page.url


@pytest.mark.parametrize("path", [*PAGES, "/"])
def test_that_the_colours_did_not_arrive_is_said(open_page: OpenPage, path: str) -> None:
    page = blank(open_page)
    page.route(COLOURS, lambda route: route.fulfill(status=500, body=""))
    page.goto(address(page, path))
    expect(page.locator("#problem")).to_contain_text("colours of this page did not arrive")
    expect(page.locator("#problem")).to_contain_text("Load the page again")
    expect(page.locator("#run:enabled")).to_have_count(0)


@pytest.mark.parametrize("path", ["/sentence", "/"])
def test_a_panel_whose_script_does_not_come_says_so(open_page: OpenPage, path: str) -> None:
    page = opened(open_page) if path == "/sentence" else open_page(path)
    page.route("**/steps/steps.js", lambda route: route.abort())
    button = page.locator("#steps-on")
    button.click()
    expect(page.locator("#problem")).to_contain_text("their script did not arrive")
    expect(button).to_have_attribute("aria-expanded", "false")
    until(page, "!location.search.includes('steps=')")


@pytest.mark.skipif(not EVIDENCE.is_file(), reason="nothing is measured yet")
def test_evidence_that_did_not_arrive_is_asked_for_again(open_page: OpenPage) -> None:
    page = blank(open_page)
    page.route("**/evidence.json", lambda route: route.fulfill(status=500, body=""))
    page.goto(address(page, link()))
    done(page)
    unread = page.locator("#evidence [role=alert]")
    expect(unread).to_contain_text("What was measured did not arrive")
    expect(page.locator("#problem")).to_be_hidden()
    expect(page.locator("[data-take]").first).to_be_hidden()
    expect(page.locator("input[name=curve]").first).to_be_hidden()
    expect(page.locator("[data-here]").first).to_have_text("Not measured.")
    page.unroute("**/evidence.json")
    unread.get_by_role("button").press("Enter")
    expect(page.locator("[data-part=length] svg")).to_be_visible()
    expect(unread).to_be_hidden()
    expect(page.locator("#evidence-title")).to_be_focused()
    expect(page.locator("[data-here]").first).to_contain_text("hansards.test, greedy")
