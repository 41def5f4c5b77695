"""A real browser on a page of another site: what that posts in the background is refused."""

from __future__ import annotations

import re
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser

POST = """site => fetch(site + "/api/v1/tokens", {
  method: "POST", mode: MODE, headers: {"Content-Type": "text/plain"}, body: '{"text": "Hello."}'
}).then(answer => answer.status)"""


class Elsewhere(BaseHTTPRequestHandler):
    """A page with nothing on it."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Elsewhere</title>")

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def elsewhere() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])  # another site; another port
def test_what_a_page_elsewhere_posts_is_refused(
    browser: Browser, site: str, elsewhere: int, name: str
) -> None:
    page = browser.new_page()
    page.goto(f"http://{name}:{elsewhere}/")
    before = refused(site)
    page.evaluate(POST.replace("MODE", '"no-cors"') + ".catch(() => 0)", site)
    assert refused(site) == before + 1
    page.close()


def refused(site: str) -> float:
    """How many posts the service has refused at its door, by its metrics."""
    with urllib.request.urlopen(f"{site}/metrics") as answer:
        text = answer.read().decode()
    line = r'^foveate_requests_total\{method="POST",route="other",status="403"\} (\S+)$'
    found = re.search(line, text, re.MULTILINE)
    return float(found[1]) if found else 0


def test_what_its_own_page_posts_is_taken(browser: Browser, site: str) -> None:
    for mode in ('"cors"', '"same-origin"'):
        page = browser.new_page()
        page.goto(f"{site}/models")
        assert page.evaluate(POST.replace("MODE", mode), site) != 403
        page.close()
