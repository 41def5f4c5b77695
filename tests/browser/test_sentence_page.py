"""The sentence studio, used as a person uses it."""

from __future__ import annotations

import json
import re
import urllib.request
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, until
from tests.browser.looks import check_looks
from tests.browser.sentences import (
    AREA,
    LONG,
    SOURCE,
    TARGET,
    asked,
    caption,
    lit,
    opened,
    place,
    radio,
    slide,
    taken,
    unit,
)


@pytest.mark.parametrize("view", ["matrix", "ribbons"])
def test_pointing_at_either_side_lights_its_partners(open_page: OpenPage, view: str) -> None:
    page = opened(open_page, f"/sentence?view={view}")
    marked = page.locator(f"#passage [data-part={view}] text.on")
    unit(page, TARGET, "Espaço").hover()
    assert lit(page, SOURCE) == ["Area"]
    expect(page.locator("[data-part=readout]")).to_have_text(re.compile("“Espaço” to “Area” 0.9"))
    assert "Espaço" in marked.all_text_contents()
    unit(page, SOURCE, "European").hover()
    assert lit(page, TARGET) == ["Europeu"]
    assert "European" in marked.all_text_contents()
    unit(page, SOURCE, "Economic").focus()
    page.mouse.move(5, 5)
    unit(page, SOURCE, "Area").focus()
    assert lit(page, TARGET) == ["Espaço"]


def test_a_cell_of_the_matrix_lights_its_two_words(open_page: OpenPage) -> None:
    page = opened(open_page)
    matrix = page.locator("[data-part=matrix]")
    matrix.focus()
    for key in ["ArrowDown"] * 5 + ["ArrowRight"] * 6:
        page.keyboard.press(key)
    expect(page.locator("[data-part=readout]")).to_have_text(
        re.compile(r"“Espaço” to “Area”: 0\.9")
    )
    assert lit(page, SOURCE) == ["Area"]
    page.keyboard.press("Enter")
    expect(place(page)).to_have_text("step 5 of 15")


def test_a_ribbon_that_is_pointed_at_is_the_alignment(open_page: OpenPage) -> None:
    page = opened(open_page, "/sentence?view=ribbons")
    page.locator("[data-part=ribbons] text", has_text=re.compile("^Espaço$")).hover()
    expect(page.locator("[data-part=ribbons] path.on")).to_have_count(1)
    assert lit(page, SOURCE) == ["Area"]


def test_tokens_and_words_are_two_levels(open_page: OpenPage) -> None:
    text = quote("Unbelievably, the committee prevaricated.")
    page = opened(open_page, f"/sentence#text={text}")
    words = page.locator(f"{SOURCE} .unit").count()
    radio(page, "level", "token")
    tokens = page.locator(f"{SOURCE} .unit").count()
    assert tokens > words
    expect(page.locator("[data-part=matrix] g").last.locator("text").first).to_contain_text("▁")


def test_site_and_head_are_chosen_from_grid_and_list(open_page: OpenPage) -> None:
    page = opened(open_page)
    page.select_option("#site", label="encoder layer 3, self-attention")
    expect(caption(page)).to_have_text("Self-attention, encoder layer 3, mean of heads")
    unit(page, SOURCE, "Area").click()
    expect(page.locator(f"{SOURCE} .chosen")).to_have_text("Area")
    page.locator("#heads-strip").scroll_into_view_if_needed()
    page.locator(".heads-cell.aligner").click()
    expect(caption(page)).to_have_text("Cross-attention, decoder layer 2, head 0 (guided)")
    page.locator(".heads-cell").nth(3).click()
    expect(caption(page)).to_have_text("Cross-attention, decoder layer 2, head 3")


def test_query_key_and_value_open_for_the_chosen_token(open_page: OpenPage) -> None:
    page = opened(open_page, "/sentence?step=5")
    page.click("#steps-on")
    expect(page.locator("#steps")).to_contain_text("Query, key, value")
    expect(page.locator("#steps select").last).to_have_value("4")
    until(page, "location.search.includes('steps=1')")
    page.keyboard.press("Escape")
    expect(page.locator("#steps")).to_be_hidden()


def test_a_given_translation_is_aligned_in_both_directions(open_page: OpenPage, site: str) -> None:
    page = opened(open_page, "/sentence?task=pair")
    expect(caption(page)).to_contain_text("Link strength, both directions")
    text, target = page.locator("#text").input_value(), page.locator("#target").input_value()
    for percent in (30, 5, 90):
        slide(page, "#threshold", percent)
        body = {"text": text, "target": target, "threshold": percent / 100}
        expect(page.locator("#pharaoh")).to_have_text(asked(site, "alignment", body)["pharaoh"])
    page.select_option("#site", label="decoder layer 2, cross-attention")
    expect(caption(page)).to_contain_text("head 0 (guided)")
    expect(page.locator("[data-part=candidates] [data-part=title]")).to_contain_text("of 15 wrote")


