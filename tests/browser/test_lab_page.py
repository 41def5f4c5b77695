"""The lab, used as a person uses it, with whatever translators the catalog compares."""

from __future__ import annotations

import json
import re
import tomllib
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, until
from tests.browser.lab import (
    SHORT,
    compared,
    done,
    lane,
    line,
    link,
    pinned,
    post,
    radio,
    traces,
    words,
)
from tests.browser.looks import check_looks
from tests.photos import ROOT

LONG = "/lab/sentence"


def test_every_model_that_was_trained_here_translates_the_same_sentence(
    open_page: OpenPage, site: str
) -> None:
    with urllib.request.urlopen(f"{site}/api/v1/models") as answer:
        cards = json.load(answer)
    own = [
        card["name"]
        for card in cards
        if card["task"] == "translation" and card["source"]["kind"] in ("trained", "folder")
    ]
    page = done(open_page(link(), ready=False))
    assert own
    assert set(compared(page)) <= set(own)
    assert own[0] in compared(page)
    for name, trace in traces(page, site, text=SHORT).items():
        assert line(page, name).locator(".unit").all_inner_texts() == words(trace["target"])
        assert line(page, name, "source").locator(".unit").count() == len(words(trace["source"]))
        looks = trace["alignment"] is not None
        expect(lane(page, name).locator("[data-part=figure]")).to_be_visible(visible=looks)
        expect(lane(page, name).locator("[data-lane=vector]")).to_be_visible(visible=not looks)
    expect(page.locator("#count")).to_contain_text("5 words")


def test_a_translation_is_seen_while_it_is_written(open_page: OpenPage) -> None:
    endless = "The minister and the member and " * 12 + "the House."  # seconds of work
    page = open_page(link(endless), ready=False)
    some = "document.querySelectorAll('.lane .line[data-part=target] .unit').length > 3"
    until(page, f"{some} && !document.querySelector('#progress').hidden")
    done(page)


def test_a_model_that_does_not_look_shows_its_one_vector(open_page: OpenPage, site: str) -> None:
    page = done(open_page(link(step=2), ready=False))
    blind = [name for name, t in traces(page, site, text=SHORT).items() if not t["alignment"]]
    assert blind, "the lab compares with a model that does not look"
    trace = post(site, model=blind[0], text=SHORT)
    with urllib.request.urlopen(f"{site}/api/v1/traces/{trace['id']}/outputs/last") as answer:
        vector = json.load(answer)["values"][0]
    shown = lane(page, blind[0])
    expect(shown.locator("[data-lane=gets]")).to_have_text(
        f"Step 2: this, again, is all the decoder gets of the 5 words: the same {len(vector)} "
        "numbers as at every step."
    )
    strip = shown.locator("[data-lane=cells] canvas")
    expect(strip).to_have_attribute("aria-label", re.compile(f"^{len(vector)} numbers from "))
    painted = strip.evaluate(
        "c => new Set(c.getContext('2d').getImageData(0,0,c.width,c.height).data).size"
    )
    assert painted > 20
    radio(page, "attention", "off")
    done(page)
    expect(shown.locator("[data-lane=gets]")).to_contain_text("zeros")
    expect(strip).to_have_attribute("aria-label", re.compile("from 0.00 to 0.00"))


def test_one_step_control_moves_every_decoder(open_page: OpenPage, site: str) -> None:
    page = done(open_page(link(), ready=False))
    slider = page.locator("#steps-bar input[type=range]")
    slider.fill("2")
    for name, trace in traces(page, site, text=SHORT).items():
        said = lane(page, name).locator("[data-part=candidates]")
        piece = trace["steps"][1]["token"]["text"]
        expect(said.locator("[data-part=title]")).to_contain_text(f"wrote “{piece}”")
        expect(said.locator("li")).to_have_count(5)
        expect(said.locator("[data-part=fed]")).to_contain_text(trace["steps"][0]["token"]["text"])
    slider.press("Home")
    fed = page.locator(".lane [data-part=fed]")
    assert set(fed.all_inner_texts()) == {"Fed in: the start token, <START>"}
    until(page, "location.search.includes('step=1')")
    slider.press("End")
    expect(page.locator("#steps-bar [data-part=place]")).to_contain_text("step")
    slider.press("Escape")
    expect(page.locator("#steps-bar [data-part=place]")).to_contain_text("all ")


def test_a_pinned_word_is_all_that_a_decoder_sees(open_page: OpenPage, site: str) -> None:
    page = done(open_page(link(), ready=False))
    radio(page, "attention", "pinned")
    done(page)
    page.locator("#pin-line .unit").nth(2).click()
    done(page)
    until(page, "location.search.includes('pins=2')")
    source = post(site, text=SHORT, model=compared(page)[0])["source"]
    farms = source["words"][2]
    tokens = list(range(farms["first"], farms["last"]))
    found = traces(page, site, text=SHORT, pins=[{"source": tokens, "step": None}])
    for name, trace in found.items():
        if trace["alignment"] is None:
            assert pinned(page, name) == []
            expect(lane(page, name).locator("[data-lane=gets]")).to_contain_text("nothing to pin")
            continue
        assert pinned(page, name) == ["farms"]
        assert line(page, name).locator(".unit").all_inner_texts() == words(trace["target"])
        rows = trace["alignment"]["weights"]
        assert all(sum(row[t] for t in tokens) == pytest.approx(1, abs=1e-4) for row in rows)


