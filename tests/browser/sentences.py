"""What the tests of the sentence studio share: opening it, and its parts by name."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage, until

AREA = "The agreement on the European Economic Area was signed in August 1992."
LONG = "The committee met again in the spring to talk about the new road and the old bridge. " * 20
SOURCE, TARGET = "[data-part=source]", "[data-part=target]"
TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def opened(open_page: OpenPage, path: str = "/sentence", **options: Any) -> Page:
    page = open_page(path, ready=False, **options)
    settled(page)
    return page


def settled(page: Page) -> None:
    """Until what was asked for is on the page, weights and all: for the frame in which the last
    step of a stream gives way to its trace, the figure is still that of the step.
    """
    for _ in range(2):
        until(page, "!document.querySelector('#passage [data-part=figure]').hidden")
        until(page, "document.querySelector('#views').getAttribute('aria-busy') === 'false'")
        page.evaluate(TWO_FRAMES)


def unit(page: Page, line: str, text: str) -> Locator:
    return page.locator(f"#passage {line} .unit", has_text=re.compile(f"^{re.escape(text)}$")).first


def caption(page: Page) -> Locator:
    return page.locator("#passage [data-part=caption]")


def place(page: Page) -> Locator:
    return page.locator("#passage [data-part=place]")


def lit(page: Page, line: str) -> list[str]:
    return page.locator(f"#passage {line} .on").all_inner_texts()


def slide(page: Page, selector: str, value: int) -> None:
    page.locator(selector).fill(str(value))


def radio(page: Page, name: str, value: str) -> None:
    page.locator(f'input[name={name}][value="{value}"]').check(force=True)


def clipboard(page: Page, what: str) -> str:
    page.click(f"[data-copy={what}]")
    expect(page.locator("#said")).to_have_text("Copied.")
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def taken(page: Page, kind: str) -> Path:
    with page.expect_download() as download:
        page.click(f"[data-take={kind}]")
    assert download.value.suggested_filename.endswith(f".{kind}")
    return Path(download.value.path())


def asked(site: str, path: str, body: dict[str, Any]) -> Any:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{site}/api/v1/{path}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)
