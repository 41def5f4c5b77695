"""The chapters on encoders, decoders and transformers: their live parts, questions, and a phone."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.conftest import OpenPage

SEVENTH = ("waydown", "cutskips", "patchembedding")
EIGHTH = (
    *("headspecialties", "sinusoidpositions", "learnedpositions", "shuffledpositions"),
    *("photojigsaw", "readinggrowth", "reachable", "placesgrowth"),
)


def show(page: Page, names: tuple[str, ...]) -> None:
    for name in names:
        live = page.locator(f"[data-live={name}]").first
        live.scroll_into_view_if_needed()
        page.wait_for_selector(f"[data-live={name}]:is([data-state=ready], [data-state=failed])")
        assert live.get_attribute("data-state") == "ready", live.inner_text()


def answer(page: Page, part: str) -> str:
    """What the model says to the question that a part answers, guessed at first."""
    form = page.locator(f".asking:has([data-live={part}]) form").first
    form.locator("input[type=radio]").first.check()
    form.locator("button").click()
    told = ":is([data-state=right], [data-state=wrong])"
    page.wait_for_selector(f".asking:has([data-live={part}]) form{told}")
    return form.locator(".verdict").inner_text()


def test_patches_become_tokens_and_skips_are_cut(open_page: OpenPage) -> None:
    page = open_page("/learn/encoder-decoder?lang=en", ready=False)
    show(page, SEVENTH)
    patch = page.locator("[data-live=patchembedding]").first
    assert "row 4, column 8" in patch.inner_text()
    patch.locator("canvas.pointed").press("ArrowRight")
    page.wait_for_selector("[data-live=patchembedding] :text('row 4, column 9')")
    assert patch.locator(".planes canvas").count() == 3
    assert "588 numbers go in, 384 come out" in answer(page, "patchembedding")
    assert page.locator("[data-live=cutskips]").first.locator("figure").count() == 5


def test_a_transformer_without_positions_sees_a_bag(open_page: OpenPage) -> None:
    phone = {"width": 360, "height": 800}
    page = open_page("/learn/transformers?lang=pt", ready=False, viewport=phone)
    show(page, EIGHTH)
    assert page.locator("html").get_attribute("lang") == "pt"
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert "cosseno 1,000" in page.locator("[data-live=photojigsaw]").first.inner_text()
    reach = page.locator("[data-live=reachable]").first
    told = reach.locator("figcaption").all_inner_texts()
    assert ["196 de 196" in told[0], "49 de 196" in told[1], "49 de 49" in told[3]] == [True] * 3
    reach.locator("canvas").first.press("ArrowUp")
    page.locator("button[data-set='measure=multiplications']").click()
    page.wait_for_selector("[data-live=readinggrowth] :text('Transformer: 2,3')")
    assert "7 × 7" in answer(page, "reachable")
