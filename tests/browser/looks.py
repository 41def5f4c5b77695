"""Whether a page can be used by everybody, at any width, light and dark."""

from __future__ import annotations

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

# Cumulative layout shift since the page was opened (web.dev/cls).
SHIFTS = """() => new Promise(resolve => {
  const found = [];
  new PerformanceObserver(list => found.push(...list.getEntries()))
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => resolve(found.reduce((sum, entry) => sum + entry.value, 0)), 300);
})"""


def check_looks(page: Page) -> None:
    """axe finds nothing, and nothing is wider than the window; the page is opened once for all."""
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.wait_for_timeout(100)
            found = Axe().run(page)
            assert found.violations_count == 0, f"{width} {scheme}: {found.generate_report()}"
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"the page is {wide} pixels too wide at {width}"
