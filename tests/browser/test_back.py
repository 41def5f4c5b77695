"""Back returns to what was opened, however soon after that something was chosen."""

from __future__ import annotations

import pytest

from tests.browser.conftest import OpenPage, until

# As soon as `shown` holds, in the same breath, before the page has come to rest.
AT_ONCE = """
addEventListener("DOMContentLoaded", () => {
  const watch = new MutationObserver(() => {
    const button = document.querySelector(`PRESSED`);
    if (!button || !(SHOWN)) return;
    watch.disconnect();
    button.click();
  });
  const all = { subtree: true, childList: true, attributes: true, characterData: true };
  watch.observe(document, all);
});
"""
AFTER_BACK = """
addEventListener("popstate", () => setTimeout(() => {
  document.querySelector(`PRESSED`).click();
  document.body.dataset.wentBack = "1";
}), { once: true });
history.back();
"""
AT_REST = "document.querySelector('#progress').hidden"

PAGES = [
    pytest.param(
        "/?sample=cat&layer=3",
        "document.querySelector('#panel [data-state=ready]')",
        "#layers button:nth-child(7)",
        "layer=7",
        id="photo",
    ),
    pytest.param(
        "/gates?set=decoder.3.channel~closed&cut=skip.2",
        "document.querySelector('#difference').textContent",
        "input[name=show][value=mask]",
        "show=mask",
        id="gates",
    ),
    pytest.param(
        "/video?site=encoder.3.self",
        "document.querySelector('#heads-of').textContent.includes('layer')",
        "#layers button:nth-child(6)",
        "site=encoder.6.self",
        id="video",
    ),
    pytest.param(
        "/lab/streets?models=streets-unet,streets-attention-unet",
        "document.querySelector('#lanes[aria-busy=false] .street-map')",
        "#legend tbody tr:nth-child(2) button",
        "lit=",
        id="streets",
    ),
]


@pytest.mark.usefixtures("street_models")
@pytest.mark.parametrize(("path", "shown", "pressed", "named"), PAGES)
def test_what_is_chosen_at_once_is_a_step(
    open_page: OpenPage, path: str, shown: str, pressed: str, named: str
) -> None:
    page = open_page(path, ready=False)
    until(page, f"({shown}) && {AT_REST}")
    opened = path.partition("?")[2]
    chosen, back = (f"location.search.includes('{text}')" for text in (named, opened))
    page.add_init_script(
        AT_ONCE.replace("PRESSED", pressed).replace("SHOWN", f"({shown}) && {AT_REST}")
    )
    page.reload()
    until(page, chosen)
    page.evaluate(AFTER_BACK.replace("PRESSED", pressed))
    until(page, f"document.body.dataset.wentBack && {chosen}")
    page.go_back()
    until(page, back)
