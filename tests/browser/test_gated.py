"""The image page with a model of gates, windows and attention: it shows what is over patches."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.image import caption
from tests.serving import serve
from tests.zoo.cards import PROGRAM, gated_catalog


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    catalog = gated_catalog(tmp_path_factory.mktemp("gated"))
    environment = {"FOVEATE_CATALOG": str(catalog), "FOVEATE_WARM": "false"}
    yield from serve(environment, (sys.executable, "-c", PROGRAM))


@pytest.fixture
def page(browser: Browser, gated: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    found, wrong = context.new_page(), list[str]()
    found.on("console", lambda m: m.type in ("error", "warning") and wrong.append(m.text))
    found.on("pageerror", lambda error: wrong.append(str(error)))
    found.goto(f"{gated}/?model=gated&sample=cat&query=1,1")
    found.wait_for_selector("#panel [data-state=ready]")
    found.wait_for_selector("#plot circle", state="attached")
    yield found
    context.close()
    assert wrong == []


def test_a_layer_is_its_attention_and_not_its_gates(page: Page) -> None:
    expect(page.locator("#layers button")).to_have_count(2)
    expect(page.locator("#heads button")).to_have_count(4)  # two heads, mean and maximum
    expect(page.locator("#plot circle")).to_have_count(4)
    expect(page.locator("#model")).to_have_attribute("href", "/models#gated")
    expect(page.locator("select[data-state=model]")).to_have_value("gated")
    expect(page.locator("#problem")).to_be_hidden()


def test_a_method_that_the_model_lacks_is_told_in_the_page_s_words(page: Page) -> None:
    expect(page.locator("input[name=method][value=saliency]")).to_be_hidden()
    page.goto(page.url + "&method=saliency")
    told = "gated has no saliency decoder. Shown in its place: attention weights."
    expect(page.locator("#notes")).to_contain_text(told)
    expect(caption(page)).to_contain_text("Layer 2, mean of heads")
    expect(page.locator("#problem")).to_be_hidden()


def test_windows_are_drawn_as_the_server_sends_them(page: Page) -> None:
    page.locator("#layers button").first.click()
    expect(page.locator("#panel canvas").first).to_be_visible()
    page.wait_for_timeout(500)
    expect(page.locator("#problem")).to_be_hidden()
    expect(page.locator("#layers button").first).to_have_attribute("aria-pressed", "true")
