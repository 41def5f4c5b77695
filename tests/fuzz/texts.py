"""Whatever text comes: it is read, or refused with a sentence, and nothing of it is lost."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from foveate.app.hosts import host_of, is_loopback, origin_of
from foveate.app.runtime.visits import client_of
from foveate.app.wire.sheet import csv_of
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.errors import InputError
from foveate.models.inputs import text as texts
from foveate.models.inputs.sentences import sentences
from foveate.models.site import parse_head
from tests.fuzz.counts import Counts

# All of Unicode; what texts are mostly made of; and the pieces on which rules turn.
PIECES = st.sampled_from(
    ["n.º 5", "S. Paulo", "art. 5.º", "…", "?!", "\n\n", "\n- ", "1) ", "’", "e\u0301", "\u200d",
     "👨‍👩‍👧", "🇵🇹", "שלום", "مرحبا", "我。", "\u202e", "\ufeff", "\x00", "\u0303", "=1+1", "U.S.",
     "\ud800", "ﬁ", "\u2028", "don't", "3.50", "a_b", "  "]
)  # fmt: skip
PROSE = st.text("abcdeÁçñ .,;:!?'\"-\n0123ABC", max_size=40)
TEXTS = st.lists(st.one_of(PIECES, PROSE, st.text(max_size=20)), max_size=12).map("".join)


def check_clean(text: str) -> None:
    """Cleaned twice is cleaned once, and nothing that is not seen is left."""
    found = texts.clean(text)
    assert texts.clean(found) == found
    assert found == found.strip() != ""
    assert not any(texts.unicodedata.category(c) == "Cc" for c in found if c != "\n")


def check_sentences(text: str) -> None:
    """Splitting loses no letter and gives no empty sentence, in any language."""
    found = texts.clean(text)
    for language in ("en", "pt"):
        parts = sentences(found, language)
        assert all(part.strip() for part in parts)
        assert "".join("".join(parts).split()) == "".join(found.split())


def check_words(text: str) -> None:
    """Words lie in the text, one after another, and hold all that is no space."""
    found = texts.clean(text)
    spans = texts.word_spans(found)
    assert all(first < last for first, last in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    inside = {i for first, last in spans for i in range(first, last)}
    assert not [i for i, c in enumerate(found) if i not in inside and not c.isspace()]


@cache
def _translator() -> Any:
    return load(Catalog()["bergamot-en-pt"])


def check_tokens(text: str) -> None:
    """Tokens and words of a real vocabulary lie in the text and say what stands there."""
    read = _translator().read(" ".join(texts.clean(text).split()))
    for piece in (*read.tokens, *read.words):
        assert 0 <= piece.start <= piece.end <= len(read.text)
    for word in read.words:
        assert 0 <= word.first <= word.last <= len(read.tokens)
    for token in read.tokens:
        assert token.surface == read.text[token.start : token.end]


def check_given_words(text: str) -> None:
    """Words that are given are found in what is made of them."""
    words = text.split() or ["x"]
    joined, spans = texts.joined(words, "text")
    assert len(spans) == len(words)
    assert all(joined[first:last].strip() for first, last in spans)


def check_names(text: str) -> None:
    """Hosts, origins, clients and heads: a name, or none."""
    for found in (host_of(text), origin_of(text), host_of(f"[{text}]:80")):
        assert found is None or found.name == found.name.lower()
    assert is_loopback(text) in (True, False)
    assert len(client_of(text)) <= 60
    assert parse_head(text) in ("mean", "max") or text.strip().isdigit()


def check_sheet(text: str) -> None:
    """A cell comes back as it was, and is no formula."""
    ((back,),) = csv.reader(io.StringIO(csv_of([text], []), newline=""))
    assert back in (text, f"'{text}")
    assert not back.startswith(tuple("=+-@"))


CHECKS: tuple[Callable[[str], None], ...] = (
    *(check_clean, check_sentences, check_words, check_tokens),
    *(check_given_words, check_names, check_sheet),
)


def fuzz(number: int, goes_on: Callable[[int], bool], examples: int = 100) -> Counts:
    """Every check on so many texts, again and again with other seeds while `goes_on`."""
    counts, first = Counts("texts"), number
    while goes_on(number - first):
        for check in CHECKS:
            _hold(check, number, examples, counts)
        number += 1
    return counts


def _hold(check: Callable[[str], None], number: int, examples: int, counts: Counts) -> None:
    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(TEXTS)
    def holds(text: str) -> None:
        try:
            check(text)
            counts.note("read")
        except InputError:
            counts.note("refused")

    try:
        holds()
    except Exception as error:
        notes = " ".join(getattr(error, "__notes__", []))
        counts.fail(f"{check.__name__}, seed {number}: {type(error).__name__} {error} {notes}")
