"""The street lab in a browser: class maps and their legend, differences, gates, skips, files."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage, until
from tests.browser.looks import SHIFTS, check_looks
from tests.photos import ROOT

TWO = "/lab/streets?models=streets-unet,streets-attention-unet"
PIXELS = "c => c.toDataURL()"
FIRST = "#switches input[name='gate-decoder.1.spatial'][value=closed]"


def answered(page: Page) -> Page:
    page.wait_for_selector("#lanes[aria-busy=false]")
    page.wait_for_selector("#progress", state="hidden")
    page.wait_for_timeout(100)  # the frame in which it is drawn
    return page


def lane(page: Page, name: str) -> Locator:
    return page.locator(f"[aria-labelledby='lane-streets-{name}']")


def picture(page: Page, name: str) -> str:
    return str(lane(page, name).locator(".street-map").evaluate(PIXELS))


def shares(page: Page) -> list[dict[str, str]]:
    with page.expect_download() as download:
        page.click("[data-take=csv]")
    return list(csv.DictReader(Path(download.value.path()).read_text().splitlines()))


@pytest.mark.usefixtures("street_models")
def test_a_street_is_seen_compared_and_switched(open_page: OpenPage) -> None:
    page = answered(open_page(TWO, ready=False))
    assert page.evaluate(SHIFTS) < 0.1
    # The legend says what the API says, and lights a class by pointer, key and choice.
    rows = shares(page)
    assert len(rows) == 2 * 11
    legend = page.locator(".street-legend")
    pole = legend.locator("tr", has_text="pole")
    own = next(row for row in rows if row["class"] == "pole")
    assert f"{100 * float(own['share']):.1f}" in pole.locator("td").first.inner_text()
    plain = picture(page, "unet")
    pole.locator("button").hover()
    until(page, f"document.querySelector('.street-map').toDataURL() !== {plain!r}")
    page.mouse.move(0, 0)
    legend.locator("button", has_text="Thin things").press("Enter")
    expect(legend.locator("button[aria-pressed=true]")).to_have_text("Thin things")
    until(page, "location.search.includes('lit=thin')")
    legend.locator("button", has_text="Thin things").press("Escape")
    expect(legend.locator("button[aria-pressed=true]")).to_have_count(0)
    # A place is the same in all lanes.
    lane(page, "unet").locator(".street-map").press("ArrowDown")
    expect(lane(page, "attention-unet").locator(".street-here")).to_be_visible()
    # The difference to another model; its own lane has none.
    page.select_option("#base", "streets-unet")
    answered(page)
    said = lane(page, "attention-unet").locator(".street-said")
    expect(said).to_contain_text("than U-Net at")
    expect(lane(page, "unet").locator(".street-said")).to_contain_text("Thin things")
    page.select_option("#base", "")
    # Gates and skips are switched in those models that have them.
    before = picture(page, "attention-unet")
    untouched = picture(page, "unet")
    expect(lane(page, "attention-unet").locator("figure")).to_have_count(2)
    page.locator(FIRST).check(force=True)
    expect(said).to_contain_text("Switched.")
    until(page, "location.search.includes('set=decoder.1.spatial~closed')")
    assert picture(page, "attention-unet") != before
    assert picture(page, "unet") == untouched
    page.locator("#switches input[value='skip.2']").press("Space")
    expect(lane(page, "unet").locator(".street-said")).to_contain_text("Switched.")
    again = answered(open_page(page.url.split("/", 3)[3].join(["/", ""]), ready=False))
    expect(lane(again, "attention-unet").locator(".street-said")).to_contain_text("Switched.")
    again.close()
    page.click("#reset")
    expect(said).to_contain_text("Thin things")
    # A photo of one's own, and its link.
    page.set_input_files("#file", ROOT / "static/samples/rocket.jpg")
    until(page, "location.search.includes('photo=')")
    answered(page)
    with page.expect_download() as download:
        page.click("[data-take=svg]")
    assert Path(download.value.path()).read_text().count("<image ") == 2
    check_looks(page)