def test_a_pin_at_one_step_stands_beside_that_of_all_and_one_key_releases_both(
    open_page: OpenPage,
) -> None:
    page = done(open_page(link(attention="pinned", pins="2", step=3), ready=False))
    page.locator(".toggle input[data-state=only]").check()
    expect(page.locator("#only-step")).to_have_text("step 3")
    page.locator("#pin-line .unit").nth(4).press("Enter")
    done(page)
    expect(page.locator("#pins li")).to_have_text(["farms every step ×", "disappearing step 3 ×"])
    until(page, "location.search.includes('pins=2;4.3')")
    page.get_by_role("button", name="Release “farms” at every step").click()
    done(page)
    expect(page.locator("#pins li")).to_have_count(1)
    page.keyboard.press("Escape")
    done(page)
    expect(page.locator("#pins li")).to_have_count(0)
    expect(page.locator(".unit.pinned")).to_have_count(0)


def test_given_words_stand_with_their_probability(open_page: OpenPage, site: str) -> None:
    target = "Les petites fermes familiales disparaissaient."
    page = done(open_page(link(target=target, feed="given", level="token"), ready=False))
    for name, trace in traces(page, site, text=SHORT, target=target).items():
        units = line(page, name).locator(".unit").all()
        assert len(units) == len(trace["steps"])
        for unit, step in zip(units, trace["steps"], strict=True):
            share = str(unit.get_attribute("data-share"))
            if not share.startswith("<"):
                wanted = 100 * step["token"]["probability"]
                assert float(share.split()[0]) == pytest.approx(wanted, rel=0.06, abs=0.5)
        expect(lane(page, name).locator("[data-lane=said]")).to_contain_text("bits a token")
    expect(page.locator("input[name=beam]").first).to_be_disabled()
    page.fill("#target", "")
    page.press("#target", "Enter")
    expect(page.locator("#problem")).to_contain_text("Type the translation")


def test_a_beam_translates_as_the_api_does(open_page: OpenPage, site: str) -> None:
    page = done(open_page(link(), ready=False))
    radio(page, "beam", "4")
    done(page)
    for name, trace in traces(page, site, text=SHORT, beam=4).items():
        expect(line(page, name).locator(".unit")).to_have_text(words(trace["target"]))
    until(page, "location.search.includes('beam=4')")


def test_the_encoder_reads_token_by_token(open_page: OpenPage, site: str) -> None:
    page = done(open_page(link(), ready=False))
    encoder = page.locator("#encoder")
    expect(encoder).to_be_visible()
    rows = encoder.locator("tbody tr")
    expect(rows.first).to_be_visible()
    model = encoder.locator("select").input_value()
    trace = post(site, model=model, text=SHORT)
    expect(rows).to_have_count(len(trace["source"]["tokens"]))
    with urllib.request.urlopen(f"{site}/api/v1/traces/{trace['id']}/outputs/states") as answer:
        states = json.load(answer)["values"]
    label = str(rows.nth(1).locator("canvas").nth(1).get_attribute("aria-label"))
    assert label.startswith(f"{len(states[1])} numbers from ")
    lowest = float(label.split(" from ")[1].split(" to ")[0].replace("−", "-"))
    assert lowest == pytest.approx(min(states[1]), abs=0.006)
    encoder.locator("input[type=range]").fill("3")
    expect(rows.nth(2).locator("canvas").first).to_be_visible()
    expect(rows.nth(3).locator("canvas").first).to_be_hidden()
    expect(encoder.locator("[data-part=last-said]")).to_be_hidden()
    expect(encoder.locator("[data-part=place-said]")).to_contain_text("Token 3 of")
    until(page, "location.search.includes('read=3')")
    encoder.get_by_role("button", name="Whole").click()
    expect(encoder.locator("[data-part=last-said]")).to_contain_text("The one vector")


def test_query_key_value_open_where_there_are_any_and_it_is_said_where_not(
    open_page: OpenPage, site: str
) -> None:
    page = done(open_page(link(step=2), ready=False))
    for name, trace in traces(page, site, text=SHORT).items():
        found = trace["alignment"]
        sites = {each["name"]: each for each in trace["sites"]}
        button = lane(page, name).locator("button[data-lane=inside]")
        none = lane(page, name).locator("[data-lane=no-inside]")
        if found is None or sites[found["site"]]["scale"] is None:
            expect(button).to_be_hidden()
            assert (found is None) == (none.inner_text() == "")
            continue
        button.click()
        page.wait_for_selector(".steps [aria-busy=false] .steps-table")
        expect(button).to_have_attribute("aria-expanded", "true")
        expect(page.locator(".steps-table")).to_have_css(
            "table-layout", "fixed"
        )  # it has its styles
        label = trace["steps"][1]["token"]["text"].replace("▁", "") or "␣"
        expect(page.locator(".query-line")).to_contain_text(label)
        page.locator("#steps-bar input[type=range]").press("ArrowRight")
        label = trace["steps"][2]["token"]["text"].replace("▁", "") or "␣"
        expect(page.locator(".query-line")).to_contain_text(label)
        page.locator("#steps-bar input[type=range]").press("ArrowLeft")
        page.get_by_role("button", name="Close").click()
        expect(page.locator(".steps")).to_have_count(0)


