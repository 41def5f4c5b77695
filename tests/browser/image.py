"""What the tests of the image studio do and look at."""

from __future__ import annotations

import io
import json
import urllib.request
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from foveate.app.render import table as render_table
from foveate.app.wire.choices import Colormap
from tests.browser.conftest import until

STAGE = "#panel canvas.stage"


def pixels(page: Page, canvas: str = STAGE) -> np.ndarray:
    """What is painted on a canvas."""
    url = page.eval_on_selector(canvas, "canvas => canvas.toDataURL()")
    return page_image(url)


def page_image(url: str) -> np.ndarray:
    with urllib.request.urlopen(url) as answer:
        return np.asarray(Image.open(io.BytesIO(answer.read())).convert("RGB")).astype(int)


def caption(page: Page) -> Any:
    return page.locator("#panel [data-part=caption]")


def point(page: Page, x: float, y: float) -> None:
    """Moves the pointer to a share of the stage's width and height."""
    page.locator(STAGE).scroll_into_view_if_needed()
    box = page.locator(STAGE).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])


def press(page: Page, x: float, y: float) -> None:
    point(page, x, y)
    page.mouse.down()
    page.mouse.up()


def radio(page: Page, name: str, value: str) -> None:
    page.locator(f'input[name={name}][value="{value}"]').check(force=True)


def inferno() -> np.ndarray:
    return render_table(Colormap.inferno).astype(int)


def trace_of(page: Page, sample: str) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(
        """async (sample) => {
          const form = new FormData();
          form.set('sample', sample);
          return (await fetch('/api/v1/images/traces', {method: 'POST', body: form})).json();
        }""",
        sample,
    )
    return found


def weights(site: str, trace: dict[str, Any], choice: str) -> np.ndarray:
    with urllib.request.urlopen(f"{site}/api/v1/traces/{trace['id']}/weights?{choice}") as answer:
        return np.array(json.load(answer)["weights"])


def wait_for_url(page: Page, part: str) -> str:
    until(page, f"location.href.includes({part!r})")
    return page.url
