"""A view that Python saved, opened as a file: it is as live as the page, and asks nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from playwright.sync_api import Browser, Page, expect

import foveate
from foveate.models.inputs.clip import Sampling
from foveate.models.inputs.video import read_clip
from tests.browser.conftest import until
from tests.photos import ROOT
from tests.videos import sample_video
from tests.zoo.clips import opened

OpenView = Callable[..., Page]


@pytest.fixture
def open_view(browser: Browser, tmp_path: Path) -> Iterator[OpenView]:
    """Opens a view that was saved; the console must stay clean, and nothing else be asked for."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    wrong: list[str] = []

    def open_one(view: foveate.View, **asked: Any) -> Page:
        path, page = view.save(tmp_path / "view.html", **asked), context.new_page()
        page.on("console", lambda m: m.type in ("error", "warning") and wrong.append(m.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request",
            lambda r: r.url.startswith(("data:", "blob:", path.as_uri())) or wrong.append(r.url),
        )
        page.goto(path.as_uri())
        return page

    yield open_one
    context.close()
    assert wrong == []


def test_a_photo(open_view: OpenView) -> None:
    model = foveate.open("dinov2-small", fetch=False)
    view = model.trace(ROOT / "static" / "samples" / "cat.jpg")
    page = open_view(view)
    caption = page.locator("#panel [data-part=caption]")
    expect(caption).to_have_text("Layer 12, mean of heads, query CLS")
    expect(page.locator("#heads button")).to_have_count(8)
    page.get_by_role("button", name="layer 3", exact=False).first.click()
    page.locator("#heads button").nth(2).click()
    page.locator("#panel canvas.stage").hover(position={"x": 200, "y": 200})
    expect(caption).to_contain_text("Layer 3, head 2, query patch at row")
    page.get_by_label("Rollout").check()
    expect(caption).to_contain_text("rollout")
    page.get_by_label("Saliency").check()
    expect(caption).to_contain_text("aliency")
    expect(page.locator("#problem")).to_be_hidden()


def test_a_translation(open_view: OpenView) -> None:
    page = open_view(foveate.open("bergamot-en-pt", fetch=False).trace("The black cat sat."))
    expect(page.locator("#passage [data-part=target]")).to_contain_text("gato")
    expect(page.locator("#passage [data-part=caption]")).to_contain_text("head 0 (guided)")
    expect(page.locator("#heads .heads-cell").first).to_contain_text("bits")
    page.locator("#site").select_option("encoder.6.self")
    expect(page.locator("#passage [data-part=caption]")).to_contain_text("encoder layer 6")
    expect(page.locator("#problem")).to_be_hidden()


def agrees(page: Page, view: foveate.ClipView, query: str, site: str, head: int = -1) -> None:
    """The shares of the frames become the trace's, to the two digits that are shown."""
    expected = (view.when(query, site)[head] * 100).tolist()
    told = (
        "[...document.querySelectorAll('#cube .frame-note')].map((n) => parseFloat(n.textContent))"
    )
    near = f"(share, i) => Math.abs(share - {expected}[i]) < 0.06 * (1 + {expected}[i])"
    until(page, f"{told}.every({near})")


def test_a_clip(open_view: OpenView, tmp_path: Path) -> None:
    clip = ROOT / "static" / "samples" / "cars.webm"
    view = foveate.open("dinov2-small", fetch=False).trace(clip, frames=8, resolution=224)
    assert isinstance(view, foveate.ClipView)
    thing = {"frame": 4, "click": {"row": 5, "column": 3}}
    page = open_view(view, layers=[6, 12], query="4,5,3", thing=thing)
    caption = page.locator("#panel [data-part=caption]")
    expect(caption).to_have_text("Layer 12, mean of heads: row 5, column 3 in its own frame")
    expect(page.locator("#cube button")).to_have_count(8)
    expect(page.locator("#cube .waiting")).to_have_count(0)
    agrees(page, view, "4,5,3", "encoder.12.self")
    page.locator("#heads button").nth(2).click()
    expect(page.locator("#heads button[aria-pressed=true]")).to_contain_text("head 2")
    agrees(page, view, "4,5,3", "encoder.12.self", head=2)
    page.locator("#timeline").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#timeline")).to_have_attribute("aria-valuenow", "6")
    expect(caption).to_contain_text("column 3 of frame 5")
    box = page.locator("#panel canvas.stage").bounding_box()
    assert box is not None
    middle = {"x": 8.5 * box["width"] / 16, "y": box["height"] / 2}
    page.locator("#panel canvas.stage").click(position=middle)
    expect(caption).to_have_text("Layer 12, head 2: row 4, column 8 in its own frame")
    page.locator("#layers button").first.click()
    expect(caption).to_have_text("Layer 6, head 2: row 4, column 8 in its own frame")
    expect(page.locator("#heads button").first).to_contain_text("%")
    agrees(page, view, "5,4,8", "encoder.6.self", head=2)
    page.get_by_label("Follows the thing").check()
    expect(page.locator("#hint")).to_contain_text("middle of the thing")
    page.get_by_label("Grey").check()
    expect(page.locator("#problem")).to_be_hidden()
    page.close()
    parted(open_view, tmp_path)


def parted(open_view: OpenView, folder: Path) -> None:
    """A model that attends in time and in space: each, and their product."""
    torch.manual_seed(0)
    model, clip = opened("timesformer", folder / "tiny"), read_clip(sample_video(), Sampling(8))
    view = foveate.ClipView(model.trace(clip, 224), clip, 224, "float32")
    page = open_view(view, query="3,1,2")
    expect(page.locator("#layers button")).to_have_count(3)
    for n, part in enumerate(("time", "space", "product")):
        page.locator("#layers button").nth(n).click()
        expect(page.locator("#heads-of")).to_have_text(f"Heads of layer 2 {part}")
        expect(page.locator("#cube .frame-note").first).to_contain_text("%")
        agrees(page, view, "3,1,2", f"encoder.2.{part}")
