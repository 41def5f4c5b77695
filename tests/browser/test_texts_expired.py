"""Traces of texts that are gone while somebody looks at them: made again, without a word."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, expect

from tests.browser.conftest import forget
from tests.browser.lab import done, link
from tests.browser.sentences import caption, place, settled


def test_a_sentences_trace_is_made_again_by_itself(browser: Browser, forgetful: str) -> None:
    page = browser.new_page()
    page.goto(f"{forgetful}/sentence?step=5")
    settled(page)
    forget(forgetful)
    page.select_option("#site", label="encoder layer 1, self-attention")
    expect(caption(page)).to_contain_text("encoder layer 1")
    expect(page.locator("#problem")).to_be_hidden()
    page.select_option("#site", label="decoder layer 2, cross-attention")
    expect(place(page)).to_have_text("step 5 of 15")
    forget(forgetful)
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
    forget(forgetful)
    last = models.last.get_attribute("value")
    with page.expect_response(re.compile("outputs/states.*")) as gone:
        page.select_option("#encoder select", last)
    assert gone.value.status == 410
    with page.expect_response(re.compile("outputs/states.*")) as again:
        done(page)
    assert again.value.status == 200
    expect(page.locator("#problem")).to_be_hidden()
    page.close()
