"""How fast the sentence page is in a real Chromium: typing, pointing, 512 tokens.

python -m bench.sentence_page
"""

from __future__ import annotations

import gzip
import json
import urllib.error
import urllib.request
from urllib.parse import quote

from playwright.sync_api import Page

from bench.page import SITE, fetched, open_page, spread
from bench.server import server

SENTENCE = (
    "The committee met again in the spring to talk about the new road and the old bridge, and "
)
ROUNDS = 24

# A key is pressed; the time ends when the tokens under the field have changed.
KEYSTROKE = """async words => {
  const field = document.getElementById('text');
  const tokens = document.getElementById('tokens');
  const times = [];
  for (let i = 0; i < words.length; i++) {
    const seen = new Promise(done => {
      const observer = new MutationObserver(() => { observer.disconnect(); done(); });
      observer.observe(tokens, {childList: true});
    });
    const start = performance.now();
    field.value = words.slice(0, i + 1);
    field.dispatchEvent(new InputEvent('input', {bubbles: true}));
    await seen;
    if (i >= 4) times.push(performance.now() - start);
    await new Promise(done => setTimeout(done, 30));
  }
  return times;
}"""
# Pointing is handled at once; asking for a box makes styles and layout finish.
HOVER = """async ([selector, count]) => {
  const units = [...document.querySelectorAll(`#passage ${selector} button`)];
  const times = [];
  for (let i = 0; i < count; i++) {
    const unit = units[(i * 7) % units.length];
    const start = performance.now();
    unit.dispatchEvent(new PointerEvent('pointerover', {bubbles: true}));
    document.getElementById('passage-readout').getBoundingClientRect();
    if (i >= 20) times.push(performance.now() - start);
    await new Promise(requestAnimationFrame);
  }
  return times;
}"""
# From the click to the frame after the matrix has been painted.
OPEN = """async () => {
  const canvas = document.querySelector('[data-part=matrix] canvas');
  const context = canvas.getContext('2d');
  const figure = document.querySelector('#passage [data-part=figure]');
  const line = document.querySelector('#passage [data-part=source]');
  const first = line.firstElementChild;
  const start = performance.now();
  document.getElementById('run').click();
  for (;;) {
    await new Promise(requestAnimationFrame);
    if (line.firstElementChild !== first && !figure.hidden) break;
  }
  context.getImageData(0, 0, 1, 1);
  return performance.now() - start;
}"""
SCROLL = """async () => {
  const matrix = document.querySelector('[data-part=matrix]');
  const context = matrix.querySelector('canvas').getContext('2d');
  const times = [];
  for (let i = 0; i < 120; i++) {
    const start = performance.now();
    matrix.scrollTo(i * 37, i * 41);
    matrix.dispatchEvent(new Event('scroll'));
    context.getImageData(0, 0, 1, 1);
    matrix.getBoundingClientRect();
    if (i >= 10) times.push(performance.now() - start);
    await new Promise(requestAnimationFrame);
  }
  return times;
}"""


def text_of(count: int, model: str) -> str:
    """A text of at most `count` tokens, and nearly as many."""
    words = (SENTENCE * 60).split()
    low, high = 1, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if size(" ".join(words[:middle]), model) <= count:
            low = middle
        else:
            high = middle - 1
    return " ".join(words[:low])


def size(text: str, model: str) -> int:
    body = json.dumps({"text": text, "model": model}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{SITE}/api/v1/tokens", body, headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return max(len(sentence["tokens"]) for sentence in json.load(answer)["sentences"])
    except urllib.error.HTTPError:
        return 10_000


def ready(page: Page) -> None:
    page.wait_for_selector("#passage [data-part=figure]:not([hidden])", timeout=120_000)
    page.wait_for_selector("#views[aria-busy=false]", timeout=120_000)
    page.wait_for_timeout(1000)


def time_typing(page: Page) -> None:
    page.goto(f"{SITE}/sentence")
    ready(page)
    times = page.evaluate(KEYSTROKE, "The agreement on the European Economic Area")
    print(f"keystroke to its tokens (with a rest of 50 ms): {spread(times)}")


def time_pointing(page: Page) -> None:
    text = text_of(120, "bergamot-en-pt")
    for view in ("matrix", "ribbons"):
        page.goto(f"{SITE}/sentence?level=token&view={view}#text={quote(text)}")
        page.reload()
        ready(page)
        rows = page.locator("#passage [data-part=target] button").count()
        columns = page.locator("#passage [data-part=source] button").count()
        times = page.evaluate(HOVER, ["[data-part=target]", 200])
        print(f"pointer to linked highlight, {view}, {rows} x {columns} tokens: {spread(times)}")


def time_opening(page: Page) -> None:
    text = text_of(512, "minilm")
    page.goto(f"{SITE}/sentence?task=read&level=token#text={quote('Our' + text[3:])}")
    ready(page)
    times = []
    for step in range(ROUNDS):
        page.fill("#text", "Our" + text[3:] if step % 2 else text)  # nothing is kept
        page.wait_for_timeout(400)
        times.append(page.evaluate(OPEN))
    print(f"512 tokens of MiniLM, click to view, mean of 12 heads: {spread(times[2:])}")
    print(f"scrolling them, a frame: {spread(page.evaluate(SCROLL))}")


def page_weight(page: Page) -> None:
    page.goto(f"{SITE}/sentence")
    ready(page)
    names = page.evaluate(
        "performance.getEntriesByType('resource').map(entry => new URL(entry.name).pathname)"
    )
    paths = {name for name in names if name.startswith("/assets/")}
    total = sum(len(gzip.compress(fetched(path))) for path in paths)
    print(
        f"scripts and styles of the page, compressed: {total / 1000:.1f} kB in {len(paths)} files"
    )


def main() -> None:
    with server(), open_page() as page:
        page_weight(page)
        time_typing(page)
        time_pointing(page)
        time_opening(page)


if __name__ == "__main__":
    main()
