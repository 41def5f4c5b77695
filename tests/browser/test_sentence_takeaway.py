"""Figures, numbers, links and calls that are taken away from the sentence studio."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import urllib.request
import xml.etree.ElementTree as ElementTree
from typing import Any
from urllib.parse import quote, unquote

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.sentences import (
    AREA,
    SOURCE,
    asked,
    caption,
    clipboard,
    opened,
    radio,
    settled,
    slide,
    taken,
)


def test_csv_npy_and_json_are_the_servers_numbers(open_page: OpenPage, site: str) -> None:
    page = opened(open_page, "/sentence?level=token&site=encoder.2.self&head=5")
    trace = asked(site, "translations/traces", {"text": AREA})
    url = f"{site}/api/v1/traces/{trace['id']}/weights?site=encoder.2.self&head=5"
    with urllib.request.urlopen(url) as answer:
        expected = json.load(answer)["weights"]
    rows = list(csv.reader(io.StringIO(taken(page, "csv").read_text())))
    labels = [token["text"] for token in trace["source"]["tokens"]]
    assert rows[0] == ["query", *labels]
    assert [row[0] for row in rows[1:]] == labels
    assert [[float(value) for value in row[1:]] for row in rows[1:]] == expected
    assert json.loads(taken(page, "json").read_text())["weights"] == expected
    np.testing.assert_array_equal(np.load(taken(page, "npy")), np.array(expected, "float32"))


def test_words_are_taken_away_as_the_api_has_them(open_page: OpenPage, site: str) -> None:
    page = opened(open_page)
    guide = asked(site, "translations/traces", {"text": AREA})["alignment"]
    body = json.loads(taken(page, "json").read_text())
    np.testing.assert_allclose(body["weights"], guide["word_weights"], atol=2e-7)
    assert taken(page, "pharaoh").read_text().strip() == guide["pharaoh"]
    assert (body["site"], body["head"]) == ("decoder.2.cross", "0")


@pytest.mark.parametrize("view", ["matrix", "ribbons"])
def test_the_svg_is_a_figure_with_real_text(open_page: OpenPage, view: str) -> None:
    page = opened(open_page, f"/sentence?view={view}")
    path = taken(page, "svg")
    root = ElementTree.parse(path).getroot()
    space = "{http://www.w3.org/2000/svg}"
    texts = [text.text for text in root.iter(f"{space}text")]
    for word in ("Espaço", "Económico", "Area", "bergamot-en-pt. Foveate."):
        assert word in texts
    assert not list(root.iter(f"{space}image"))
    assert "Helvetica" in root.attrib["font-family"]
    shown = page.context.new_page()
    shown.set_content(path.read_text())
    boxes = shown.evaluate(
        """() => { const svg = document.querySelector('svg').getBoundingClientRect();
          return [...document.querySelectorAll('text')].filter(text => {
            const box = text.getBoundingClientRect();
            return box.left < svg.left || box.right > svg.right || box.bottom > svg.bottom;
          }).map(text => text.textContent); }"""
    )
    assert boxes == []


def test_the_png_is_the_same_figure_and_crisp(open_page: OpenPage) -> None:
    page = opened(open_page, color_scheme="dark")
    image = Image.open(taken(page, "png")).convert("RGB")
    assert image.width > 1000
    assert image.getpixel((2, 2)) == (255, 255, 255)
    colours = image.getcolors(1_000_000)
    assert colours is not None
    assert len(colours) > 20


@pytest.mark.parametrize(
    "path", ["/sentence?site=encoder.2.self&head=5&view=ribbons", "/sentence?task=read&level=token"]
)
def test_the_live_view_is_taken_away_as_it_is_looked_at(open_page: OpenPage, path: str) -> None:
    page = opened(open_page, path)
    file = taken(page, "html")
    expect(page.locator("#said")).to_contain_text("Saved all layers and heads: ")
    saved = page.context.browser.new_page()  # type: ignore[union-attr]
    wrong: list[str] = []
    saved.on("pageerror", lambda error: wrong.append(str(error)))
    saved.set_content(file.read_text())
    expect(caption(saved)).to_have_text(caption(page).inner_text())
    drawn = "ribbons" if "ribbons" in path else "figure"
    expect(saved.locator(f"#passage [data-part={drawn}]")).to_be_visible()
    saved.close()
    assert wrong == []


@pytest.mark.parametrize(
    "path",
    [
        "/sentence?level=token",
        "/sentence?level=token&site=encoder.1.self&head=2",
        "/sentence?task=pair",
        "/sentence?task=read&level=token&head=1",
    ],
)
def test_the_copied_calls_give_the_same_numbers(open_page: OpenPage, path: str) -> None:
    text = quote('It\'s the "black" cat’s $HOME & `red` mat.')
    page = opened(open_page, f"{path}#text={text}&target={quote('É o gato.')}")
    shown = np.load(taken(page, "npy"))
    run = subprocess.run(
        ["bash", "-c", clipboard(page, "curl")], capture_output=True, check=True, timeout=60
    )
    body = json.loads(run.stdout)
    scope: dict[str, Any] = {}
    exec(clipboard(page, "python"), scope)  # what a user pastes
    # Each runs the model again: sums on more or fewer cores differ in the last digits.
    pair = "pair" in path
    expected = np.array(body["strengths" if pair else "weights"], "float32")
    np.testing.assert_allclose(scope["weights"], expected, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(shown[:-1, :-1] if pair else shown, expected, rtol=1e-3, atol=1e-6)


def test_a_link_is_a_view_and_its_text_stays_in_the_browser(open_page: OpenPage) -> None:
    page = opened(open_page)
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    page.fill("#text", "The secret zebra sleeps.")
    page.click("#run")
    expect(page.locator(f"#passage {SOURCE}")).to_contain_text("zebra")
    settled(page)
    radio(page, "view", "ribbons")
    slide(page, "#threshold", 55)
    link = clipboard(page, "link")
    assert unquote(link.split("#")[1].replace("+", " ")) == "text=The secret zebra sleeps."
    other = opened(open_page, link[link.index("/sentence") :])
    expect(other.locator(f"#passage {SOURCE}")).to_contain_text("zebra")
    expect(other.locator("#threshold")).to_have_value("55")
    expect(other.locator("[data-part=ribbons]")).to_be_visible()
    assert not [url for url in urls if "zebra" in url.split("#")[0]]


STALLED = """(() => {
  const real = window.fetch;
  const first = () => {
    let ended = false;
    const end = (chunk) => chunk.findIndex((byte, at) => byte === 10 && chunk[at + 1] === 10);
    return new TransformStream({
      transform: (chunk, on) => {
        const at = ended ? 0 : end(chunk);
        on.enqueue(at < 0 ? chunk : chunk.slice(0, ended ? 0 : at + 2));
        ended ||= at >= 0;
      },
      flush: () => new Promise(() => {}),
    });
  };
  window.fetch = async (url, ...rest) => {
    const answer = await real(url, ...rest);
    if (!String(url).includes("/translations/")) return answer;
    return new Response(answer.body.pipeThrough(first()), answer);
  };
})()"""  # of a translation the first event comes, and then no more


def test_a_link_needs_no_weights_and_the_rest_says_that_it_does(
    open_page: OpenPage, site: str
) -> None:
    page = opened(open_page)
    page.add_init_script(STALLED)
    page.goto(f"{site}/sentence?view=ribbons#text=The secret zebra sleeps.")
    expect(page.locator(f"#passage {SOURCE}")).to_contain_text("zebra")
    page.click("[data-take=csv]")
    expect(page.locator("#said")).to_have_text("There are no weights to take away yet.")
    link = clipboard(page, "link")
    assert "view=ribbons" in link
    assert "zebra" in link
