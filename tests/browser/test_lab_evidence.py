"""The evidence under the lab: every number on the page is one of its file."""

from __future__ import annotations

import csv
import io
import json

import pytest
from playwright.sync_api import expect

from foveate.app.pages.lab import EVIDENCE
from tests.browser.conftest import OpenPage
from tests.browser.lab import done, link, radio

pytestmark = pytest.mark.skipif(not EVIDENCE.is_file(), reason="nothing is measured yet")


def test_the_chart_and_its_table_hold_what_was_measured(open_page: OpenPage) -> None:
    evidence = json.loads(EVIDENCE.read_text())
    page = done(open_page(link(), ready=False))
    chart = page.locator("[data-part=length] svg")
    expect(chart.locator("[data-series]")).to_have_count(len(evidence["models"]))
    dashes = chart.locator("[data-series] path[fill=none]").evaluate_all(
        "paths => paths.map(path => path.getAttribute('stroke-dasharray'))"
    )
    assert len(set(dashes)) == len(evidence["models"])
    page.locator("summary").first.click()
    rows = page.locator("[data-part=length-table] tbody tr")
    for row, model in zip(rows.all(), evidence["models"].values(), strict=True):
        shown = [float(cell.split()[0]) for cell in row.locator("td").all_inner_texts()]
        scores = [point["score"] for point in model["length"]]
        assert shown == pytest.approx(scores, abs=0.051)
    radio(page, "curve", "beam")
    first = next(iter(evidence["models"].values()))["length_beam"][0]["score"]
    expect(rows.first.locator("td").first).to_contain_text(f"{first:.1f}")
    expect(page.locator("[data-part=signature]")).to_have_text(evidence["signature"])


def test_captions_say_of_what_the_numbers_are(open_page: OpenPage) -> None:
    evidence = json.loads(EVIDENCE.read_text())
    evidence |= {"length_tests": ["hansards.test", "hansards.long"], "beam_pairs": 150}
    evidence |= {"bucket_pairs": 77, "coverage_pairs": 33}
    for model in evidence["models"].values():
        model["length_part"] = [point | {"score": 12.3} for point in model["length_beam"]]
    page = open_page("/static/icon.svg", ready=False)
    page.route("**/evidence.json", lambda route: route.fulfill(json=evidence))
    page.goto(page.url.replace("/static/icon.svg", link()))
    title = page.locator("[data-part=length-title]")
    expect(title).to_contain_text("all pairs of hansards.test and hansards.long")
    covered = page.locator("[data-part=covered-title]")
    expect(covered).to_contain_text("every site, every head) in 33 sentences of each length")
    done(page)  # the lanes above grow no more
    radio(page, "curve", "beam")
    expect(title).to_contain_text("on 77 pairs of each length at most, drawn at random")
    page.locator("summary").first.click()
    rows = page.locator("[data-part=length-table] tbody tr")
    expect(rows).to_have_count(2 * len(evidence["models"]))
    expect(rows.last).to_contain_text("greedy")
    expect(rows.last).to_contain_text("12.3")
    expect(page.locator("[data-part=searches] caption")).to_contain_text("drawn at random")
    looking = [model for model in evidence["models"].values() if model["coverage"]]
    expect(page.locator(".findings li")).to_have_count(len(evidence["models"]))
    beside = page.locator(".findings li", has_text=" against ")
    expect(beside).to_have_count(len(looking))


def test_chart_and_numbers_can_be_taken_away(open_page: OpenPage) -> None:
    evidence = json.loads(EVIDENCE.read_text())
    page = done(open_page(link(), ready=False))
    taken = {}
    for kind in ("chart-svg", "evidence-csv", "evidence-json"):
        with page.expect_download() as download:
            page.click(f"[data-take={kind}]")
        taken[kind] = download.value.path().read_text(encoding="utf-8")
    assert json.loads(taken["evidence-json"]) == evidence
    rows = list(csv.DictReader(io.StringIO(taken["evidence-csv"])))
    assert {row["model"] for row in rows} == set(evidence["models"])
    name, model = next(iter(evidence["models"].items()))
    mine = [r for r in rows if r["model"] == name and r["test"] == "by length"]
    greedy = [float(r["value"]) for r in mine if (r["measure"], r["search"]) == ("bleu", "greedy")]
    assert greedy == [point["score"] for point in model["length"]]
    assert taken["chart-svg"].startswith("<svg")
    assert "var(--" not in taken["chart-svg"]
