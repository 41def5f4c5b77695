"""The glossary: what is marked is explained, in every language, and nothing is there for nobody."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from foveate.app.pages.glossary import Terms, glossary, languages, marked_in
from tests.photos import ROOT

STUDIOS = ["/", "/gates", "/video", "/sentence", "/lab", "/lab/sentence", "/lab/vision"]
PAGES = [*STUDIOS, "/models", "/docs"]


def texts(folder: str, pattern: str) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in (ROOT / folder).rglob(pattern)]


def marked() -> set[str]:
    """Names of the words that templates, lessons and scripts mark."""
    scripts = ROOT / "static" / "js"
    names = {name for path in scripts.rglob("*.js")
             for name in marked_in(path.relative_to(scripts).as_posix())}  # fmt: skip
    for page in texts("templates", "*.html"):
        names |= set(re.findall(r'\bterms\("([^"]+)"', page))
    for lesson in texts("templates", "*.md"):
        names |= set(re.findall(r"\]\(term:([^)]+)\)", lesson))
    return names


def test_every_word_that_is_marked_is_explained_and_every_explained_one_is_marked() -> None:
    assert marked() == set(glossary("en"))


def test_every_language_explains_the_same_words_shortly() -> None:
    assert {"en", "pt"} <= set(languages())
    for language in languages():
        entries = glossary(language)
        assert list(entries) == list(glossary("en")), language
        for name, entry in entries.items():
            assert 20 < len(entry.words) < 260, (language, name)
            assert entry.words[0].isupper(), (language, name)
            assert entry.words[-1] == ".", (language, name)
            assert (
                bool(entry.url) == (re.search(r"\d{4}$", entry.source) is not None) or not entry.url
            )
    own = [
        name for name in glossary("pt") if glossary("pt")[name].words == glossary("en")[name].words
    ]
    assert own == []


def test_a_word_is_marked_once_and_a_source_goes_with_its_meaning() -> None:
    terms = Terms("pt")
    first = terms("entropy", "a <entropia>")
    assert 'popovertarget="term-entropy"' in first
    assert 'aria-describedby="term-entropy"' in first
    assert "a &lt;entropia&gt;</button>" in first
    assert terms("entropy") == "entropia"
    explained = terms.explained()
    assert 'id="term-entropy" role="tooltip" popover lang="pt"' in explained
    assert "<cite>Shannon 1948</cite>" in explained
    with pytest.raises(KeyError, match="entropie"):
        terms("entropie")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_explains_what_it_and_its_scripts_mark(client: TestClient, path: str) -> None:
    page = client.get(path).text
    buttons = re.findall(r'popovertarget="term-([^"]+)"', page)
    explained = re.findall(r'class="explained" id="term-([^"]+)"', page)
    assert len(buttons) == len(set(buttons)), "a word is marked once"
    assert set(buttons) <= set(explained)
    assert len(explained) == len(set(explained))
    if path in STUDIOS:
        assert len(buttons) >= 3
    for whole in re.findall(
        r"<(?:a|button|label)\b[^>]*>(?:(?!</(?:a|button|label)>).)*", page, re.S
    ):
        assert whole.count('class="term"') <= whole.startswith('<button type="button" class="term"')


def test_a_script_s_words_are_explained_where_it_is_loaded(client: TestClient) -> None:
    assert marked_in("pages/gates/page.js") == ("iou", "psnr")
    assert 'id="term-psnr"' in client.get("/gates").text
    assert 'id="term-psnr"' not in client.get("/video").text
