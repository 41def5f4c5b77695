"""How photos come into the image studio: chosen, dropped, pasted, photographed, sent again."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.conftest import OpenPage, forget, until
from tests.browser.image import (
    STAGE,
    caption,
    pixels,
    radio,
    wait_for_url,
)
from tests.photos import SAMPLES, encoded, sample_image


def upside_down(image: Image.Image) -> bytes:
    """A WebP on its head, with an EXIF orientation: browsers do not read it, and the model does."""
    exif = Image.Exif()
    exif[274] = 3
    return encoded(image.transpose(Image.Transpose.ROTATE_180), "WEBP", exif=exif, quality=95)


def test_photos_are_shown_upright_and_back_returns_to_the_one_before(
    open_page: OpenPage, photo: Path
) -> None:
    page = open_page()
    page.set_input_files("#file", photo)
    expect(page.locator("#timings")).to_contain_text("4032 × 2688 px, 21 × 32 patches")
    assert "trace=" in wait_for_url(page, "trace=")
    radio(page, "lens", "heat")
    radio(page, "lens", "overlay")
    expect(caption(page)).to_contain_text("Layer 12")
    page.reload()
    expect(page.locator("#timings")).to_contain_text("4032 × 2688 px")
    cat = sample_image("cat").convert("RGB")
    file = {"name": "a.webp", "mimeType": "image/webp", "buffer": upside_down(cat)}
    page.set_input_files("#file", file)
    expect(page.locator("#timings")).to_contain_text("451 × 300 px")
    page.fill("#opacity", "0")
    shown = pixels(page)
    assert abs(shown - np.asarray(cat.resize(shown.shape[1::-1])).astype(int)).mean() < 4
    until(page, "location.search.includes('opacity=0')")
    page.go_back()
    expect(page.locator("#timings")).to_contain_text("4032 × 2688 px")
    page.go_forward()
    expect(page.locator("#timings")).to_contain_text("451 × 300 px")
    expect(page.locator("#opacity")).to_have_value("0")


@pytest.mark.parametrize(("width", "size"), [(1280, (1080, 13000)), (360, (13000, 600))])
def test_very_tall_and_wide_photos_have_patches_to_choose(
    open_page: OpenPage, width: int, size: tuple[int, int]
) -> None:
    page = open_page(viewport={"width": width, "height": 800})
    chat = encoded(Image.linear_gradient("L").convert("RGB").resize(size), "JPEG")
    page.set_input_files("#file", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": chat})
    expect(page.locator("#timings")).to_contain_text(f"{size[0]} × {size[1]} px")
    frame = page.locator("#panel [data-part=frame]").bounding_box()
    stage = page.locator(STAGE).bounding_box()
    assert frame is not None
    assert stage is not None
    assert frame["height"] < 600
    assert frame["width"] < width
    assert min(stage["width"], stage["height"]) >= 119
    for height in page.eval_on_selector_all(".film canvas", "all => all.map(c => c.clientHeight)"):
        assert 12 <= height <= 150
    page.locator(STAGE).focus()
    for key in ("ArrowUp", "ArrowDown", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#pins .pin")).to_have_count(1)
    scrolled = "document.querySelector('#panel [data-part=frame]')"
    assert page.evaluate(f"{scrolled}.scrollTop + {scrolled}.scrollLeft") > 100
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_photo_can_be_dropped_and_pasted(open_page: OpenPage) -> None:
    page = open_page()
    data = page.evaluate_handle(
        """async () => {
          const blob = await (await fetch('/static/samples/coffee.jpg')).blob();
          const data = new DataTransfer();
          data.items.add(new File(['notes'], 'notes.txt', {type: 'text/plain'}));
          data.items.add(new File([blob], 'coffee.jpg', {type: 'image/jpeg'}));
          return data;
        }"""
    )
    page.dispatch_event("body", "drop", {"dataTransfer": data})
    expect(page.locator("#timings")).to_contain_text("600 × 400 px")
    expect(page.locator("#notes")).to_contain_text("Of 2 files, coffee.jpg was taken")
    address = page.evaluate_handle(
        """() => {
          const data = new DataTransfer();
          data.setData('text/plain', 'https://example.org/cat.jpg');
          return data;
        }"""
    )
    page.dispatch_event("body", "drop", {"dataTransfer": address})
    expect(page.get_by_role("alert")).to_contain_text("dropped is an address")
    page.click("[data-sample=rocket]")
    expect(page.locator("#timings")).to_contain_text("640 × 427 px")
    page.evaluate(
        """data => document.dispatchEvent(
          new ClipboardEvent('paste', {clipboardData: data, bubbles: true}))""",
        data,
    )
    expect(page.locator("#timings")).to_contain_text("600 × 400 px")


def test_the_camera_takes_a_photo(open_page: OpenPage) -> None:
    page = open_page()
    page.click("#take-photo")
    until(page, "document.querySelector('video').videoWidth > 0")
    page.click("dialog button[value=take]")
    wait_for_url(page, "trace=")
    expect(page.locator("#problem")).to_be_hidden()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("notes.txt", b"these are notes", "is not an image that can be read"),
        ("empty.jpg", b"", "The file is empty"),
        ("half.jpg", (SAMPLES / "cat.jpg").read_bytes()[:9000], "cut short or damaged"),
    ],
)
def test_a_wrong_file_is_explained_where_it_arose(
    open_page: OpenPage, name: str, data: bytes, words: str
) -> None:
    page = open_page()
    page.set_input_files("#file", {"name": name, "mimeType": "image/jpeg", "buffer": data})
    expect(page.get_by_role("alert")).to_contain_text(words)
    expect(page.locator("#progress")).to_be_hidden()
    page.click("[data-sample=coffee]")
    expect(page.locator("#problem")).to_be_hidden()


def test_an_unknown_link_falls_back_to_a_sample_in_words(open_page: OpenPage) -> None:
    page = open_page("/?trace=" + "0" * 32)
    expect(page.get_by_role("alert")).to_contain_text("no longer kept")
    expect(page.locator("#timings")).to_contain_text("1024 × 576 px")


def test_a_trace_that_is_gone_is_sent_again_by_itself(browser: Browser, forgetful: str) -> None:
    page = browser.new_page()
    page.goto(f"{forgetful}/?resolution=224")
    page.wait_for_selector("#plot circle")
    page.set_input_files("#file", SAMPLES / "citrus.jpg")
    too_large = re.compile("citrus.jpg has [0-9.]+ MB, .* up to 0.1 MB")
    expect(page.get_by_role("alert")).to_have_text(too_large)
    page.set_input_files("#file", SAMPLES / "coffee.jpg")
    expect(page.locator("#timings")).to_contain_text("600 × 400 px")
    page.click("[data-sample=cat]")
    expect(page.locator("#timings")).to_contain_text("451 × 300 px")
    forget(forgetful)
    with page.expect_response("**/images/traces") as again:
        page.go_back()
    assert again.value.status == 201
    expect(page.locator("#timings")).to_contain_text("600 × 400 px")
    forget(forgetful)
    with page.expect_response("**/images/traces") as again:
        page.click("#layers button[data-key='4']")
    assert again.value.status == 201
    expect(caption(page)).to_have_text("Layer 4, mean of heads, query CLS")
    forget(forgetful)
    with page.expect_download() as download:
        page.click("[data-take=npy]")
    assert np.load(download.value.path()).sum() == pytest.approx(1, abs=1e-3)
    page.reload()  # now the photo is known by its link alone
    expect(page.locator("#timings")).to_contain_text("600 × 400 px")
    forget(forgetful)
    with page.expect_response("**/images/traces") as again:
        page.click("#layers button[data-key='9']")
    assert again.value.status == 201
    expect(caption(page)).to_have_text("Layer 9, mean of heads, query CLS")
    expect(page.locator("#problem")).to_be_hidden()
    page.close()


def test_the_last_of_two_quick_uploads_is_shown(open_page: OpenPage) -> None:
    page = open_page()
    for name in ("astronaut", "coffee"):
        page.set_input_files("#file", SAMPLES / f"{name}.jpg")
    expect(page.locator("#timings")).to_contain_text("600 × 400 px")
    page.wait_for_timeout(1500)
    expect(page.locator("#timings")).to_contain_text("600 × 400 px")


def slowed(page: Page) -> CDPSession:
    """Makes every answer take two seconds more, until the session is detached."""
    network = page.context.new_cdp_session(page)
    line = {"offline": False, "latency": 2000, "downloadThroughput": -1, "uploadThroughput": -1}
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", line)
    return network


def test_waiting_can_be_cancelled(open_page: OpenPage, photo: Path) -> None:
    page = open_page("/?resolution=644")
    slowed(page)  # or it may be done before the button is reached
    page.set_input_files("#file", SAMPLES / "photographer.jpg")
    # At once: a click waits for frames, which a forward pass on all cores may hold up.
    page.locator("#cancel").dispatch_event("click")
    expect(page.locator("#progress")).to_be_hidden()
    expect(page.locator("#problem")).to_be_hidden()


def test_cancelling_goes_back_to_what_is_shown(open_page: OpenPage) -> None:
    page = open_page("/?sample=cat&query=4,4&pins=4,4")
    network = slowed(page)
    radio(page, "resolution", "644")
    page.locator("#cancel").dispatch_event("click")
    network.detach()
    expect(page.locator("input[name=resolution][value='448']")).to_be_checked()
    wrong = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"notes"}
    page.set_input_files("#file", wrong)
    expect(page.get_by_role("alert")).to_contain_text("is not an image")
    expect(caption(page)).to_contain_text("row 4, column 4")
    page.wait_for_timeout(400)
    assert "sample=cat" in page.url
    radio(page, "resolution", "224")  # of the cat, and not of the file that was refused
    expect(page.locator("#timings")).to_contain_text("451 × 300 px, 11 × 16 patches")


def test_resolution_changes_the_grid_and_names_its_cost(open_page: OpenPage) -> None:
    page = open_page()
    cost = page.locator("input[name=resolution][value='224'] + span")
    expect(cost).to_have_text(re.compile(r"(about|under) \d+\.\d s"))
    radio(page, "resolution", "224")
    expect(page.locator("#timings")).to_contain_text("11 × 16 patches")
