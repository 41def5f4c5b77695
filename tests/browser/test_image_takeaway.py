"""Links, calls, figures and numbers of the image studio, of one picture and of two compared."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, until
from tests.browser.image import (
    caption,
    pixels,
    point,
    wait_for_url,
)
from tests.photos import SAMPLES


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


def test_before_a_photo_is_shown_there_is_nothing_to_take_away(open_page: OpenPage) -> None:
    page = open_page("/")
    page.route("**/images/traces", lambda route: None)  # as if the server took for ever
    page.goto(page.url)
    expect(page.locator("#progress")).to_be_visible()  # the page's scripts are at work
    page.click("[data-take=csv]")
    expect(page.locator("#said")).to_have_text("There is nothing to take away yet.")


def test_the_copied_calls_send_the_photo_and_give_the_same_numbers(
    open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("/?sample=cat&layer=7&head=2&query=3,3")
    monkeypatch.chdir(tmp_path)
    for name in ("", "it's a photo.jpg"):
        if name:
            (tmp_path / name).write_bytes((SAMPLES / "coffee.jpg").read_bytes())
            page.set_input_files("#file", tmp_path / name)
            expect(page.locator("#timings")).to_contain_text("600 × 400 px")
        page.click("[data-copy=curl]")
        call = page.evaluate("navigator.clipboard.readText()")
        assert (name.replace("'", "'\\''") or "sample=cat") in call
        run = subprocess.run(["bash", "-c", call], capture_output=True, check=True)
        body = json.loads(run.stdout)
        expected = ("encoder.7.self", "2", "cls" if name else "3,3")
        assert (body["site"], body["head"], body["query"]) == expected
        page.click("[data-copy=python]")
        scope: dict[str, Any] = {}
        exec(page.evaluate("navigator.clipboard.readText()"), scope)  # what a user pastes
        np.testing.assert_allclose(scope["weights"], body["weights"], rtol=1e-6)


def test_figures_and_numbers_can_be_taken_away(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("/?sample=coffee&query=4,4")
    paths = {kind: tmp_path / f"figure.{kind}" for kind in ("png", "svg", "npy", "json")}
    for kind, path in paths.items():
        with page.expect_download() as download:
            page.click(f"[data-take={kind}]")
        assert download.value.suggested_filename == f"foveate-coffee-layer12-mean-4-4.{kind}"
        download.value.save_as(path)
    image = Image.open(paths["png"])
    assert image.width >= 1200
    assert image.height > image.width * 400 / 600
    found = np.asarray(image.convert("RGB")).astype(int)
    photo = found[: int(image.width * 400 / 600)]
    assert photo.std() > 20
    assert (found[-4:] == 255).all()  # white paper under the words
    figure = paths["svg"].read_text()
    assert ">Layer 12, mean of heads, query patch at row 4, column 4</text>" in figure
    assert np.load(paths["npy"]).sum() == pytest.approx(1, abs=1e-3)
    assert json.loads(paths["json"].read_text())["query"] == "4,4"


def test_the_live_view_is_taken_away_as_it_is_looked_at(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("/?sample=coffee&layer=3&head=2&query=4,4&lens=filter&pins=4,9&resolution=224")
    expect(caption(page)).to_have_text("Layer 3, head 2, query patch at row 4, column 4")
    with page.expect_download() as download:
        page.click("[data-take=html]")
    assert download.value.suggested_filename == "foveate-coffee-layer3-2-4-4.html"
    expect(page.locator("#said")).to_contain_text("Saved all layers and heads: ")
    download.value.save_as(tmp_path / "view.html")
    saved = page.context.browser.new_page()  # type: ignore[union-attr]
    wrong: list[str] = []
    saved.on("pageerror", lambda error: wrong.append(str(error)))
    saved.goto((tmp_path / "view.html").as_uri())
    expect(caption(saved)).to_have_text(caption(page).inner_text())
    expect(saved.locator("input[name=lens][value=filter]")).to_be_checked()
    saved.get_by_label("Rollout").check()
    expect(caption(saved)).to_contain_text("rollout")
    saved.close()
    assert wrong == []


def test_two_pictures_are_compared_with_a_linked_pointer(open_page: OpenPage) -> None:
    page = open_page()
    page.click("#compare-on")
    second = page.locator("#compare [data-part=caption]")
    expect(second).to_have_text("Layer 12, mean of heads, query CLS")
    page.select_option("#compare select[name=layer]", "3")
    expect(second).to_have_text("Layer 3, mean of heads, query CLS")
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


def test_labels_of_the_plot_are_as_large_as_the_small_text_beside_it(open_page: OpenPage) -> None:
    """At widths with one column, two and three; just before a column is added it is widest."""
    page = open_page()
    page.wait_for_selector("#plot .tick")
    for width in (360, 500, 768, 899, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        label, beside = page.evaluate(
            """() => {
              const size = (element) => parseFloat(getComputedStyle(element).fontSize);
              const tick = document.querySelector("#plot .tick");
              const caption = document.querySelector("#plot-figure figcaption .quiet");
              return [size(tick) * tick.getScreenCTM().a, size(caption)];
            }"""
        )
        assert 9 < label <= beside, width
