"""The page of gates: a network on a photo, its gates as they were, and what is switched in it."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import OpenPage, until
from tests.browser.looks import check_looks
from tests.serving import serve
from tests.zoo.cards import PROGRAM, every_catalog

READY = "document.querySelectorAll('#network [data-site]').length > 0"
SHIFT = """new Promise((resolve) => {
  const sum = (list) => list.getEntries().reduce((total, { value }) => total + value, 0);
  const observer = new PerformanceObserver((list) => resolve(sum(list)));
  observer.observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(0), 500);
})"""
DIFFERENCE = "**/difference*"
PICTURES = "document.querySelectorAll('#network image[href^=\"data:\"]').length > 10"


@pytest.fixture
def gates(open_page: OpenPage) -> Any:
    def open_one(query: str = "", **options: Any) -> Page:
        page = open_page(f"/gates{query}", ready=False, **options)
        until(page, READY)
        page.wait_for_selector("#progress", state="hidden")
        return page

    return open_one


def shown(page: Page, name: str) -> list[str]:
    return [str(each) for each in page.locator(name).all_inner_texts()]


def asked(page: Page) -> Counter[str]:
    """The API's answers of this page, by their paths."""
    names = page.evaluate("performance.getEntriesByType('resource').map(({name}) => name)")
    return Counter(name.partition("/api/v1")[2] for name in names if "/api/v1" in name)


def radio(page: Page, name: str, value: str) -> None:
    page.locator(f'input[name={name}][value="{value}"]').check(force=True)


def saved(page: Page, take: str) -> bytes:
    with page.expect_download() as download:
        page.click(f"[data-take={take}]")
    return Path(download.value.path()).read_bytes()


def test_a_network_is_drawn_as_it_is_and_every_gate_opens(gates: Any) -> None:
    page = gates()
    until(page, PICTURES)
    expect(page.locator("#network [data-site]")).to_have_count(10)
    expect(page.locator("#network [data-skip]")).to_have_count(3)
    expect(page.locator("[data-sample=astronaut]")).to_have_attribute("aria-current", "true")
    expect(page.locator("#about")).to_contain_text("Howard et al. 2019")
    expect(page.locator("#gate-title")).to_have_text("Gate encoder.2.channel")
    expect(page.locator("#up-film button")).to_have_count(5)  # bottleneck, three steps, output
    assert page.evaluate(SHIFT) < 0.1
    posts = [path for path, times in asked(page).items() if times > 1 and "output.png" not in path]
    assert posts == []  # nothing is asked for twice; what the server drew is a picture of its own
    page.locator('#network [data-site="encoder.6.channel"]').click()
    expect(page.locator("#gate-title")).to_have_text("Gate encoder.6.channel")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#gate-title")).to_have_text("Gate encoder.7.channel")
    focused = "document.activeElement.dataset.site"
    assert page.evaluate(focused) == "encoder.7.channel"
    until(page, "location.search.includes('gate=encoder.7.channel')")
    for _ in range(4):
        page.click("#gate-next")
    expect(page.locator("#gate-words")).to_contain_text("It opens skip.1.")
    page.go_back()
    expect(page.locator("#gate-title")).not_to_have_text("Gate decoder.1.channel")
    check_looks(page)


