"""Choosing a model, and what each kind shows: folders of one's own, listed as `add` does."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from foveate.models.catalog.adding import draft, listed
from tests.browser.conftest import until
from tests.browser.image import STAGE, caption, pixels, radio
from tests.serving import serve
from tests.zoo import lite0
from tests.zoo.tiny import tiny, tiny_classifier

GIVEN = {"licence": "Apache-2.0"}


@pytest.fixture(scope="session")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that lists a model of each kind, one whose folder is gone, and one not fetched."""
    folder = tmp_path_factory.mktemp("own")
    cards = [_card(folder, "vit", "my-vit", tiny_classifier), _card(folder, "swin", "my-swin")]
    cards += [_card(folder, "detr", "my-detr"), _convolutional(folder)]
    gone = _card(folder, "vit", "gone")
    shutil.rmtree(folder / "gone")
    hub = f'kind = "hub"\nrepository = "a/b"\nrevision = "{"0" * 40}"'
    where = f'kind = "folder"\npath = "{folder / "my-vit"}"'
    unfetched = cards[0].replace(where, hub).replace("my-vit", "big-vit")
    unfetched = unfetched.replace('task = "image"', 'task = "image"\noptional = true')
    (folder / "catalog.toml").write_text("\n".join([*cards, gone, unfetched]))
    yield from serve({"FOVEATE_CATALOG": str(folder / "catalog.toml"), "FOVEATE_WARM": "false"})


def _convolutional(folder: Path) -> str:
    (folder / "my-cnn").mkdir()
    return lite0.card("my-cnn", folder / "my-cnn")


def _card(folder: Path, family: str, name: str, made: Callable[[str, Path], Path] = tiny) -> str:
    made(family, folder / name)
    return listed(draft(folder / name, {"kind": "folder", "path": str(folder / name)}, GIVEN))


@pytest.fixture
def page(browser: Browser, own: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=own)
    found, wrong = context.new_page(), list[str]()
    found.on("console", lambda m: m.type in ("error", "warning") and wrong.append(m.text))
    found.on("pageerror", lambda error: wrong.append(str(error)))
    found.goto(f"{own}/{request.param}&sample=cat&resolution=224")
    found.wait_for_selector("#panel [data-state=ready]")
    yield found
    context.close()
    assert [line for line in wrong if "Failed to load resource" not in line] == []


