"""Query, key and value step by step: the panel in the image studio, and over a text's trace."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from foveate.models.catalog.catalog import Catalog
from foveate.models.weights.locate import is_cached
from tests.browser.conftest import OpenPage, forget, until
from tests.browser.looks import check_looks

LINK = "/?sample=cat&layer=12&head=2&query=10,14"
NAMES = ["Query", "Keys", "Scores", "Scale", "Softmax", "Values", "Sum", "Projection"]


def opened(page: Page) -> None:
    page.wait_for_selector(".steps [aria-busy=false] .steps-table")


def post(site: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    content = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{site}/api/v1{path}", json.dumps(body).encode(), content)
    with urllib.request.urlopen(request) as answer:
        return dict(json.load(answer))


def over(page: Page, trace: dict[str, Any], choice: dict[str, Any], step: str = "1") -> None:
    """Opens the panel over any trace, as a page that mounts it does."""
    page.evaluate(
        """async ([trace, choice, step]) => {
          const script = document.querySelector('script[type=module][src*="/pages/image/"]').src;
          const base = script.replace('pages/image/page.js', '');
          const { openSteps } = await import(base + 'parts/steps/steps.js');
          const { parseTable } = await import(base + 'math/colour.js');
          const tables = await (await fetch('/static/colormaps.json')).json();
          const element = document.querySelector('#steps');
          openSteps({element, trace: trace.id, sites: trace.sites, choice, step,
                     table: parseTable(tables.vik)});
        }""",
        [trace, choice, step],
    )


def column(page: Page, name: str) -> list[str]:
    return page.locator(f".steps-table tr[data-key] [data-column={name}]").all_inner_texts()


def test_one_step_opens_after_another(open_page: OpenPage) -> None:
    page = open_page(LINK)
    page.click("#steps-on")
    opened(page)
    seen = []
    for number in range(1, 9):
        seen.append(page.locator(".steps-explained li:visible h3").inner_text().split()[-1])
        if number < 8:
            page.click(".steps button:text-is('Next')")
    assert seen == NAMES
    expect(page.locator(".steps-outputs")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".steps-explained li:visible h3")).to_contain_text("Sum")
    expect(page.locator(".steps-outputs")).to_be_hidden()
    page.click(".steps-all")
    expect(page.locator(".steps-explained li:visible")).to_have_count(8)
    until(page, "location.href.includes('steps=all')")


def test_what_belongs_to_later_steps_is_not_shown(open_page: OpenPage) -> None:
    page = open_page(LINK + "&steps=1")
    opened(page)
    weight = page.locator(".steps-table tr[data-key] [data-column=weight]").first
    expect(page.locator(".query-line canvas.vector-strip")).to_be_visible()
    expect(weight).to_be_hidden()
    page.click("[data-step='5']")
    expect(weight).to_be_visible()
    expect(page.locator(".sum-line canvas")).to_be_hidden()


def test_the_numbers_are_the_servers(open_page: OpenPage, site: str) -> None:
    page = open_page(LINK + "&steps=all")
    opened(page)
    url = page.locator(".steps-under a").get_attribute("href")
    with urllib.request.urlopen(f"{site}{url}") as answer:
        found = json.load(answer)
    order = sorted(range(12), key=lambda i: -found["weights"][i])
    names = [f"{(k - 1) // 32},{(k - 1) % 32}" if k else "CLS" for k in found["shown"]]
    assert column(page, "name") == [names[i] for i in order]
    scores = [float(text.replace("−", "-")) for text in column(page, "score")]
    assert scores == pytest.approx([found["scores"][i] for i in order], abs=0.006)
    found_weights = [float(text) for text in column(page, "weight")]
    assert found_weights == pytest.approx([found["weights"][i] for i in order], abs=6e-5)
    rest = page.locator(".rest-line [data-column=weight]").inner_text()
    assert float(rest) == pytest.approx(1 - sum(found["weights"]), abs=1e-4)
    expect(page.locator(".rest-line")).to_contain_text("661 more")
    page.click("text=Show 12 more")
    expect(page.locator(".steps-table tr[data-key]")).to_have_count(24)


def test_a_key_shows_the_products_that_make_its_score(open_page: OpenPage) -> None:
    page = open_page(LINK + "&steps=3")
    opened(page)
    second = page.locator(".steps-table tr[data-key]").nth(1)
    score = second.locator("[data-column=score]").inner_text()
    caption = page.locator(".steps-products figcaption")
    expect(caption).not_to_contain_text(score)
    second.locator("[data-column=score]").hover()
    expect(caption).to_contain_text(f"add up to {score}")
    page.mouse.move(2, 2)
    expect(caption).not_to_contain_text(score)
    second.get_by_role("button").click()
    page.keyboard.press("ArrowUp")
    first = page.locator(".steps-table tr[data-key]").first
    expect(first.get_by_role("button")).to_be_focused()
    expect(first.get_by_role("button")).to_have_attribute("aria-pressed", "true")
    page.fill(".steps-products input", "7")
    said = page.locator(".steps-products output").inner_text().replace("−", "-")
    a, b, product = (float(n) for n in re.findall(r"-?\d+\.\d+(?:e-\d+)?", said))
    assert a * b == pytest.approx(product, abs=0.02 * (1 + abs(a) + abs(b)))


def test_exact_numbers_stand_under_the_pointer(open_page: OpenPage, site: str) -> None:
    page = open_page(LINK + "&steps=3")
    opened(page)
    strip = page.locator(".product-line canvas").first
    strip.scroll_into_view_if_needed()
    box = strip.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 10.5 / 64, box["y"] + 5)
    url = page.locator(".steps-under a").get_attribute("href")
    with urllib.request.urlopen(f"{site}{url}") as answer:
        value = json.load(answer)["query"][10]
    tip = page.locator(".steps-tip").inner_text()
    assert tip.startswith("q, number 11 of 64: ")
    assert float(tip.split(": ")[1].replace("−", "-")) == pytest.approx(value, rel=1e-6)


def test_it_follows_query_layer_and_head(open_page: OpenPage) -> None:
    page = open_page(LINK + "&steps=5")
    opened(page)
    before = column(page, "weight")
    page.locator("#panel canvas.stage").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".query-line")).to_contain_text("10,15")
    opened(page)
    assert column(page, "weight") != before
    page.click("#layers button[data-key='3']")
    expect(page.locator(".steps-under a")).to_have_attribute("href", re.compile("encoder.3.self"))
    page.select_option(".steps select[name=head]", "4")
    expect(page.locator("#heads button[data-key='4']")).to_have_attribute("aria-pressed", "true")
    opened(page)
    page.locator(".steps-table tr[data-key]").nth(3).get_by_role("button").click()
    name = column(page, "name")[3]
    page.click("text=as the query")
    expect(page.locator(".query-line")).to_contain_text(name)
    expected = "query CLS" if name == "CLS" else "row {}, column {}".format(*name.split(","))
    expect(page.locator("#panel [data-part=caption]")).to_contain_text(expected)


def test_of_the_mean_of_heads_the_first_is_shown_and_named(open_page: OpenPage) -> None:
    page = open_page("/?sample=cat&steps=2")
    opened(page)
    expect(page.locator(".steps")).to_contain_text("shows the mean of heads")
    expect(page.locator(".steps")).to_contain_text("this is head 0")
    expect(page.locator(".query-line")).to_contain_text("CLS")
    page.select_option(".steps select[name=head]", "1")
    expect(page.locator(".steps")).not_to_contain_text("this is head 0")


def test_escape_closes_and_the_focus_goes_back(open_page: OpenPage) -> None:
    page = open_page(LINK)
    page.focus("#steps-on")
    page.keyboard.press("Enter")
    opened(page)
    expect(page.locator("#steps-on")).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".steps h2")).to_be_focused()
    until(page, "location.href.includes('steps=1')")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.locator(".steps")).to_have_count(0)
    expect(page.locator("#steps-on")).to_be_focused()
    expect(page.locator("#steps-on")).to_have_attribute("aria-expanded", "false")
    until(page, "!location.href.includes('steps=')")


def test_a_cross_attention_lists_every_source_token(open_page: OpenPage, site: str) -> None:
    page = open_page(LINK)
    trace = post(site, "/translations/traces", {"text": "The black cat sat on the mat."})
    over(page, trace, {"site": "decoder.2.cross", "head": 0, "query": 1}, "5")
    opened(page)
    labels = [token["text"].replace("▁", "") for token in trace["source"]["tokens"]]
    assert column(page, "name") == labels
    row = trace["alignment"]["weights"][1]
    found_weights = [float(text) for text in column(page, "weight")]
    assert found_weights == pytest.approx(row, abs=6e-5)
    expect(page.locator(".steps")).not_to_contain_text("as the query")
    page.select_option(".steps select[name=query]", "0")
    first = trace["target"]["tokens"][0]["text"].replace("▁", "")
    expect(page.locator(".query-line")).to_contain_text(first)
    page.select_option(".steps select[name=site]", "encoder.1.self")
    expect(page.locator(".steps")).to_contain_text("as the query")


def test_a_problem_is_said_in_the_servers_words(open_page: OpenPage, site: str) -> None:
    page = open_page(LINK)
    trace = post(site, "/sentences/traces", {"text": "It was too tired."})
    over(page, trace, {"site": "encoder.1.self", "head": 99, "query": 1})
    url = f"{site}/api/v1/traces/{trace['id']}/steps?site=encoder.1.self&head=99&query=1"
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(url)
    expect(page.locator(".steps [role=alert]")).to_have_text(json.load(error.value)["detail"])
    expect(page.locator(".steps-table")).to_have_count(0)
    page.select_option(".steps select[name=head]", "3")
    opened(page)
    expect(page.locator(".steps [role=alert]")).to_be_hidden()


def test_a_causal_model_masks_the_keys_that_come_later(open_page: OpenPage, site: str) -> None:
    card = Catalog()["smollm2-135m"]
    if not is_cached(card.name, card.source):
        pytest.skip("smollm2-135m is optional and not fetched here")
    page = open_page(LINK)
    body = {"text": "It was too tired.", "model": "smollm2-135m"}
    trace = post(site, "/sentences/traces", body)
    over(page, trace, {"site": trace["sites"][3]["name"], "head": 1, "query": 2}, "5")
    opened(page)
    masked = page.locator("tr.masked")
    expect(masked).to_have_count(len(trace["text"]["tokens"]) - 3)
    expect(masked.first).to_contain_text("−∞")
    found = [float(text) for text in column(page, "weight")]
    assert sum(found[:3]) == pytest.approx(1, abs=2e-4)
    assert not any(found[3:])
    page.click("[data-step='4']")
    expect(page.locator(".steps-explained li:visible")).to_contain_text("masked")


def test_a_trace_that_is_gone_is_sent_again_by_itself(browser: Browser, forgetful: str) -> None:
    page = browser.new_page()
    page.goto(f"{forgetful}{LINK}&steps=5")
    opened(page)
    forget(forgetful)
    with page.expect_response("**/images/traces") as again:
        page.select_option(".steps select[name=head]", "4")
    assert again.value.status == 201
    expect(page.locator(".steps-under a")).to_have_attribute("href", re.compile("head=4"))
    opened(page)
    expect(page.locator(".steps-table")).to_be_visible()
    expect(page.locator(".steps [role=alert]")).to_be_hidden()
    page.close()


@pytest.mark.parametrize("step", ["3", "all"])
def test_axe_finds_nothing(open_page: OpenPage, step: str) -> None:
    # axe puts its own script into the page
    page = open_page(f"{LINK}&steps={step}", bypass_csp=True)
    opened(page)
    check_looks(page)
