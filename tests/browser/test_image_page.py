"""The image studio, used as a person uses it."""

from __future__ import annotations

import io
import json
import random
import re
import shlex
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from app.render import table as render_table
from app.schemas import Colormap
from tests.browser.conftest import OpenPage, serve, until
from tests.photos import SAMPLES

pytestmark = pytest.mark.browser
STAGE = "#panel canvas.stage"


def pixels(page: Page, canvas: str = STAGE) -> np.ndarray:
    """What is painted on a canvas."""
    url = page.eval_on_selector(canvas, "canvas => canvas.toDataURL()")
    return page_image(url)


def page_image(url: str) -> np.ndarray:
    with urllib.request.urlopen(url) as answer:
        return np.asarray(Image.open(io.BytesIO(answer.read())).convert("RGB")).astype(int)


def caption(page: Page) -> Any:
    return page.locator("#panel [data-part=caption]")


def point(page: Page, x: float, y: float) -> None:
    """Moves the pointer to a share of the stage's width and height."""
    box = page.locator(STAGE).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])


def press(page: Page, x: float, y: float) -> None:
    point(page, x, y)
    page.mouse.down()
    page.mouse.up()


def radio(page: Page, name: str, value: str) -> None:
    page.locator(f'input[name={name}][value="{value}"]').check(force=True)


def test_the_first_paint_shows_a_heatmap_before_any_script(open_page: OpenPage) -> None:
    page = open_page("/", ready=False, java_script_enabled=False)
    image = page.locator("img.first")
    expect(image).to_be_visible()
    assert image.evaluate("image => image.complete && image.naturalWidth") == 1024


def test_the_first_sample_is_analysed_when_the_page_opens(open_page: OpenPage) -> None:
    page = open_page("/")
    assert caption(page).inner_text() == "Layer 12, mean of heads, query CLS"
    photo = Image.open(SAMPLES / "dandelion.jpg").convert("RGB")
    shown = pixels(page)
    plain = np.asarray(photo.resize(shown.shape[1::-1])).astype(int)
    assert abs(shown - plain).mean() > 20
    expect(page.locator("#timings")).to_contain_text("forward pass")
    low = float(page.locator("#panel [data-part=low]").inner_text())
    high = float(page.locator("#panel [data-part=high]").inner_text())
    assert 0 <= low < high < 1


def test_a_phone_photo_is_uploaded_upright(open_page: OpenPage, photo: Path) -> None:
    page = open_page()
    page.set_input_files("#file", photo)
    expect(page.locator("#timings")).to_contain_text("4032 × 2688 px, 21 × 32 patches")
    assert "trace=" in wait_for_url(page, "trace=")
    radio(page, "lens", "heat")
    radio(page, "lens", "overlay")
    expect(caption(page)).to_contain_text("Layer 12")
    page.reload()
    expect(page.locator("#timings")).to_contain_text("4032 × 2688 px")


def wait_for_url(page: Page, part: str) -> str:
    until(page, f"location.href.includes({part!r})")
    return page.url


def test_a_photo_can_be_dropped_and_pasted(open_page: OpenPage) -> None:
    page = open_page()
    data = page.evaluate_handle(
        """async () => {
          const blob = await (await fetch('/static/samples/coffee.jpg')).blob();
          const data = new DataTransfer();
          data.items.add(new File([blob], 'coffee.jpg', {type: 'image/jpeg'}));
          return data;
        }"""
    )
    page.dispatch_event("body", "drop", {"dataTransfer": data})
    expect(page.locator("#timings")).to_contain_text("600 × 400 px")
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


def test_layer_and_head_change_the_picture(open_page: OpenPage) -> None:
    page = open_page()
    before = pixels(page)
    page.click("#layers button[data-key='3']")
    expect(caption(page)).to_have_text("Layer 3, mean of heads, query CLS")
    page.click("#heads button[data-key='2']")
    expect(caption(page)).to_have_text("Layer 3, head 2, query CLS")
    expect(page.locator("#heads button[data-key='2']")).to_have_attribute("aria-pressed", "true")
    assert abs(pixels(page) - before).mean() > 3
    assert "layer=3&head=2" in wait_for_url(page, "head=2")


