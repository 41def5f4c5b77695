"""The page of videos: when and where, a thing that is carried, every way in and out."""

from __future__ import annotations

import io
import json
import urllib.request
import zipfile
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, until
from tests.browser.image import STAGE, pixels, point, press, radio, wait_for_url
from tests.browser.looks import check_looks
from tests.photos import ROOT

SMALL = "/video?frames=8&resolution=224"
PASSES = 60_000  # milliseconds for eight of them on a busy machine


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return ready(open_page(SMALL, ready=False))


def ready(page: Page) -> Page:
    page.wait_for_selector("#panel [data-state=ready]", timeout=PASSES)
    page.wait_for_selector("#progress", state="hidden", timeout=PASSES)
    page.wait_for_selector("#cube button")
    until(page, "document.querySelectorAll('.film .waiting').length === 0")
    return page


def answer(page: Page, path: str) -> Any:
    """What the API says of the trace that is shown."""
    trace = page.evaluate(
        """async () => {
          const form = new FormData();
          const asked = {sample: 'cars', frames: 8, resolution: 224};
          for (const [name, value] of Object.entries(asked)) form.set(name, value);
          return (await fetch('/api/v1/videos/traces', {method: 'POST', body: form})).json();
        }"""
    )
    root = page.url.split("/video")[0]
    with urllib.request.urlopen(f"{root}/api/v1/traces/{trace['id']}/{path}") as found:
        return json.load(found)


def notes(page: Page) -> list[float]:
    """The share of each frame in percent, as the small multiples say it."""
    texts = page.locator("#cube .frame-note").all_inner_texts()
    return [float(text.split()[0]) for text in texts]


def test_a_sample_is_there_and_its_weights_are_those_of_the_service(page: Page) -> None:
    expect(page.locator("#cube button")).to_have_count(8)
    expect(page.locator("#heads button")).to_have_count(8)
    expect(page.locator("#notes")).to_contain_text("trained on single pictures")
    expect(page.locator("#credit")).to_contain_text("Intel Corporation, CC-BY-4.0")
    mean = np.array(answer(page, "when?site=encoder.12.self")["when"][-1]) * 100
    assert np.allclose(notes(page), mean, rtol=0.06), (notes(page), mean)
    bare = pixels(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    point(page, 0.2, 0.5)
    expect(page.locator("#panel [data-part=caption]")).to_contain_text("column 3 in its own frame")
    assert not np.array_equal(pixels(page), bare)
    assert asked == []  # the pointer asks nobody
    press(page, 0.53, 0.55)
    wait_for_url(page, "query=4,4,8")
    timeline = page.locator("#timeline")
    timeline.focus()
    page.keyboard.press("ArrowRight")
    expect(timeline).to_have_attribute("aria-valuenow", "6")
    expect(page.locator("#panel [data-part=caption]")).to_contain_text("column 8 of frame 5")
    page.locator("#layers button").nth(5).click()
    wait_for_url(page, "site=encoder.6.self")
    expect(page.locator("#heads-of")).to_have_text("Heads of layer 6")
    page.go_back()
    expect(page.locator("#heads-of")).to_have_text("Heads of layer 12")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(timeline).to_have_attribute("aria-valuenow", "8")
    page.get_by_role("button", name="Pause").click()


def test_a_thing_is_marked_carried_followed_and_taken_away(page: Page) -> None:
    radio(page, "tool", "mark")
    press(page, 0.21, 0.6)
    told = page.locator("#thing-told")
    expect(told).to_contain_text("marked in frame 5, found in")
    expect(told).to_contain_text("by keys of encoder.12.self")
    wait_for_url(page, "thing=4~")
    expect(page.locator("#panel [data-part=caption]")).to_contain_text("The thing has")
    with page.expect_download() as saved:
        page.locator("[data-take=zip]").click()
    with zipfile.ZipFile(io.BytesIO(saved.value.path().read_bytes())) as archive:
        assert len(archive.namelist()) == 8
    with page.expect_download() as saved:
        page.locator("[data-take=html]").click()
    expect(page.locator("#said")).to_contain_text("Saved layer 12 with all its heads: ")
    assert 'data-kept="frame 7"' in saved.value.path().read_text()
    page.locator(STAGE).scroll_into_view_if_needed()
    box = page.locator(STAGE).bounding_box()
    assert box is not None
    x, y = box["x"] + 0.7 * box["width"], box["y"] + 0.4 * box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 0.12 * box["width"], y, steps=4)
    with page.expect_response("**/propagation"):
        page.mouse.up()
    wait_for_url(page, "thing=4_")  # a brush adds to what was carried
    expect(told).to_contain_text("found in")
    radio(page, "tool", "look")
    radio(page, "follow", "thing")
    expect(page.locator("#hint")).to_contain_text("middle of the thing")
    # What the service has let go of is sent again by itself.
    page.route("**/propagation", lambda route: route.fulfill(status=410, body="{}"), times=1)
    with page.expect_request(lambda request: request.url.endswith("/videos/traces")):
        page.locator("[data-state=top]").fill("3")
        page.locator("[data-state=top]").blur()
    expect(told).to_contain_text("found in")
    expect(page.locator("#problem")).to_be_hidden()
    page.locator("#forget").click()
    expect(page.locator("#thing")).to_be_hidden()


