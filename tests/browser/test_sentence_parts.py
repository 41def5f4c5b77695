"""The beam tree and the heads grid, mounted over real traces as a page mounts them."""

from __future__ import annotations

import json
import re
import urllib.request
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from foveate.models.catalog.catalog import Catalog
from foveate.models.weights.locate import is_cached
from tests.browser.conftest import OpenPage, until
from tests.browser.looks import check_looks

TEXT = "The spirit is willing but the flesh is weak."
MOUNT = """async ([part, trace, more]) => {
  const base = document.querySelector('link[href*="/assets/"]').href.split('css/')[0];
  const place = document.querySelector('main');
  const title = document.createElement('h1');
  title.textContent = part;
  const element = document.createElement('section');
  place.replaceChildren(title, element);
  window.chosen = [];
  window.problems = [];
  const { drawBeams } = await import(base + 'js/parts/beams/beams.js');
  const { drawHeads, weightsOfTrace } = await import(base + 'js/parts/heads/heads.js');
  const { parseTable } = await import(base + 'js/math/colour.js');
  if (part === 'beams') {
    const { nodes: tree, path } = trace.beam;
    drawBeams(element, {tree, path, onChoose: (index, all) => window.chosen.push([index, all])});
    return;
  }
  const tables = await (await fetch('/static/colormaps.json')).json();
  const sites = trace.sites.filter((site) => site.kind === more.kind);
  window.view = drawHeads(element, {
    sites, chosen: null, aligner: trace.alignment ?? null, table: parseTable(tables.grey),
    weightsOf: weightsOfTrace(trace.id),
    onChoose: (head) => window.chosen.push(head),
    onProblem: (error) => window.problems.push(String(error)),
  });
  await window.view.done;
}"""