def test_the_pointer_chooses_the_query_with_no_request(open_page: OpenPage) -> None:
    page = open_page()
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    seen = []
    for x in (0.2, 0.5, 0.8):
        point(page, x, 0.5)
        seen.append(caption(page).inner_text())
    assert len(set(seen)) == 3
    assert "row 10" in seen[0]
    expect(page.locator("#panel [data-part=tip]")).to_contain_text(re.compile(r"rank \d+ of 672"))
    assert asked == []
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
    asset = page.locator("script[type=module]").get_attribute("src").removesuffix("image.js")
    choose = random.Random(7)
    for _ in range(12):
        layer, row, column = choose.randint(1, 12), choose.randrange(21), choose.randrange(32)
        head = choose.choice(["0", "1", "2", "3", "4", "5", "mean", "max"])
        found = page.evaluate(
            """async ([asset, trace, layer, head, query]) => {
              const { Traced } = await import(asset + 'traced.js');
              const { DEFAULTS } = await import(asset + 'state.js');
              const traced = new Traced(trace, null, console.error);
              const view = {...DEFAULTS, layer, head};
              await new Promise(done => { traced.onload = done; traced.map(view, query); });
              return [...traced.map(view, query).values];
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


@pytest.mark.parametrize("method", ["rollout", "saliency"])
def test_methods_are_explained_where_they_are_chosen(open_page: OpenPage, method: str) -> None:
    page = open_page()
    before = pixels(page)
    radio(page, "method", method)
    words = {"rollout": "Abnar and Zuidema 2020", "saliency": "Saliency decoder"}[method]
    where = page.locator(".explain:visible") if method == "rollout" else caption(page)
    expect(where.first).to_contain_text(words)
    expect(caption(page)).not_to_contain_text(":")
    assert abs(pixels(page) - before).mean() > 2


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


def inferno() -> np.ndarray:
    return render_table(Colormap.inferno).astype(int)


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


@pytest.mark.parametrize("colormap", ["inferno", "vik"])
def test_the_bar_ends_at_the_true_minimum_and_maximum(
    open_page: OpenPage, site: str, colormap: str
) -> None:
    page = open_page(f"/?sample=cat&query=5,7&colormap={colormap}")
    expect(page.locator("#panel [data-part=middle]")).to_contain_text("scale of")
    trace = trace_of(page, "cat")
    heads = ["0", "1", "2", "3", "4", "5"]
    mean = weights(site, trace, "layer=12&head=mean&query=5,7")[1:]
    layer = [weights(site, trace, f"layer=12&head={head}&query=5,7")[1:] for head in heads]
    for scale, expected in (("head", mean), ("layer", np.concatenate(layer))):
        radio(page, "scale", scale)
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


def trace_of(page: Page, sample: str) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(
        """async (sample) => {
          const form = new FormData();
          form.set('sample', sample);
          return (await fetch('/api/v1/images/traces', {method: 'POST', body: form})).json();
        }""",
        sample,
    )
    return found


def weights(site: str, trace: dict[str, Any], choice: str) -> np.ndarray:
    with urllib.request.urlopen(f"{site}/api/v1/traces/{trace['id']}/weights?{choice}") as answer:
        return np.array(json.load(answer)["weights"])


def test_a_link_is_a_view(open_page: OpenPage) -> None:
    link = "/?sample=coffee&layer=5&head=3&query=4,9&lens=heat&colormap=grey&smooth=0&pins=4,9"
    page = open_page(link)
    expect(caption(page)).to_have_text("Layer 5, head 3, query patch at row 4, column 9")
    expect(page.locator("input[name=lens][value=heat]")).to_be_checked()
    found = pixels(page)
    assert (np.ptp(found, axis=-1) == 0).mean() > 0.95
    page.click("[data-copy=link]")
    expect(page.locator("#said")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(link)


def test_the_first_samples_link_opens_the_same_view_anywhere(open_page: OpenPage) -> None:
    page = open_page("/?layer=3")
    page.click("[data-copy=link]")
    expect(page.locator("#said")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()").endswith("/?sample=dandelion&layer=3")


def test_the_copied_calls_give_the_same_numbers(open_page: OpenPage) -> None:
    page = open_page("/?sample=cat&layer=7&head=2&query=3,3")
    page.click("[data-copy=curl]")
    call = page.evaluate("navigator.clipboard.readText()")
    assert call.startswith("curl -s 'http://127.0.0.1")
    body = json.loads(subprocess.run(shlex.split(call), capture_output=True, check=True).stdout)
    assert (body["site"], body["head"], body["query"]) == ("encoder.7.self", "2", "3,3")
    page.click("[data-copy=python]")
    scope: dict[str, Any] = {}
    exec(page.evaluate("navigator.clipboard.readText()"), scope)  # what a user pastes
    np.testing.assert_allclose(scope["weights"], body["weights"], rtol=1e-6)


@pytest.mark.parametrize("kind", ["png", "svg", "npy", "json"])
def test_figures_and_numbers_can_be_taken_away(
    open_page: OpenPage, kind: str, tmp_path: Path
) -> None:
    page = open_page("/?sample=coffee&query=4,4")
    with page.expect_download() as download:
        page.click(f"[data-take={kind}]")
    assert download.value.suggested_filename == f"foveate-coffee-layer12-mean-4-4.{kind}"
    path = tmp_path / "figure"
    download.value.save_as(path)
    if kind == "png":
        image = Image.open(path)
        assert image.width >= 1200
        assert image.height > image.width * 400 / 600
        found = np.asarray(image.convert("RGB")).astype(int)
        photo = found[: int(image.width * 400 / 600)]
        assert photo.std() > 20
        assert (found[-4:] == 255).all()  # white paper under the words
    elif kind == "svg":
        assert ">Layer 12, mean of heads, query patch at row 4, column 4</text>" in path.read_text()
    elif kind == "npy":
        assert np.load(path).sum() == pytest.approx(1, abs=1e-3)
    else:
        assert json.loads(path.read_text())["query"] == "4,4"


def test_two_pictures_are_compared_with_a_linked_pointer(open_page: OpenPage) -> None:
    page = open_page()
    page.click("#compare-on")
    second = page.locator("#compare [data-part=caption]")
    expect(second).to_have_text("Layer 1, mean of heads, query CLS")
    page.select_option("#compare select[name=sample]", "coffee")
    page.select_option("#compare select[name=layer]", "")
    expect(second).to_have_text("Layer 12, mean of heads, query CLS")
    point(page, 0.5, 0.5)
    expect(second).to_contain_text("row 10, column 16")
    assert "compare=" in wait_for_url(page, "compare=")
    page.click("#compare-on")
    expect(page.locator("#compare")).to_be_hidden()


def test_the_second_picture_may_be_a_photo_of_ones_own(open_page: OpenPage) -> None:
    page = open_page()
    page.click("#compare-on")
    page.set_input_files("#compare input[type=file]", SAMPLES / "photographer.jpg")
    assert "trace" in wait_for_url(page, "trace%3D")
    ratio = "getComputedStyle(document.querySelector('#compare [data-part=frame]'))"
    until(page, f"{ratio}.getPropertyValue('--ratio').startsWith('0.8')")
    expect(page.locator("#timings")).to_contain_text("451 × 300 px")


def test_the_figure_holds_both_pictures_that_are_compared(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("/?sample=cat&compare=layer%3D2")
    expect(page.locator("#compare [data-part=caption]")).to_have_text(
        "Layer 2, mean of heads, query CLS"
    )
    with page.expect_download() as download:
        page.click("[data-take=svg]")
    download.value.save_as(tmp_path / "figure.svg")
    figure = (tmp_path / "figure.svg").read_text()
    assert figure.count("<image ") == figure.count("<linearGradient ") == 2
    assert ">Layer 12, mean of heads, query CLS</text>" in figure
    assert ">Layer 2, mean of heads, query CLS</text>" in figure


def test_a_finger_chooses_and_pins(open_page: OpenPage) -> None:
    page = open_page(has_touch=True, viewport={"width": 390, "height": 800})
    box = page.locator(STAGE).bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.5)
    expect(page.locator("#pins .pin")).to_have_count(1)
    expect(caption(page)).to_contain_text("row 10, column 9")


def test_an_expired_trace_is_sent_again_by_itself(browser: Browser) -> None:
    for address in serve({"FOVEATE_TRACE_SECONDS": "3"}):
        page = browser.new_page()
        page.goto(address)
        page.wait_for_selector("#plot circle")
        page.set_input_files("#file", SAMPLES / "coffee.jpg")
        expect(page.locator("#timings")).to_contain_text("600 × 400 px")
        page.wait_for_timeout(4500)
        with page.expect_response("**/images/traces") as again:
            page.click("#layers button[data-key='4']")
        assert again.value.status == 201
        expect(caption(page)).to_have_text("Layer 4, mean of heads, query CLS")
        page.wait_for_timeout(4500)
        with page.expect_download() as download:
            page.click("[data-take=npy]")
        assert np.load(download.value.path()).sum() == pytest.approx(1, abs=1e-3)
        page.reload()  # now the photo is known by its link alone
        expect(page.locator("#timings")).to_contain_text("600 × 400 px")
        page.wait_for_timeout(4500)
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


def test_waiting_can_be_cancelled(open_page: OpenPage, photo: Path) -> None:
    page = open_page("/?resolution=644")
    page.set_input_files("#file", SAMPLES / "photographer.jpg")
    page.click("#cancel")
    expect(page.locator("#progress")).to_be_hidden()
    expect(page.locator("#problem")).to_be_hidden()


def test_cancelling_goes_back_to_what_is_shown(open_page: OpenPage) -> None:
    page = open_page("/?sample=cat&query=4,4&pins=4,4")
    radio(page, "resolution", "644")
    page.click("#cancel")
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
    expect(page.locator("input[name=resolution][value='224'] + span")).to_contain_text("about")
    radio(page, "resolution", "224")
    expect(page.locator("#timings")).to_contain_text("11 × 16 patches")


def test_an_unknown_link_falls_back_to_a_sample_in_words(open_page: OpenPage) -> None:
    page = open_page("/?trace=" + "0" * 32)
    expect(page.get_by_role("alert")).to_contain_text("no longer kept")
    expect(page.locator("#timings")).to_contain_text("1024 × 576 px")


def test_what_the_map_shows_is_said_in_words(open_page: OpenPage) -> None:
    page = open_page()
    summary = page.locator("#summary")
    expect(summary).to_contain_text("21 by 32 patches. Heaviest: row ")
    expect(summary).to_contain_text("of the weight, mostly")
    page.click("#compare-on")
    second = page.locator("#compare canvas.stage")
    expect(second).to_have_accessible_description(
        re.compile("^Layer 1, mean of heads, query CLS. 21 by 32 patches. Heaviest: row ")
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


def test_heads_carry_their_statistics_and_the_plot_chooses_them(open_page: OpenPage) -> None:
    page = open_page()
    expect(page.locator("#heads button[data-key='0']")).to_contain_text(
        re.compile(r"bits\s+\d+ px")
    )
    expect(page.locator("#plot circle")).to_have_count(72)
    page.locator("#plot circle").nth(8).click()
    expect(caption(page)).to_have_text("Layer 2, head 2, query CLS")


STATES = {
    "plain": "/",
    "everything": "/?sample=coffee&lens=filter&pins=3,3;5,5&query=3,3&compare=layer%3D2&grid=1",
    "rollout": "/?method=rollout&colormap=vik",
    "saliency": "/?method=saliency&lens=heat&smooth=0",
    "models": "/models",
    "docs": "/docs",
}


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing(open_page: OpenPage, name: str, scheme: str, width: int) -> None:
    page = open_page(
        STATES[name],
        ready=name not in ("models", "docs"),
        color_scheme=scheme,
        viewport={"width": width, "height": 800},
        bypass_csp=True,  # axe puts its own script into the page
    )
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"the page is {wide} pixels too wide"


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
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_what_comes_and_goes(
    open_page: OpenPage, bring: Callable[[Page], None], scheme: str
) -> None:
    page = open_page(color_scheme=scheme, bypass_csp=True)
    bring(page)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_it_works_from_right_to_left_and_magnified(open_page: OpenPage) -> None:
    page = open_page("/", viewport={"width": 640, "height": 450}, device_scale_factor=2)
    page.evaluate("document.documentElement.dir = 'rtl'")
    page.wait_for_timeout(200)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    point(page, 0.02, 0.5)
    expect(caption(page)).to_contain_text("column 0")
    point(page, 0.98, 0.5)
    expect(caption(page)).to_contain_text("column 31")


def test_nothing_moves_for_those_who_want_it_still(open_page: OpenPage) -> None:
    page = open_page("/", reduced_motion="reduce")
    page.evaluate("document.getElementById('progress').hidden = false")
    name = page.eval_on_selector(".spinner", "e => getComputedStyle(e).animationName")
    assert name == "none"