def test_a_video_comes_in_by_file_part_and_camera_and_what_is_none_is_told(page: Page) -> None:
    page.set_input_files("#file", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"text"})
    expect(page.locator("#problem")).to_contain_text("is not a video that can be read")
    page.set_input_files("#file", ROOT / "static" / "samples" / "leaving.webm")
    wait_for_url(page, "trace=")
    ready(page)
    expect(page.locator("#problem")).to_be_hidden()
    expect(page.locator("#credit")).to_be_empty()
    page.locator("#start").fill("50")
    page.locator("#start").blur()
    expect(page.locator("#problem")).to_contain_text("Choose a longer part")
    expect(page.locator("#start")).to_have_value("50")
    page.locator("#start").fill("1")
    page.locator("#end").fill("2")
    page.locator("#end").blur()
    wait_for_url(page, "start=1&end=2")
    until(page, "document.querySelector('#cube button').getAttribute('aria-label').includes('1.0')")
    page.locator("#take-photo").click()
    expect(page.locator("[data-part=elapsed]")).to_contain_text("nothing is sent")
    page.get_by_role("button", name="Record").click()
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Stop").click()
    until(page, "!location.href.includes('start=')")
    ready(page)
    expect(page.locator("#problem")).to_be_hidden()
    expect(page.locator("#timings")).to_contain_text("640 × 480 px")


def test_two_layers_side_by_side_and_what_can_be_taken_away(page: Page) -> None:
    page.locator("#compare-on").click()
    page.locator("#compare select[name=site]").select_option("encoder.6.self")
    expect(page.locator("#compare [data-part=caption]")).to_contain_text("Layer 6, mean of heads")
    expect(page.locator(".when-other")).to_have_count(1)
    for kind in ("png", "svg", "npy", "csv", "json"):
        with page.expect_download() as saved:
            page.locator(f"#take [data-take={kind}]").click()
        content = saved.value.path().read_bytes()
        if kind == "npy":
            assert np.load(io.BytesIO(content)).shape[0] == 8
        if kind == "svg":
            assert content.count(b"<image ") == 8
            assert b"encoder.6.self" in content
    copied = {}
    for name in ("link", "curl", "python", "command"):
        page.locator(f"[data-copy={name}]").click()
        expect(page.locator("#said")).to_have_text("Copied.")
        copied[name] = page.evaluate("navigator.clipboard.readText()")
    assert "compare=" in copied["link"]
    assert "-F 'frames=8'" in copied["curl"]
    assert "/videos/traces" in copied["curl"]
    assert "spacetime?site=encoder.12.self" in copied["python"]
    assert copied["command"].startswith("foveate video 'cars.webm' -o attention")


def test_everybody_can_use_it(open_page: OpenPage) -> None:
    page = ready(open_page(f"{SMALL}&thing=4~5,3&compare=head%3D2", ready=False))
    expect(page.locator("#thing-told")).to_contain_text("found in")
    check_looks(page)


def test_heads_over_time_say_which_frames_decide(open_page: OpenPage) -> None:
    page = ready(open_page("/video?sample=dalmatian&frames=16&resolution=224", ready=False))
    page.locator("#deciders").scroll_into_view_if_needed()
    expect(page.locator("#deciders")).to_have_attribute("aria-busy", "false", timeout=PASSES)
    lanes = page.locator(".when-lane")
    expect(lanes).to_have_count(4)
    expect(lanes.nth(0)).to_contain_text("Every frame counts the same.")
    expect(lanes.nth(1).locator("li").first).to_contain_text("dalmatian")
    expect(lanes.nth(1)).to_contain_text("Most weight: frame 1")  # 10 to 13
    lanes.nth(1).locator("svg").click(position={"x": 4, "y": 20})
    expect(page.locator("#timeline")).to_have_attribute("aria-valuenow", "1")
    radio(page, "attention", "pinned")
    expect(lanes.nth(1)).to_contain_text("It saw frame 1 alone.", timeout=PASSES)
    wait_for_url(page, "attention=pinned")
    radio(page, "attention", "off")
    expect(lanes.nth(2)).to_contain_text("Switched off", timeout=PASSES)
    chart = page.locator("#evidence [data-part=measured] svg")
    expect(chart).to_contain_text("share of the time")
    radio(page, "measure", "weight")
    expect(page.locator("#evidence figcaption")).to_contain_text("Weight that falls on the frames")
