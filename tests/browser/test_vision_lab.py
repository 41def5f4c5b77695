"""The vision lab in a browser: an object shrinks, and what is shown is what the API says of it."""

from __future__ import annotations

import csv
import json
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Locator, Page, expect

from foveate.app.pages.lab import VISION_EVIDENCE
from tests.browser.conftest import OpenPage, until
from tests.browser.image import page_image, radio
from tests.browser.looks import SHIFTS, check_looks
from tests.photos import ROOT

PHOTO = ROOT / "static/samples/astronaut.jpg"
AVERAGE, ADDITIVE = "vision-average", "vision-additive"
TWO = f"/lab/vision?heads={AVERAGE},{ADDITIVE}"
EVEN = 1 / 196  # of the places


def opened(open_page: OpenPage, path: str = TWO, **options: Any) -> Page:
    page = open_page(path, ready=False, **options)
    return answered(page)


def answered(page: Page) -> Page:
    page.wait_for_selector("#headlanes[aria-busy=false]")
    page.wait_for_selector("#progress", state="hidden")
    return page


def lane(page: Page, name: str) -> Locator:
    return page.locator(f"[aria-labelledby='lane-{name}']")


def shares(page: Page, name: str) -> dict[str, str]:
    rows = lane(page, name).locator(".head-verdict li").all()
    found = (row.locator("span").all_inner_texts() for row in rows)
    return {label: share for label, share, *_ in found}


def box_of(part: Locator) -> dict[str, float]:
    found = part.bounding_box()
    assert found is not None
    return dict(found)


def taken(page: Page, name: str) -> Path:
    with page.expect_download() as download:
        page.click(f"#take [data-take={name}]")
    return Path(download.value.path())


def chance(page: Page, name: str, label: str) -> float:
    """What the page last heard of a class, from the file that it gives away."""
    answer = json.loads(taken(page, "json").read_text())
    (head,) = [each for each in answer["heads"] if each["model"] == name]
    return next(each["probability"] for each in head["verdict"] if each["label"] == label)


def test_the_average_loses_what_attention_keeps(open_page: OpenPage, site: str) -> None:
    page = opened(open_page)
    expect(lane(page, ADDITIVE).locator(".head-right")).to_have_text("✓ found")
    large = {name: chance(page, name, "sunflower") for name in (AVERAGE, ADDITIVE)}
    page.locator("#size").fill("39")
    expect(page.locator("#size-said")).to_have_text("1/8.9 of the picture")
    until(page, "location.search.includes('size=39')")
    answered(page)
    small = {name: chance(page, name, "sunflower") for name in (AVERAGE, ADDITIVE)}
    assert small[AVERAGE] < large[AVERAGE] / 2
    assert small[ADDITIVE] > 2 * small[AVERAGE]
    # What stands there is what the API says of the same picture.
    models = {"models": f"{AVERAGE},{ADDITIVE}"}
    picture = {
        "name": "p.png",
        "mimeType": "image/png",
        "buffer": taken(page, "picture").read_bytes(),
    }
    api = page.request.post(f"{site}/api/v1/lab/vision", multipart={"file": picture, **models})
    for head in api.json()["heads"]:
        (own,) = [each for each in head["verdict"] if each["label"] == "sunflower"]
        shown = float(shares(page, head["model"])["sunflower"].split()[0])
        assert abs(shown - 100 * own["probability"]) < 0.51
    curve = page.locator("[data-part=here] [data-series]")
    assert [line.locator("path[transform]").count() for line in curve.all()] == [2, 2]
    page.go_back()
    expect(page.locator("#size")).to_have_value("70")
    page.click("#shrink")
    expect(page.locator("#size")).to_have_value("0", timeout=60_000)
    expect(page.locator("#shrink")).to_have_attribute("aria-pressed", "false")
    assert [line.locator("path[transform]").count() for line in curve.all()] == [11, 11]


def test_the_object_is_moved_by_pointer_and_keys_and_one_request_is_on_its_way(
    open_page: OpenPage,
) -> None:
    page = opened(open_page)
    flying = {"now": 0, "most": 0, "all": 0}

    def begun(_: object) -> None:
        flying["now"], flying["all"] = flying["now"] + 1, flying["all"] + 1
        flying["most"] = max(flying["most"], flying["now"])

    def ended(_: object) -> None:
        flying["now"] -= 1

    page.on("request", lambda request: "/lab/vision" in request.url and begun(request))
    page.on("requestfinished", lambda request: "/lab/vision" in request.url and ended(request))
    box = page.locator("#composite .dragged-box")
    box.focus()
    for _ in range(5):
        box.press("ArrowLeft")
    box.press("-")
    until(page, "location.search.includes('x=520') && location.search.includes('size=66')")
    corner, frame = (
        box_of(box.locator("[data-corner=bottom-right]")),
        box_of(page.locator("#composite")),
    )
    page.mouse.move(corner["x"] + 12, corner["y"] + 12)
    page.mouse.down()
    for step in range(30):
        page.mouse.move(corner["x"] - 3 * step, corner["y"] - 3 * step)
    page.mouse.up()
    until(page, "Number(new URLSearchParams(location.search).get('size')) < 60")
    answered(page)
    page.wait_for_timeout(300)
    assert flying["most"] == 1
    assert flying["all"] < 30
    outline = box_of(lane(page, ADDITIVE).locator(".head-target"))
    across = outline["width"] / box_of(lane(page, ADDITIVE).locator("canvas"))["width"]
    assert abs(across - box_of(box)["width"] / frame["width"]) < 0.02


