"""How fast the page is in a real Chromium: pointer to paint, layer to paint, weight, upload.

python -m bench.page
"""

from __future__ import annotations

import gzip
import io
import re
import shutil
import statistics
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageEnhance
from playwright.sync_api import Page, sync_playwright

from bench.server import PORT, server

STATIC = Path(__file__).parent.parent / "static"
SITE = f"http://127.0.0.1:{PORT}"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
UPLOADS = 200

# A pointer move is dispatched and handled at once; reading one pixel back makes the canvas finish.
POINTER = """async () => {
  const canvas = document.querySelector('#panel canvas.stage');
  const context = canvas.getContext('2d');
  const box = canvas.getBoundingClientRect();
  const times = [];
  for (let i = 0; i < 220; i++) {
    const at = {clientX: box.left + box.width * (0.05 + 0.9 * ((i * 7) % 31) / 31),
                clientY: box.top + box.height * (0.05 + 0.9 * ((i * 5) % 23) / 23), bubbles: true};
    const start = performance.now();
    canvas.dispatchEvent(new PointerEvent('pointermove', at));
    context.getImageData(0, 0, 1, 1);
    if (i >= 20) times.push(performance.now() - start);
    await new Promise(requestAnimationFrame);
  }
  return times;
}"""
LAYER = """async () => {
  const context = document.querySelector('#panel canvas.stage').getContext('2d');
  const times = [];
  for (let i = 0; i < 20; i++) {
    const button = document.querySelector(`#layers button[data-key="${12 - (i % 2)}"]`);
    const start = performance.now();
    button.click();
    context.getImageData(0, 0, 1, 1);
    if (i >= 4) times.push(performance.now() - start);
    await new Promise(done => setTimeout(done, 60));
  }
  return times;
}"""


# From the file's arrival in the page to the frame after its heatmap has been drawn.
WATCH = """() => {
  const progress = document.getElementById('progress');
  window.painted = new Promise(done => {
    let start;
    document.getElementById('file').addEventListener('change', () => { start = performance.now(); },
      {capture: true, once: true});
    const seen = new MutationObserver(() => {
      if (start === undefined || !progress.hidden) return;
      seen.disconnect();
      requestAnimationFrame(() => done(performance.now() - start));
    });
    seen.observe(progress, {attributes: true});
  });
}"""


def spread(times: list[float]) -> str:
    high = statistics.quantiles(times, n=20)[-1]
    return f"median {statistics.median(times):.1f} ms, 95th percentile {high:.1f} ms"


@contextmanager
def open_page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(
            executable_path=found, args=[*FLAGS, "--js-flags=--expose-gc"]
        )
        yield browser.new_page(viewport={"width": 1280, "height": 900})
        browser.close()


def ready(page: Page) -> None:
    page.wait_for_selector("#panel [data-state=ready]")
    page.wait_for_selector("#plot circle")
    page.wait_for_timeout(1500)


def time_pointer(page: Page) -> None:
    for resolution in (448, 644):
        page.goto(f"{SITE}/?sample=astronaut&resolution={resolution}")
        ready(page)
        print(f"pointer to paint at {resolution} px: {spread(page.evaluate(POINTER))}")
        print(f"layer to paint at {resolution} px: {spread(page.evaluate(LAYER))}")


def page_weight() -> None:
    """What the page names in its head: its scripts with all they import, and its styles."""
    with urllib.request.urlopen(SITE) as answer:
        named = re.findall(r'href="(/assets/\w+/[^"]+\.(?:js|css))"', answer.read().decode())
    total = sum(len(gzip.compress(fetched(path))) for path in named)
    print(f"scripts and styles, compressed: {total / 1000:.1f} kB in {len(named)} files")


def fetched(path: str) -> bytes:
    with urllib.request.urlopen(SITE + path) as answer:
        found: bytes = answer.read()
    return found


def photos() -> Iterator[bytes]:
    image = Image.open(STATIC / "samples" / "coffee.jpg").convert("RGB")
    for step in range(10_000):
        buffer = io.BytesIO()
        ImageEnhance.Brightness(image).enhance(0.6 + step / 5000).save(buffer, "JPEG")
        yield buffer.getvalue()


def upload(page: Page, data: bytes) -> tuple[float, float]:
    """Seconds from choosing the file to its painted heatmap, and the server's own total."""
    file = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": data}
    page.evaluate(WATCH)
    with page.expect_response("**/images/traces") as found:
        page.set_input_files("#file", file)
    whole: float = page.evaluate("window.painted")
    return whole / 1000, found.value.json()["timings"]["total_ms"] / 1000


def time_uploads(page: Page) -> None:
    page.goto(f"{SITE}/?sample=coffee&resolution=448")
    ready(page)
    pairs = [upload(page, data) for data, _ in zip(photos(), range(12), strict=False)]
    ratios = [whole / server for whole, server in pairs[2:]]
    print(f"upload to heatmap over the server's own time: {statistics.median(ratios):.2f}")


def memory_over_uploads(page: Page) -> None:
    page.goto(f"{SITE}/?sample=coffee&resolution=224")
    ready(page)
    client = page.context.new_cdp_session(page)
    source = photos()

    def heap() -> float:
        client.send("HeapProfiler.collectGarbage")
        return float(client.send("Runtime.getHeapUsage")["usedSize"]) / 1e6

    sizes = []
    for count in range(UPLOADS + 1):
        if count % 50 == 0:
            page.wait_for_timeout(800)
            sizes.append(heap())
        upload(page, next(source))
    said = ", ".join(f"{size:.1f}" for size in sizes)
    print(f"heap in MB after 0, 50, ... {UPLOADS} uploads: {said}")


def main() -> None:
    with server(), open_page() as page:
        page_weight()
        time_pointer(page)
        time_uploads(page)
        memory_over_uploads(page)


if __name__ == "__main__":
    main()
