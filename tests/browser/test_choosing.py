"""Choosing a model, and comparing two on one photo: folders of one's own, listed as `add` does."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from foveate.models.catalog.adding import draft, listed
from tests.browser.conftest import until
from tests.browser.image import caption
from tests.serving import serve
from tests.zoo.tiny import tiny

GIVEN = {"licence": "Apache-2.0"}


@pytest.fixture(scope="session")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that lists a ViT and a Swin, one whose folder is gone, and one not fetched."""
    folder = tmp_path_factory.mktemp("own")
    cards = [_card(folder, "vit", "my-vit"), _card(folder, "swin", "my-swin")]
    gone = _card(folder, "vit", "gone")
    shutil.rmtree(folder / "gone")
    hub = f'kind = "hub"\nrepository = "a/b"\nrevision = "{"0" * 40}"'
    where = f'kind = "folder"\npath = "{folder / "my-vit"}"'
    unfetched = cards[0].replace(where, hub).replace("my-vit", "big-vit")
    unfetched = unfetched.replace('task = "image"', 'task = "image"\noptional = true')
    (folder / "catalog.toml").write_text("\n".join([*cards, gone, unfetched]))
    yield from serve({"FOVEATE_CATALOG": str(folder / "catalog.toml"), "FOVEATE_WARM": "false"})


def _card(folder: Path, family: str, name: str) -> str:
    tiny(family, folder / name)
    return listed(draft(folder / name, {"kind": "folder", "path": str(folder / name)}, GIVEN))


@pytest.fixture
def page(browser: Browser, own: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=own)
    found, wrong = context.new_page(), list[str]()
    found.on("console", lambda m: m.type in ("error", "warning") and wrong.append(m.text))
    found.on("pageerror", lambda error: wrong.append(str(error)))
    found.goto(f"{own}/?model=my-vit&sample=cat&resolution=224&query=3,4&pins=3,4&method=rollout")
    found.wait_for_selector("#panel [data-state=ready]")
    yield found
    context.close()
    assert [line for line in wrong if "Failed to load resource" not in line] == []


def test_another_model_is_chosen_and_two_are_compared(page: Page) -> None:
    models = page.locator("#models")
    expect(models).to_have_value("my-vit")
    expect(models.locator("optgroup")).to_have_count(4)  # DINOv2; vision lab; ViT, DINO; Swin
    expect(models.locator("option[value=big-vit]")).to_be_disabled()
    expect(models.locator("option[value=big-vit]")).to_contain_text("foveate fetch big-vit")
    expect(page.locator("#cls")).to_be_visible()

    page.select_option("#models", "my-swin")  # of finer patches, without CLS, in windows
    expect(caption(page)).to_have_text(
        "Window rollout (approximate), query patch at row 14, column 18"
    )
    expect(page.locator("#notes")).to_contain_text("my-swin has no rollout")
    expect(page.locator("#model")).to_have_attribute("href", "/models#my-swin")
    expect(page.locator("#cls")).to_be_hidden()
    expect(page.locator("input[name=method][value=rollout]")).to_be_hidden()
    until(page, "location.search.includes('model=my-swin')")
    expected = "pins=14,18&resolution=224&query=14,18&method=window-rollout&sample=cat"
    assert set(expected.split("&")) <= set(page.url.partition("?")[2].split("&"))

    page.locator("input[name=method][value=weights]").check(force=True)
    page.click("#compare-on")
    compared = page.locator("#compare select[name=model]")
    expect(compared.locator("option[value=my-swin]")).to_have_attribute("hidden", "")
    compared.select_option("my-vit")
    second = page.locator("#compare [data-part=caption]")
    expect(second).to_have_text(
        "my-vit (ViT, DINO): Layer 2, mean of heads, query patch at row 3, column 4"
    )
    expect(caption(page)).to_contain_text("my-swin (Swin): Layer 4, mean of heads")
    until(page, "location.search.includes('compare=model%3Dmy-vit')")
    page.click("[data-copy=curl]")
    expect(page.locator("#said")).to_have_text("Copied.")
    call = page.evaluate("navigator.clipboard.readText()")
    run = subprocess.run(["bash", "-c", call], capture_output=True, check=True)
    swin, vit = map(json.loads, run.stdout.splitlines())
    assert (swin["site"], swin["query"]) == ("stage2.2.self", "7,9")
    assert (vit["site"], vit["query"]) == ("encoder.2.self", "3,4")

    compared.select_option("gone")
    expect(second).to_contain_text("choose another model")
    expect(page.locator("#compare canvas.stage")).to_be_hidden()
    expect(caption(page)).to_contain_text("my-swin")
    expect(page.locator("#problem")).to_be_hidden()
