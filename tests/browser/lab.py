"""What the tests of the lab share: opening it, its lanes by name, and the same asked of the API."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from typing import Any

from playwright.sync_api import Locator, Page

SHORT = "Small family farms were disappearing."


def link(text: str = SHORT, target: str = "", **view: object) -> str:
    fragment = urllib.parse.urlencode({"text": text} | ({"target": target} if target else {}))
    return f"/lab/sentence?{urllib.parse.urlencode(view)}#{fragment}"


def done(page: Page) -> Page:
    page.wait_for_selector(".lane[data-drawn=true]")
    page.wait_for_timeout(100)
    page.wait_for_selector("#progress", state="hidden", timeout=60_000)
    return page


def radio(page: Page, name: str, value: str) -> None:
    page.locator(f'input[name={name}][value="{value}"]').check(force=True)


def compared(page: Page) -> list[str]:
    """The models of the page, by name."""
    lanes = page.locator(".lane")
    return [str(lane.get_attribute("id")).removeprefix("lane-") for lane in lanes.all()]


def post(site: str, **body: Any) -> dict[str, Any]:
    content = {"Content-Type": "application/json"}
    url = f"{site}/api/v1/translations/traces"
    with urllib.request.urlopen(
        urllib.request.Request(url, json.dumps(body).encode(), content)
    ) as a:
        return dict(json.load(a))


def traces(page: Page, site: str, **body: Any) -> dict[str, dict[str, Any]]:
    """What the API says of the same request, by model."""
    return {name: post(site, model=name, **body) for name in compared(page)}


def lane(page: Page, name: str) -> Locator:
    return page.locator(f"[id='lane-{name}']")


def line(page: Page, name: str, side: str = "target") -> Locator:
    return lane(page, name).locator(f"[data-part={side}]")


def words(text: dict[str, Any]) -> list[str]:
    return [word["text"] for word in text["words"]]


def pinned(page: Page, name: str) -> list[str]:
    return line(page, name, "source").locator(".pinned").all_inner_texts()