def test_what_is_switched_changes_the_output_beside_the_untouched_one(gates: Any) -> None:
    page = gates("?gate=decoder.3.channel")
    difference, told = page.locator("#difference"), page.locator("#difference-told")
    expect(page.locator("#untouched-hint")).to_be_visible()
    radio(page, "all-gates", "open")
    expect(difference).to_have_text("IoU 0.559")  # the picture floods
    expect(page.locator("#touched-said")).to_have_text("all gates open")
    radio(page, "all-gates", "computed")
    expect(difference).to_be_empty()
    page.locator("#sweep").fill("0.5")
    expect(page.locator("#sweep-said")).to_have_text("0.50")
    expect(page.locator("#touched-said")).to_have_text("decoder.3.channel at 0.50")
    expect(page.locator("input[name=gate-setting][value=hand]")).to_be_checked()
    expect(difference).not_to_be_empty()
    page.route(DIFFERENCE, lambda route: route.abort())  # the answer is lost
    radio(page, "gate-setting", "closed")
    expect(page.locator("#problem")).to_be_visible()
    expect(told).to_have_attribute("aria-busy", "true")  # the number is of the slider still
    badge = page.locator('#network [data-site="decoder.3.channel"] text')
    expect(badge).to_have_text("×0")
    page.click("[data-take=csv]")
    expect(page.locator("#said")).to_have_text("What comes out as switched is not there yet.")
    page.unroute(DIFFERENCE)
    page.locator('#network [data-skip="skip.2"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#touched-said")).to_have_text("decoder.3.channel closed; skip.2 cut")
    until(page, "location.search.includes('set=decoder.3.channel~closed&cut=skip.2')")
    expect(told).to_have_attribute("aria-busy", "false")
    measured = difference.inner_text()
    page.reload()
    expect(difference).to_have_text(measured)  # a link is a view
    page.click("#reset")
    expect(difference).to_be_empty()
    expect(page.locator("#reset")).to_be_disabled()
    page.go_back()
    expect(difference).to_have_text(measured)
    radio(page, "show", "change")
    until(page, "location.search.includes('show=change')")


def test_a_gate_s_bars_maps_and_channels_and_what_can_be_taken_away(gates: Any) -> None:
    page = gates("?gate=encoder.5.channel")
    bars = page.locator("#bars-said")
    expect(bars).to_contain_text("96 channels, mean 0.79")
    expect(bars).to_contain_text("not to 1: gates are no weights")
    page.select_option("#beside", "average")
    expect(bars).to_contain_text("the average: 0.")
    expect(page.locator(".triptych h3")).to_have_text(
        ["Most open", "Most closed", "Least like the average"]
    )
    until(page, "!document.querySelector('.triptych canvas.waiting')")
    page.locator(".bars-field").focus()
    page.keyboard.press("End")
    expect(bars).to_contain_text("96 of 96 from the most open")
    closed = page.locator("#channel-value")
    assert float(closed.input_value()) < 0.05
    closed.fill("1")
    closed.press("Enter")
    expect(page.locator("#touched-said")).to_contain_text("encoder.5.channel channel")
    expect(bars).to_contain_text(": 1.00;")
    expect(page.locator("#difference")).not_to_be_empty()
    rows = list(csv.reader(io.StringIO(saved(page, "csv").decode())))
    assert rows[0] == ["gate", "of", "number", "value", "computed"]
    assert len(rows) == 1 + 16 + 96 + 128 + 128 + 96 + 96 + 128 + 24 + 16 + 16
    assert [row for row in rows if row[3] == "1" and float(row[4]) < 0.05]
    found = {gate["site"]: gate for gate in json.loads(saved(page, "json"))}
    assert found["encoder.5.channel"]["computed"] is not None
    assert np.load(io.BytesIO(saved(page, "npy"))).shape == (256, 256)
    assert saved(page, "png").startswith(b"\x89PNG")
    network = saved(page, "svg").decode()
    assert "var(" not in network
    assert "<image" in network
    assert "selfie segmentation" in network
    page.click("[data-copy=curl]")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "-F 'sample=astronaut'" in copied
    assert """-F 'intervention={"gates":{"encoder.5.channel":{""" in copied
    page.click("[data-copy=python]")
    until(page, "navigator.clipboard.readText().then((text) => text.includes('import numpy'))")


def test_a_photo_and_the_camera_come_in_and_what_is_none_is_told(gates: Any, photo: Path) -> None:
    page = gates()
    page.set_input_files("#file", photo)
    expect(page.locator("#timings")).to_contain_text("4032 × 2688 px")
    until(page, "location.search.includes('trace=')")
    words = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no photo at all"}
    page.set_input_files("#file", words)
    expect(page.locator("#problem")).to_contain_text("image")
    expect(page.locator("#timings")).to_contain_text("4032 × 2688 px")  # what was shown stays
    page.click("#live")
    expect(page.locator("#live-rate")).to_contain_text("frames a second")
    expect(page.locator("#live-where")).to_have_text(
        "Frames go to the service on this machine and nowhere else."
    )
    expect(page.locator("#timings")).to_contain_text("320 × 240 px")
    radio(page, "all-gates", "flat")
    expect(page.locator("#difference")).to_contain_text("IoU")
    page.click("#live-stop")
    expect(page.locator("#live-row")).to_be_hidden()
    page.reload()  # the last frame stays
    expect(page.locator("#timings")).to_contain_text("320 × 240 px")


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    catalog = every_catalog(tmp_path_factory.mktemp("every"))
    environment = {"FOVEATE_CATALOG": str(catalog), "FOVEATE_WARM": "false"}
    yield from serve(environment, (sys.executable, "-c", PROGRAM))


def test_gates_of_places_and_branches_appear_with_their_card_alone(
    browser: Browser, every: str
) -> None:
    page = browser.new_context().new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{every}/gates?model=every&sample=coffee&gate=b.place")
    expect(page.locator("#network [data-site]")).to_have_count(3)
    expect(page.locator(".place-gate canvas").first).to_be_visible()
    until(page, "!document.querySelector('.triptych canvas.waiting')")
    expect(page.locator("#gate-meaning")).to_contain_text("at one place")
    page.click("#gate-next")
    expect(page.locator(".shares li")).to_have_count(2)
    shares = [float(text.split(": ")[1].rstrip(" %")) for text in shown(page, ".shares li")]
    assert sum(shares) == pytest.approx(100, abs=1)
    assert wrong == []
