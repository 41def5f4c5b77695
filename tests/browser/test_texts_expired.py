"""Traces of texts that have expired while somebody looks at them: made again, without a word."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.lab import done, link
from tests.browser.sentences import caption, place, settled
from tests.serving import serve

GONE = 3300  # milliseconds


@pytest.fixture(scope="module")
def forgetful() -> Iterator[str]:
    """The address of a server that keeps a trace for three seconds."""
    yield from serve({"FOVEATE_TRACE_SECONDS": "3"})


def test_a_sentences_trace_is_made_again_by_itself(browser: Browser, forgetful: str) -> None:
    page = browser.new_page()
    page.goto(f"{forgetful}/sentence?step=5")
    settled(page)
    page.wait_for_timeout(GONE)
    page.select_option("#site", label="encoder layer 1, self-attention")
    expect(caption(page)).to_contain_text("encoder layer 1")
    expect(page.locator("#problem")).to_be_hidden()
    page.select_option("#site", label="decoder layer 2, cross-attention")
    expect(place(page)).to_have_text("step 5 of 15")
    page.wait_for_timeout(GONE)
    page.click("#steps-on")
    expect(page.locator(".steps-table")).to_be_visible()
    expect(page.locator(".steps [role=alert]")).to_be_hidden()
    page.close()


def test_the_labs_traces_are_made_again_by_themselves(browser: Browser, forgetful: str) -> None:
    page = browser.new_page()
    page.goto(forgetful + link())
    done(page)
    models = page.locator("#encoder select option")
    expect(models).not_to_have_count(0)
    page.wait_for_timeout(GONE)
    last = models.last.get_attribute("value")
    with page.expect_response(re.compile("outputs/states.*")) as gone:
        page.select_option("#encoder select", last)
    assert gone.value.status == 410
    with page.expect_response(re.compile("outputs/states.*")) as again:
        done(page)
    assert again.value.status == 200
    expect(page.locator("#problem")).to_be_hidden()
    page.close()