def test_attention_is_switched_off_and_pinned(open_page: OpenPage) -> None:
    page = opened(open_page, TWO + "&size=45")
    said = lane(page, ADDITIVE).locator(".head-said")
    before = page_image(lane(page, ADDITIVE).locator("canvas").evaluate("c => c.toDataURL()"))
    assert not np.array_equal(
        before, page_image(lane(page, AVERAGE).locator("canvas").evaluate("c => c.toDataURL()"))
    )
    radio(page, "attention", "off")
    expect(page.locator("#attention-note")).to_contain_text("weights are even")
    until(page, "location.search.includes('attention=off')")
    answered(page)
    (site,) = json.loads(taken(page, "json").read_text())["heads"][1]["sites"]
    assert np.allclose(site["values"], EVEN, atol=1e-4)
    lane(page, ADDITIVE).locator("canvas").click(position={"x": 3, "y": 3})
    expect(page.locator("#attention-note")).to_contain_text("row 1, column 1")
    expect(said).to_have_text("Maximum elsewhere; none of the weight on it.")
    page.keyboard.press("ArrowDown")
    until(page, "location.search.includes('pin=1,0')")
    answered(page)
    page.click("[data-copy=curl]")
    expect(page.locator("#said")).to_have_text("Copied.")
    curl = page.evaluate("navigator.clipboard.readText()")
    assert """-F 'intervention={"pin":[1,0]}'""" in curl
    page.keyboard.press("Escape")
    lane(page, ADDITIVE).locator("canvas").press("Escape")
    expect(page.locator("input[name=attention][value=on]")).to_be_checked()


def test_a_photo_of_one_s_own_is_the_object(open_page: OpenPage) -> None:
    page = opened(open_page)
    page.set_input_files("#file", PHOTO)
    until(page, "location.search.includes('photo=')")
    answered(page)
    expect(page.locator("#size-said")).to_have_text("all of the picture")
    expect(page.locator("[data-part=here-note]")).to_contain_text("Say what your photo shows")
    expect(lane(page, AVERAGE).locator(".head-right")).to_have_text("")
    page.select_option("#label", "face")
    expect(lane(page, AVERAGE).locator(".head-right")).to_have_text("")
    radio(page, "cut", "box")
    part = page.locator("#cutting .dragged-box")
    part.focus()
    part.press("ArrowUp")
    until(page, "location.search.includes('crop=250,230,500,500')")
    radio(page, "cut", "person")
    until(page, "location.search.includes('cut=person')")
    page.locator("#size").fill("60")
    expect(lane(page, AVERAGE).locator(".head-right")).not_to_have_text("")
    until(page, "location.search.includes('size=60')")
    link = page.url
    again = opened(open_page, link.split("/", 3)[3].join(["/", ""]))
    expect(again.locator("#own")).to_be_visible()
    expect(again.locator("#label")).to_have_value("face")
    gone = open_page(f"{TWO}&photo={'0' * 32}", ready=False)
    expect(gone.locator("#problem")).to_contain_text("no longer kept: open it again")
    gone.click("[data-sample=butterfly]")
    answered(gone)
    expect(gone.locator("#problem")).to_be_hidden()


def test_it_can_be_taken_away_and_used_by_everybody(open_page: OpenPage) -> None:
    page = opened(open_page, "/lab/vision")
    assert page.evaluate(SHIFTS) < 0.03
    page.click(".chooser summary")
    lanes = page.locator(".headlane")
    count = lanes.count()
    page.locator(f"#chooser input[value={AVERAGE}]").uncheck()
    expect(lanes).to_have_count(count - 1)
    page.locator(f"#chooser input[value={AVERAGE}]").check()
    expect(lanes).to_have_count(count)
    answered(page)
    figure = taken(page, "svg").read_text()
    assert figure.startswith("<svg")
    assert figure.count("<image ") == count
    rows = list(csv.DictReader(taken(page, "csv").read_text().splitlines()))
    assert len(rows) == 20 * count
    assert abs(sum(float(row["probability"]) for row in rows) - count) < 1e-3
    assert taken(page, "png").read_bytes().startswith(b"\x89PNG")
    check_looks(page)


def test_every_number_of_the_evidence_is_one_of_its_file(open_page: OpenPage, site: str) -> None:
    page = opened(open_page)
    expect(page.locator("#progress")).to_be_hidden()
    if not VISION_EVIDENCE.is_file():
        expect(page.locator("#evidence")).to_contain_text("Nothing is measured yet here")
        return
    with urllib.request.urlopen(f"{site}/static/lab/vision.json") as answer:
        evidence = json.load(answer)
    lines = page.locator("[data-part=measured] [data-series]")
    expect(lines).to_have_count(len(evidence["heads"]))
    ninth = [f"{100 * at['score']:.1f}" for at in evidence["heads"]["additive"]["accuracy"]]
    row = page.locator("[data-part=table] tbody tr").nth(list(evidence["heads"]).index("additive"))
    for number in (ninth[0], ninth[3], ninth[5]):
        expect(row).to_contain_text(number)
    radio(page, "measure", "pointing")
    drawn = [head for head in evidence["heads"].values() if head.get("pointing")]
    expect(lines).to_have_count(len(drawn))
