"""A real server in a process of its own, and a real Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from foveate.app.runtime.lab import streets
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import prepare
from tests.serving import serve

# Without windows it is the same engine, and a page takes half of the processor's time.
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]

HERE = Path(__file__).parent
FEW = 12 * 1024 * 1024  # bytes: of photos at 224 pixels two or three, of one at 448 less than all


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder drives a browser, whether its file says so or not."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


expect.set_options(timeout=20_000)  # a forward pass on a busy machine takes seconds


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of a server that is warm."""
    yield from serve({})


@pytest.fixture(scope="session")
def forgetful() -> Iterator[str]:
    """The address of a server that keeps a few traces, and takes small uploads alone.

    What a start makes ready it would let go of at once: none is made.
    """
    few = {"FOVEATE_TRACE_BYTES": str(FEW), "FOVEATE_UPLOAD_BYTES": "120000"}
    yield from serve(few | {"FOVEATE_WARM": "false"})


@pytest.fixture(scope="session")
def street_models() -> None:
    """The models of the street lab, with what they are built on, are at hand."""
    for name in streets(Catalog()):
        prepare(Catalog()[name])


def forget(address: str) -> None:
    """Has a forgetful server let go of all it has: this trace takes the room of all others."""
    form = {"sample": "rocket", "resolution": "448"}
    answer = httpx.post(f"{address}/api/v1/images/traces", data=form, timeout=60)
    assert answer.status_code == 201, answer.text


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        if os.environ.get("FOVEATE_TEST_BROWSER") == "required":
            pytest.fail("there is no Chromium, and this run requires the browser tests")
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield launched
        launched.close()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[OpenPage]:
    """Opens a path; afterwards the console must be clean and no request may have left the host."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def open_one(path: str = "/?sample=cat", ready: bool = True, **options: Any) -> Page:
        context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 900}, "accept_downloads": True, **options}
        )
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: m.type in ("error", "warning") and wrong.append(m.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda r: leaves(r.url, site) and wrong.append(f"left: {r.url}"))
        page.goto(site + path)
        if ready:
            page.wait_for_selector("#panel [data-state=ready]")
            page.wait_for_selector("#progress", state="hidden")
            page.wait_for_selector("#heads button")
        return page

    yield open_one
    for context in contexts:
        context.close()
    # An answer of 4xx that a test provokes is logged by Chromium itself; nothing else may be.
    assert [line for line in wrong if "Failed to load resource" not in line] == []


def until(page: Page, expression: str) -> None:
    """Waits for an expression to hold. Playwright's own wait needs eval, which the CSP forbids."""
    for _ in range(200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise TimeoutError(f"{expression} did not hold within ten seconds")


def leaves(url: str, site: str) -> bool:
    return not url.startswith((site, "data:", "blob:"))


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo as a phone makes it: eleven megapixels, on its side, with an EXIF orientation."""
    from PIL import Image

    from tests.photos import sample_image

    upright = sample_image("rocket").convert("RGB").resize((4032, 2688))
    exif = Image.Exif()
    exif[274] = 6
    path = tmp_path_factory.mktemp("photos") / "phone.jpg"
    upright.transpose(Image.Transpose.ROTATE_90).save(path, "JPEG", exif=exif)
    return path