def test_a_target_may_be_one_that_the_model_would_never_write(open_page: OpenPage) -> None:
    page = opened(open_page, "/sentence?task=pair")
    page.fill("#text", "The black cat.")
    page.fill("#target", "Um felino negro!")
    page.click("#run")
    expect(page.locator(f"#passage {TARGET}")).to_contain_text("Um felino negro!")
    unit(page, TARGET, "felino").click()
    written = page.locator("[data-part=candidates] li.written")
    expect(written).to_be_visible()
    assert page.locator("[data-part=candidates] li").count() in (5, 6)


def test_the_direction_is_swapped_with_the_translation(open_page: OpenPage) -> None:
    page = opened(open_page)
    page.click("#swap")
    expect(page.locator("#text")).to_have_value(re.compile("^O acordo sobre"))
    expect(page.locator(f"#passage {TARGET}")).to_contain_text("European Economic Area")


def test_beam_search_shows_the_path_not_taken(open_page: OpenPage) -> None:
    page = opened(open_page)
    slide(page, "#beam", 3)
    expect(page.locator("#beam-strip")).to_be_visible()
    expect(page.locator("#beams .beam-node.best").first).to_contain_text("O")
    assert page.locator("#beams .beam-node.pruned").count() > 10


def test_a_paragraph_shows_its_sentences_as_a_strip(open_page: OpenPage) -> None:
    page = opened(open_page, "/sentence#text=" + quote("Hello. How are you? Good night."))
    expect(page.locator("#parts button")).to_have_count(3)
    page.locator("#parts button").nth(1).click()
    expect(page.locator(f"#passage {TARGET}")).to_contain_text("Como você está?")
    until(page, "location.search.includes('part=1')")
    slide(page, "#beam", 2)
    expect(page.locator("#beams .beam-node").first).to_be_visible()
    page.locator("#parts button").nth(2).click()
    expect(page.locator(f"#passage {SOURCE}")).to_contain_text("Good night.")
    expect(page.locator(f"#passage {TARGET}")).to_contain_text("Boa")


def test_a_finished_sentence_can_be_read_while_others_are_written(open_page: OpenPage) -> None:
    page = opened(open_page)
    page.fill("#text", "Good night. " + LONG[:1000])
    page.click("#run")
    until(page, "document.querySelectorAll('#parts button').length > 2")
    page.locator("#parts button").first.click()
    expect(page.locator(f"#passage {TARGET}")).to_contain_text("Boa noite")
    page.wait_for_timeout(500)
    expect(page.locator(f"#passage {SOURCE}")).to_contain_text("Good night.")
    page.click("#text")
    page.locator("#text").press_sequentially(" x")
    page.locator("#parts button").nth(1).click()
    expect(page.locator(f"#passage {SOURCE}")).to_contain_text("The committee met")


def test_self_attention_is_looked_at_from_one_token(open_page: OpenPage, site: str) -> None:
    page = opened(open_page, "/sentence?task=read&level=token&head=3")
    unit(page, SOURCE, "Area").hover()
    trace = asked(site, "sentences/traces", {"text": AREA, "model": "minilm"})
    number = [token["surface"] for token in trace["text"]["tokens"]].index("Area")
    url = f"{site}/api/v1/traces/{trace['id']}/weights?site=encoder.6.self&head=3"
    with urllib.request.urlopen(url) as answer:
        weights = np.array(json.load(answer)["weights"])
    shade = "button => Number(getComputedStyle(button).getPropertyValue('--weight'))"
    shades = [b.evaluate(shade) for b in page.locator(f"{SOURCE} .unit").all()]
    expected = weights[number] / weights.max()
    np.testing.assert_allclose(shades, np.where(expected < 0.005, 0, expected), atol=0.01)


def test_a_pair_is_read_as_one(open_page: OpenPage) -> None:
    page = opened(open_page, "/sentence?task=read")
    page.fill("#text", "The animal did not cross.")
    page.fill("#target", "It was tired.")
    page.click("#run")
    expect(page.locator(f"{SOURCE} .unit", has_text="[SEP]")).to_have_count(2)