def opening(link: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("page", [link], indirect=True)


def copied(page: Page) -> list[Any]:
    """What the copied calls answer."""
    page.click("[data-copy=curl]")
    expect(page.locator("#said")).to_have_text("Copied.")
    call = page.evaluate("navigator.clipboard.readText()")
    run = subprocess.run(["bash", "-c", call], capture_output=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


@opening("?model=my-vit&query=3,4&pins=3,4&method=rollout")
def test_another_model_is_chosen_and_two_are_compared(page: Page) -> None:
    models = page.locator("#models")
    expect(models).to_have_value("my-vit")
    families = models.locator("optgroup").evaluate_all("all => all.map(one => one.label)")
    assert {"ViT, DINO", "Swin"} < set(families)
    assert len(set(families)) == len(families) >= 7
    expect(models.locator("option[value=big-vit]")).to_be_disabled()
    expect(models.locator("option[value=big-vit]")).to_contain_text("foveate fetch big-vit")
    expect(page.locator("#cls")).to_be_visible()
    expect(page.locator("#verdict li")).to_have_count(3)  # of a vision transformer's classifier
    expect(page.locator("#verdict button")).to_have_count(0)  # it has no class maps
    times = page.locator("[name=resolution] + span small:visible")
    page.reload()  # by now a pass has been timed
    page.wait_for_selector("#panel [data-state=ready]")
    expect(times).to_have_count(3)

    page.select_option("#models", "my-swin")  # of finer patches, without CLS, in windows
    expect(caption(page)).to_have_text(
        "Window rollout (approximate), query patch at row 14, column 18"
    )
    expect(page.locator("#notes")).to_contain_text("my-swin has no rollout")
    expect(page.locator("#model")).to_have_attribute("href", "/models#my-swin")
    expect(page.locator("#cls")).to_be_hidden()
    expect(times).to_have_count(0)  # those were of the other model
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
    swin, vit = copied(page)
    assert (swin["site"], swin["query"]) == ("stage2.2.self", "7,9")
    assert (vit["site"], vit["query"]) == ("encoder.2.self", "3,4")

    compared.select_option("gone")
    expect(second).to_contain_text("choose another model")
    expect(page.locator("#compare canvas.stage")).to_be_hidden()
    expect(caption(page)).to_contain_text("my-swin")
    expect(page.locator("#problem")).to_be_hidden()


@opening("?model=my-cnn")
def test_a_convolutional_classifier_has_a_stage_of_its_own(page: Page) -> None:
    verdict = page.locator("#verdict button")
    expect(caption(page)).to_have_text(re.compile("^Grad-CAM for “.+”, layer head$"))
    expect(verdict).to_have_count(6)
    expect(verdict.first).to_have_attribute("aria-pressed", "true")
    for absent in ("#heads", "#steps-on", "#cls", "input[name=method][value=weights]"):
        expect(page.locator(absent)).to_be_hidden()
    plain = pixels(page)
    verdict.nth(1).click()
    name = verdict.nth(1).locator(".class-name").inner_text()
    expect(caption(page)).to_have_text(f"Grad-CAM for “{name}”, layer head")
    until(page, "location.search.includes('class=')")
    radio(page, "method", "hirescam")
    page.locator("#layers button", has_text="stage4.3").click()
    expect(caption(page)).to_have_text(f"HiResCAM for “{name}”, layer stage4.3")
    assert abs(pixels(page) - plain).mean() > 1

    box = page.locator(STAGE).bounding_box()  # 224 x 160 pixels: a place every 8, a unit every 16
    assert box is not None
    where = {"x": 0.52 * box["width"], "y": 0.53 * box["height"]}
    page.locator(STAGE).click(position=where)
    expect(caption(page)).to_have_text("Receptive field of the unit at row 5, column 7 of stage4.3")
    expect(page.locator("#panel [data-part=share]")).to_contain_text("it can see 147 × 147 pixels")
    expect(page.locator("#pins .pin")).to_have_count(1)
    page.locator(STAGE).press("ArrowRight")
    expect(caption(page)).to_have_text("Receptive field of the unit at row 5, column 8 of stage4.3")
    until(page, "location.search.includes('query=10,16')")
    found = copied(page)[0]
    assert (found["layer"], found["row"], found["column"]) == ("stage4.3", 5, 8)
    assert found["rows"]["size"] == 147
    violations = Axe().run(page).response["violations"]
    assert [violation["id"] for violation in violations] == []

    radio(page, "lens", "filter")
    expect(page.locator("#selection circle")).to_have_count(8)
    expect(page.locator("#selection [data-part=words]")).to_contain_text("of the whole photo")
    page.locator("#selection circle").nth(3).click()
    expect(page.locator("output[for=keep]")).to_have_text("40 %")
    radio(page, "lens", "overlay")

    page.click("#compare-on")  # what is fixed and local beside what is adaptive and global
    page.locator("#compare select[name=model]").select_option("my-vit")
    second = page.locator("#compare [data-part=caption]")
    expect(second).to_have_text(
        "my-vit (ViT, DINO): Layer 2, mean of heads, query patch at row 4, column 8"
    )
    page.locator(STAGE).press("Escape")
    expect(caption(page)).to_contain_text(f"Grad-CAM for “{name}”")
    expect(second).to_contain_text("query CLS")
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    expect(page.locator("#problem")).to_be_hidden()


@opening("?model=my-detr")
def test_an_object_query_is_chosen_with_its_label_and_box(page: Page) -> None:
    objects = page.locator("#others button")
    expect(objects).to_have_count(5)
    expect(objects.first).to_have_attribute("aria-label", re.compile(r"\d by \d+ pixels from"))
    expect(caption(page)).to_have_text("Layer 2, mean of heads, query patch at row 2, column 3")
    objects.nth(1).click()
    label = objects.nth(1).inner_text()
    expect(caption(page)).to_have_text(f"Layer 2, mean of heads, query “{label}”")
    expect(page.locator("#heads .frame-note").first).to_contain_text("bits")
    page.locator("#layers button").first.click()
    expect(caption(page)).to_contain_text("Layer 1,")
    found = copied(page)[0]
    assert (found["site"], found["query"]) == (
        "decoder.1.cross",
        objects.nth(1).get_attribute("data-query"),
    )
    page.click("#steps-on")
    expect(page.locator("#steps")).to_contain_text("softmax")
    expect(page.locator("#problem")).to_be_hidden()
