"""The sentence studio while a text is typed, translated and replayed."""

from __future__ import annotations

import re
import urllib.request
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, until
from tests.browser.sentences import (
    AREA,
    LONG,
    SOURCE,
    TARGET,
    asked,
    caption,
    opened,
    place,
    slide,
)


def test_the_first_example_is_analysed_when_the_page_opens(open_page: OpenPage) -> None:
    page = opened(open_page)
    summary = page.locator("#summary")
    expect(summary).to_contain_text("“Espaço” to “Area” (0.9")
    expect(summary).to_contain_text("head 0 (guided)")
    expect(page.locator(f"#passage {TARGET}")).to_contain_text("O acordo sobre o Espaço Económico")
    expect(caption(page)).to_have_text("Cross-attention, decoder layer 2, head 0 (guided)")
    expect(page.locator("#pharaoh")).to_contain_text("4-6 5-5 6-4")
    expect(page.locator("#passage [data-part=high]")).to_have_text(re.compile(r"0\.9\d+"))
    for field, language in (("#text", "en"), ("#target", "pt")):
        expect(page.locator(field)).to_have_attribute("lang", language)
    for line, language in ((SOURCE, "en"), (TARGET, "pt")):
        expect(page.locator(f"#passage {line}")).to_have_attribute("lang", language)


def test_tokens_are_shown_while_one_types(open_page: OpenPage) -> None:
    page = opened(open_page)
    streams: list[str] = []
    page.on("request", lambda r: r.url.endswith("/stream") and streams.append(r.url))
    page.fill("#text", "")
    page.locator("#text").press_sequentially("Unbelievably", delay=20)
    expect(page.locator("#count")).to_contain_text("1 words")
    expect(page.locator("#tokens")).to_contain_text("bly")
    chips = page.locator("#tokens .chip").all_inner_texts()
    assert "".join(chips[:-1]).replace("▁", "") == "Unbelievably"
    assert len(chips) > 3
    assert streams == []
    expect(page.locator("#count")).to_have_text(f"{len(chips)} tokens, 1 words")


def test_a_translation_runs_by_itself_when_typing_pauses(open_page: OpenPage) -> None:
    page = opened(open_page)
    page.fill("#text", "Good morning.")
    expect(page.locator(f"#passage {TARGET}")).to_contain_text("Bom dia.")


def test_the_matrix_grows_a_row_a_token(open_page: OpenPage) -> None:
    page = opened(open_page, "/sentence?level=token")
    # A line as slow as this lets Chromium draw, however busy the machine is.
    line = {"offline": False, "latency": 0, "downloadThroughput": 100_000, "uploadThroughput": -1}
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", line)
    page.evaluate(
        """() => {
          window.seen = [];
          const line = document.querySelector('#passage [data-part=target]');
          const sheet = document.querySelector('#passage .matrix-sheet');
          new MutationObserver(() => window.seen.push(
            [line.querySelectorAll(".unit").length, sheet.getBoundingClientRect().height]))
            .observe(sheet, {attributes: true});
        }"""
    )
    page.fill("#text", LONG.replace(". ", " and then ")[:450])
    page.click("#run")
    expect(page.locator(f"#passage {SOURCE}")).to_contain_text("committee")
    expect(page.locator("#progress")).to_be_hidden(timeout=20_000)
    seen = page.evaluate("window.seen")
    grown = {count: height for count, height in seen if count > 40}
    counts = sorted(grown)
    assert len(counts) > 8  # several tokens may come in one frame
    for before, after in pairwise(counts):
        assert grown[after] - grown[before] == pytest.approx(12 * (after - before))


@pytest.mark.parametrize("how", ["typing", "leaving", "stop"])
def test_the_stream_stops_when_nobody_wants_it(open_page: OpenPage, site: str, how: str) -> None:
    page = opened(open_page)
    failed: list[str] = []
    page.on("requestfailed", lambda r: failed.append(r.url))
    page.fill("#text", LONG)
    page.click("#run")
    until(page, "document.querySelectorAll('#parts button').length > 1")
    if how == "typing":
        page.locator("#text").press_sequentially("x")
    elif how == "leaving":
        page.goto(f"{site}/models")
    else:
        page.locator("#stop").dispatch_event("click")  # at once, whatever frames there are
    page.wait_for_timeout(800)  # a text that rests is run again after 1.2 seconds
    if how != "leaving":
        assert [url for url in failed if url.endswith("/translations/stream")]
    with urllib.request.urlopen(f"{site}/metrics") as answer:
        text = answer.read().decode()
    waiting = re.search(r"^foveate_queue (\S+)$", text, re.M)
    assert waiting is not None, text[:400]
    assert float(waiting[1]) == 0


def test_the_last_of_two_quick_submits_is_shown(open_page: OpenPage) -> None:
    page = opened(open_page)
    page.evaluate(
        """long => {
          const text = document.getElementById('text');
          for (const words of [long, 'Good night.']) {
            text.value = words;
            document.getElementById('composer').requestSubmit();
          }
        }""",
        LONG,
    )
    expect(page.locator(f"#passage {SOURCE}")).to_contain_text("Good night.")
    page.wait_for_timeout(1200)
    expect(page.locator(f"#passage {SOURCE}")).to_contain_text("Good night.")
    expect(page.locator("#parts")).to_be_hidden()


def test_decoding_is_replayed_step_by_step(open_page: OpenPage, site: str) -> None:
    page = opened(open_page)
    trace = asked(site, "translations/traces", {"text": AREA})
    slide(page, "[data-part=slider]", 5)
    expect(place(page)).to_have_text("step 5 of 15")
    step = trace["steps"][4]
    title = page.locator("[data-part=candidates] [data-part=title]")
    expect(title).to_have_text(f"Step 5 of 15 wrote “{step['token']['text']}”")
    expect(page.locator(".candidate-token")).to_have_text(
        [candidate["text"] for candidate in step["candidates"]]
    )
    expect(page.locator("[data-part=entropy]")).to_contain_text(f"{step['entropy']:.2f} bits")
    expect(page.locator("[data-part=fed]")).to_contain_text("“▁o”")
    shade = "button => Number(getComputedStyle(button).getPropertyValue('--weight'))"
    shades = [b.evaluate(shade) for b in page.locator(f"{SOURCE} .unit").all()]
    high = max(max(row) for row in trace["alignment"]["word_weights"])
    word = trace["alignment"]["word_weights"][4]
    np.testing.assert_allclose(shades, np.array(word) / high, atol=0.006)
    page.locator("[data-part=slider]").press("ArrowRight")
    expect(place(page)).to_have_text("step 6 of 15")
    expect(page.locator(f"{TARGET} .later")).to_have_count(9)


def test_it_plays_and_pauses(open_page: OpenPage) -> None:
    page = opened(open_page)
    page.get_by_role("button", name="Play").click()
    expect(place(page)).to_have_text("step 3 of 15", timeout=10_000)
    page.get_by_role("button", name="Pause").click()
    before = place(page).inner_text()
    page.wait_for_timeout(1600)
    assert place(page).inner_text() == before
    page.get_by_role("button", name="Whole").click()
    expect(place(page)).to_have_text("all 15 steps")