def test_a_causal_model_says_what_it_expects_next(open_page: OpenPage) -> None:
    page = opened(open_page, "/sentence?task=read")
    causal = page.locator("#model option[value='smollm2-135m']")
    if causal.is_disabled():
        pytest.skip("SmolLM2 is not fetched on this machine")
    page.select_option("#model", "smollm2-135m")
    expect(caption(page)).to_contain_text("decoder layer 30")
    unit(page, SOURCE, "Economic").click()
    title = page.locator("[data-part=candidates] [data-part=title]")
    expect(title).to_have_text("After “▁Economic”, next came “▁Area”")
    pixels = page.evaluate(
        """() => {
          const canvas = document.querySelector('[data-part=matrix] canvas');
          const context = canvas.getContext('2d');
          return [...context.getImageData(0, 0, canvas.width, canvas.height).data];
        }"""
    )
    side = int((len(pixels) // 4) ** 0.5)
    grey = np.array(pixels).reshape(side, side, 4)[..., :3].mean(-1)
    assert grey[2, side - 3] == 255  # no token sees a later one
    assert grey[side - 3, 2] < 250


def test_five_hundred_tokens_are_painted_where_they_are_seen(open_page: OpenPage) -> None:
    text = "The road went on through the hills and past the old mill. " * 39
    page = opened(open_page, f"/sentence?task=read&level=token&head=0#text={quote(text.strip())}")
    size = page.evaluate(
        """() => {
          const matrix = document.querySelector('[data-part=matrix]');
          const canvas = matrix.querySelector('canvas');
          return [canvas.width, matrix.scrollWidth, matrix.querySelectorAll('text').length];
        }"""
    )
    assert size[0] < 1000 < 5000 < size[1]
    assert size[2] < 250
    page.evaluate("document.querySelector('[data-part=matrix]').scrollTo(9999, 9999)")
    expect(page.locator("[data-part=matrix] text", has_text="[SEP]").first).to_be_attached()
    page.locator(".toggle", has_text="Whole matrix").click()
    until(page, "document.querySelector('[data-part=matrix]').scrollWidth < 1000")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("word " * 3900, "at most 512 are traced"),
        ("Hi. " * 100, "give at most 64"),
        (" ", "Type a text first"),
    ],
)
def test_what_cannot_be_read_is_explained_in_place(
    open_page: OpenPage, text: str, words: str
) -> None:
    page = opened(open_page)
    page.fill("#text", text)
    page.click("#run")
    expect(page.get_by_role("alert")).to_contain_text(words)
    page.click("#examples button >> nth=1")
    expect(page.locator("#problem")).to_be_hidden()
    expect(page.locator(f"#passage {TARGET}")).to_contain_text("gato")


@pytest.mark.parametrize(
    "text", ["שלום עולם, מה שלומך?", "👍🏽 👩‍👩‍👧 ok 🎉", "<b>&amp;\"</b> 'x'"]
)
def test_any_script_is_shown_as_it_was_typed(open_page: OpenPage, text: str) -> None:
    page = opened(open_page, f"/sentence?task=read#text={quote(text)}")
    units = page.locator(f"{SOURCE} .unit:not(.special)").all_inner_texts()
    assert "".join(units) == text.replace(" ", "")
    radio(page, "level", "token")
    assert page.locator(f"{SOURCE} .unit").count() >= len(units)
    way = page.eval_on_selector(SOURCE, "line => getComputedStyle(line).direction")
    assert way == ("rtl" if "ש" in text else "ltr")
    taken(page, "svg")


def test_lines_are_walked_by_keyboard(open_page: OpenPage) -> None:
    page = opened(open_page)
    unit(page, TARGET, "O").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(unit(page, TARGET, "Espaço")).to_be_focused()
    assert lit(page, SOURCE) == ["Area"]
    page.keyboard.press("Enter")
    expect(place(page)).to_have_text("step 5 of 15")
    page.keyboard.press("Home")
    expect(unit(page, TARGET, "O")).to_be_focused()
    assert page.locator(f"{TARGET} .unit[tabindex='0']").count() == 1


def test_enter_runs_and_shift_enter_is_a_new_line(open_page: OpenPage) -> None:
    page = opened(open_page)
    page.fill("#text", "Good night.")
    page.locator("#text").press("Shift+Enter")
    page.locator("#text").press_sequentially("Good day.")
    page.locator("#text").press("Enter")
    expect(page.locator("#parts button")).to_have_count(2)


STATES = {
    "plain": "/sentence",
    "replay": "/sentence?view=ribbons&step=5&beam=2&steps=all",
    "pair": "/sentence?task=pair&colormap=inferno",
    "read": "/sentence?task=read&level=token&query=4",
    "paragraph": "/sentence#text=" + quote("Hello. How are you? Good night."),
}


@pytest.mark.parametrize("name", STATES)
def test_axe_finds_nothing(open_page: OpenPage, name: str) -> None:
    page = opened(open_page, STATES[name], bypass_csp=True)  # axe puts its own script into the page
    page.locator("#heads-strip").scroll_into_view_if_needed()
    expect(page.locator("#heads button").first).to_be_visible()
    check_looks(page)


def test_nothing_moves_for_those_who_want_it_still(open_page: OpenPage) -> None:
    page = opened(open_page, reduced_motion="reduce")
    page.evaluate("document.getElementById('progress').hidden = false")
    name = page.eval_on_selector(".spinner", "e => getComputedStyle(e).animationName")
    assert name == "none"