def test_a_link_is_a_view(open_page: OpenPage) -> None:
    page = done(open_page("/lab/sentence", ready=False))
    page.click("#examples button:text-is('5 words')")
    done(page)
    page.locator("#steps-bar input[type=range]").fill("2")
    until(page, "location.search.includes('step=2') && location.hash.includes('thought')")
    page.click("[data-copy=link]")
    expect(page.locator("#said")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    again = done(open_page(page.url.split("/", 3)[3].join(["/", ""]), ready=False))
    assert again.input_value("#text") == page.input_value("#text")
    expect(again.locator("#steps-bar [data-part=place]")).to_contain_text("step 2 of")


def test_examples_are_as_long_as_they_say_and_show_what_is_said_of_them(
    open_page: OpenPage,
) -> None:
    examples = tomllib.loads((ROOT / "static/samples/lab.toml").read_text())["sentence"]
    page = done(open_page(LONG, ready=False))
    shows = page.locator("#shows")
    expect(shows).to_contain_text(examples[0]["shows"])
    expect(shows).to_be_visible()
    matrices = page.locator(".lane .matrix:visible")
    assert matrices.count() > 1
    for matrix in matrices.all():  # of 29 words, none of which is lost for want of room
        assert matrix.locator("text").count() > 20
        matrix.evaluate("matrix => matrix.scrollTo(9999, 9999)")
        expect(matrix.locator("text.special").last).to_be_attached()
    for example in examples:
        page.click(f"#examples button:text-is('{example['title']}')")
        expect(page.locator("#count")).to_contain_text(example["title"])
        assert page.input_value("#target") == example["target"]
    page.click("#examples button:text-is('4 words')")
    done(page)
    expect(shows).to_contain_text("Attention loses")
    expect(shows).to_be_visible()
    radio(page, "attention", "off")
    done(page)
    expect(shows).to_be_hidden()
    for caption in page.locator(".lane [data-part=caption]:visible").all():
        expect(caption).to_contain_text("not used: the decoder is given zeros")
    page.fill("#text", "My own words.")
    expect(page.locator("#count")).to_have_text("")
    expect(page.locator("#shows")).to_be_hidden()
    page.click("#examples button:text-is('5 words')")
    page.go_back()
    expect(page.locator("#text")).to_have_value("My own words.")
    expect(page.locator("#count")).to_contain_text("3 words")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  ", "Type a sentence first"),
        ("word " * 700, "tokens"),
    ],
)
def test_what_cannot_be_translated_is_said_once(
    open_page: OpenPage, text: str, expected: str
) -> None:
    page = done(open_page(link(), ready=False))
    page.fill("#text", text)
    page.press("#text", "Enter")
    expect(page.locator("#problem")).to_contain_text(expected)
    expect(page.locator("#progress")).to_be_hidden()
    assert page.locator("#problem").inner_text().count(expected) == 1


def test_of_several_sentences_the_first_is_used_and_that_is_said(open_page: OpenPage) -> None:
    page = done(open_page(link("The house is old. The garden is new. 🙂"), ready=False))
    expect(page.locator("#count")).to_contain_text("the first of ")
    for name in compared(page):
        source = line(page, name, "source").inner_text().replace("\u200b", "")
        assert source.startswith("The house is old.")
        assert "garden" not in source


STATES = {
    "long": LONG,
    "pinned": link(attention="pinned", pins="2;4.3", step=3, read=4),
    "given": link(target="Les petites fermes disparaissaient.", feed="given", level="token"),
}


@pytest.mark.parametrize("name", STATES)
def test_axe_finds_nothing(open_page: OpenPage, name: str) -> None:
    page = open_page(
        STATES[name], ready=False, bypass_csp=True
    )  # axe puts its script into the page
    check_looks(done(page))


def test_it_works_with_the_keyboard_alone_and_stands_still(open_page: OpenPage) -> None:
    page = done(open_page(link(attention="pinned"), ready=False, reduced_motion="reduce"))
    page.focus("#pin-line .unit[tabindex='0']")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    done(page)
    expect(page.locator("#pins li")).to_have_text(["family every step ×"])
    expect(page.locator("#pin-line .unit:focus")).to_have_text("family")
    page.evaluate("document.getElementById('progress').hidden = false")
    name = page.eval_on_selector(".spinner", "e => getComputedStyle(e).animationName")
    assert name == "none"