def post(site: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    content = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{site}/api/v1{path}", json.dumps(body).encode(), content)
    with urllib.request.urlopen(request) as answer:
        return dict(json.load(answer))


@pytest.fixture(scope="module")
def beam(site: str) -> dict[str, Any]:
    return post(site, "/translations/traces", {"text": TEXT, "beam": 3})


def mounted(
    open_page: OpenPage, part: str, trace: dict[str, Any], more: dict[str, Any], **options: Any
) -> Page:
    page = open_page("/models", ready=False, **options)
    page.evaluate(MOUNT, [part, trace, more])
    return page


def test_every_hypothesis_is_drawn_with_its_state(
    open_page: OpenPage, beam: dict[str, Any]
) -> None:
    page = mounted(open_page, "beams", beam, {})
    nodes, path = beam["beam"]["nodes"], beam["beam"]["path"]
    assert page.locator(".beam-node").count() == len(nodes)
    for state in ("kept", "pruned", "finished"):
        expected = sum(node["state"] == state for node in nodes)
        assert page.locator(f".beam-node.{state}").count() == expected > 0
    assert page.locator(".beam-node.best").count() == len(path)
    expect(page.locator(".beam-said")).to_contain_text(beam["target"]["text"])
    last = nodes[path[-1]]["normalised"]
    expect(page.locator(".beam-said")).to_contain_text(f"normalised −{abs(last):.2f}, finished")
    items = page.locator("ol[aria-label^=Hypotheses] li")
    ends = sum(node["state"] == "finished" for node in nodes)
    assert items.count() >= ends
    expect(items.first).to_contain_text(f"{beam['target']['text']} (the translation)")


def test_the_path_not_taken_is_read_under_the_pointer(
    open_page: OpenPage, beam: dict[str, Any]
) -> None:
    page = mounted(open_page, "beams", beam, {})
    nodes = beam["beam"]["nodes"]
    index = next(i for i, n in enumerate(nodes) if n["state"] == "pruned" and n["step"] == 1)
    page.locator(f"[data-index='{index}']").hover()
    first = nodes[nodes[index]["parent"]]["token"]["text"]
    words = f"“{first}{nodes[index]['token']['text']}”".replace("▁", " ").replace("“ ", "“")
    score = f"score −{abs(nodes[index]['score']):.2f}"
    expect(page.locator(".beam-said")).to_contain_text(f"{words}: {score}")
    expect(page.locator(".beam-said")).to_contain_text("pruned")
    page.mouse.move(5, 5)
    expect(page.locator(".beam-said")).to_contain_text(beam["target"]["text"])


def test_the_tree_is_walked_by_keyboard(open_page: OpenPage, beam: dict[str, Any]) -> None:
    page = mounted(open_page, "beams", beam, {})
    assert page.locator(".beam-node[tabindex='0']").count() == 1
    page.locator(".beam-node[tabindex='0']").focus()
    for key in ("ArrowRight", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    index, chain = page.evaluate("window.chosen[0]")
    nodes = beam["beam"]["nodes"]
    assert nodes[index]["step"] == 1
    assert chain == [nodes[index]["parent"], index]
    assert index != beam["beam"]["path"][1]
    label = page.locator(f"[data-index='{index}']").get_attribute("aria-label")
    assert label is not None
    assert re.search(r"step 2, probability .*, score .*, normalised", label)


def thumbnail(page: Page, name: str) -> np.ndarray:
    """The red of every pixel of a thumbnail: in the grey table, its weight."""
    rows = page.locator(f"[role=gridcell][aria-label^='{name}'] canvas").evaluate(
        """canvas => {
          const {width, height} = canvas;
          const {data} = canvas.getContext('2d').getImageData(0, 0, width, height);
          return Array.from({length: height}, (_, y) =>
            Array.from({length: width}, (_, x) => data[4 * (y * width + x)]));
        }"""
    )
    return np.array(rows)


def check_thumbnail(page: Page, site: str, trace: str, name: str, head: str) -> np.ndarray:
    """A thumbnail's pixels and entropy against the server's weights, which it returns."""
    assert page.evaluate("window.problems") == []
    with urllib.request.urlopen(f"{site}/api/v1/traces/{trace}/weights?{head}") as answer:
        expected = np.array(json.load(answer)["weights"])
    found = thumbnail(page, name)
    assert found.shape == expected.shape
    with urllib.request.urlopen(f"{site}/static/colormaps.json") as answer:
        digits = json.load(answer)["grey"]
    levels = np.array([int(digits[6 * i : 6 * i + 2], 16) for i in range(256)])
    np.testing.assert_allclose(found, levels[(expected / expected.max() * 255).astype(int)], atol=3)
    bits = -(expected * np.log2(np.maximum(expected, 1e-30))).sum(1).mean()
    cell = page.locator(f"[role=gridcell][aria-label^='{name}']")
    note = cell.locator(".heads-note").inner_text()
    assert float(note.removesuffix(" bits")) == pytest.approx(bits, abs=0.06)
    return expected


@pytest.mark.parametrize(
    ("kind", "name", "head"),
    [
        ("cross", "layer 2, head 3", "site=decoder.2.cross&head=3"),
        ("self", "layer 4, head 1", "site=encoder.4.self&head=1"),
    ],
)
def test_a_thumbnail_is_its_heads_matrix(
    open_page: OpenPage, site: str, beam: dict[str, Any], kind: str, name: str, head: str
) -> None:
    page = mounted(open_page, "heads", beam, {"kind": kind})
    check_thumbnail(page, site, beam["id"], name, head)


def test_a_causal_heads_thumbnail_is_masked(open_page: OpenPage, site: str) -> None:
    card = Catalog()["smollm2-135m"]
    if not is_cached(card.name, card.source):
        pytest.skip("smollm2-135m is optional and not fetched here")
    trace = post(site, "/sentences/traces", {"text": TEXT, "model": card.name})
    page = mounted(open_page, "heads", trace, {"kind": "self"})
    found = check_thumbnail(page, site, trace["id"], "layer 7, head 2", "layer=7&head=2")
    assert not np.triu(found, 1).any()


def test_the_guided_head_is_first_and_named(open_page: OpenPage, beam: dict[str, Any]) -> None:
    page = mounted(open_page, "heads", beam, {"kind": "cross"})
    first = page.get_by_role("gridcell").first
    expect(first).to_contain_text("guided")
    assert beam["alignment"]["site"] == "decoder.2.cross"
    label = first.get_attribute("aria-label")
    assert label is not None
    assert label.startswith("layer 2, head 0, guided by word alignment")
    expect(page.get_by_role("gridcell")).to_have_count(16)


def test_the_grid_is_one_stop_and_arrows_move_in_it(
    open_page: OpenPage, beam: dict[str, Any]
) -> None:
    page = mounted(open_page, "heads", beam, {"kind": "self"})
    assert page.locator("[role=gridcell][tabindex='0']").count() == 1
    page.locator("[role=gridcell][tabindex='0']").focus()
    for key in ("ArrowDown", "ArrowDown", "End", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    assert page.evaluate("window.chosen") == [{"site": "encoder.3.self", "head": 6}]
    chosen = page.locator("[role=gridcell][aria-selected=true]")
    expect(chosen).to_have_count(1)
    expect(chosen).to_be_focused()


def test_a_text_of_hundreds_of_tokens_is_thinned_out(open_page: OpenPage, site: str) -> None:
    trace = post(site, "/sentences/traces", {"text": " ".join([TEXT] * 30)})
    assert len(trace["text"]["tokens"]) > 300
    page = mounted(open_page, "heads", trace, {"kind": "self"})
    assert page.evaluate("window.problems") == []
    assert page.get_by_role("gridcell").count() == 72
    assert thumbnail(page, "layer 6, head 11").shape == (64, 64)


def test_a_trace_that_is_gone_is_a_problem_in_words(
    open_page: OpenPage, beam: dict[str, Any]
) -> None:
    page = mounted(open_page, "heads", beam | {"id": "0" * 32}, {"kind": "self"})
    until(page, "window.problems.length === 1")
    assert "0000" in page.evaluate("window.problems[0]")


@pytest.mark.parametrize("part", ["beams", "heads"])
def test_axe_finds_nothing(open_page: OpenPage, beam: dict[str, Any], part: str) -> None:
    # axe puts its own script into the page
    page = mounted(open_page, part, beam, {"kind": "cross"}, bypass_csp=True)
    check_looks(page)
