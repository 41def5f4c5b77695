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


# A scheme changes colours alone: what axe says of names and roles it has said in the light.
RULES: dict[str, dict[str, list[str]]] = {
    "light": {},
    "dark": {"runOnly": ["color-contrast", "link-in-text-block"]},
}


def check_schemes(page: Page) -> None:
    """axe finds nothing in what is shown now, light and dark."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(100)
        found = Axe().run(page, options={"resultTypes": ["violations"]} | RULES[scheme])
        size = page.viewport_size
        assert found.violations_count == 0, f"{size} {scheme}: {found.generate_report()}"


def check_looks(page: Page) -> None:
    """axe finds nothing, and nothing is wider than the window; the page is opened once for all."""
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        check_schemes(page)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"the page is {wide} pixels too wide at {width}"
