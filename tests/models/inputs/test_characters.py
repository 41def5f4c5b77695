"""Characters that a vocabulary lacks: read as their equivalents, in the text's own places."""

from __future__ import annotations

import unicodedata

import pytest

from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.inputs.characters import equivalent
from foveate.models.zoo.text.bert import Bert
from foveate.models.zoo.translation.bergamot import Bergamot
from tests.models.bergamot import translated


@pytest.fixture(scope="module")
def english() -> Bergamot:
    return load(Catalog()["bergamot-en-pt"])


@pytest.fixture(scope="module")
def portuguese() -> Bergamot:
    return load(Catalog()["bergamot-pt-en"])


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("He can’t come today.", "He can't come today."),
        ("“I know,” she said – and left.", '"I know," she said - and left.'),
        ("A well‑known fact — he said.", "A well-known fact - he said."),
        ("Müller lives in Zürich.", "Muller lives in Zurich."),
        ("It has {two} parts: ٣ and ４.", "It has (two) parts: 3 and 4."),
    ],
)
def test_an_unknown_character_means_what_its_equivalent_means(
    text: str, plain: str, english: Bergamot
) -> None:
    read, expected = english.read(text), english.read(plain)
    assert read.ids == expected.ids
    assert read.text == text
    spelt = "".join(read.labels[:-1]).replace("▁", " ").strip()
    assert unicodedata.normalize("NFKC", spelt) == unicodedata.normalize("NFKC", text)
    assert "".join(token.surface for token in read.tokens if not token.special) == text
    for token, other in zip(read.tokens, expected.tokens, strict=True):
        assert (token.start, token.end) == (other.start, other.end)
    assert [word.text for word in read.words if not word.special] == [
        text[word.start : word.end] for word in read.words if not word.special
    ]
    assert translated(english, text).target.text == translated(english, plain).target.text


def test_a_negation_with_a_typographic_apostrophe_stays_one(english: Bergamot) -> None:
    assert translated(english, "He can’t come today.").target.text == "Ele não pode vir hoje."


@pytest.mark.parametrize(
    ("text", "lower"),
    [
        ("Índia e Ásia são grandes.", "índia e Ásia são grandes."),
        ("À noite chove.", "à noite chove."),
        ("A SITUAÇÃO É GRAVE.", "A Situação É GRAVE."),
        ("NÃO SEI.", "Não SEI."),
    ],
)
def test_unknown_capitals_are_read_in_lower_case(
    text: str, lower: str, portuguese: Bergamot
) -> None:
    read = portuguese.read(text)
    assert read.ids == portuguese.read(lower).ids
    assert "".join(read.labels[:-1]).replace("▁", " ").strip() == text
    assert (read.notes, any(token.unknown for token in read.tokens)) == ((), False)
    assert "".join(token.surface for token in read.tokens) == text


def test_what_is_known_is_read_as_it_is(english: Bergamot, portuguese: Bergamot) -> None:
    for model in (english, portuguese):
        for text in ("It's 5 % of “this”.", "É o Álvaro."):
            pieces = model.source_pieces
            known = [c for c in text if pieces.unk_id() not in pieces.encode(c)]
            read = model.read(text)
            fed = "".join(pieces.id_to_piece(number) for number in read.ids)
            assert {c for c in known if not c.isspace()} <= set(fed)


def test_a_target_is_read_the_same_way(english: Bergamot) -> None:
    source = english.read("He can't come.")
    for given, plain in (("“Não”, disse.", '"Não", disse.'), ("À noite.", "à noite.")):
        forced = english.force(source, english.read_target(given))
        assert forced.target.text == given
        assert [s.token.id for s in forced.steps] == english.read_target(plain).ids
        assert min(step.token.probability for step in forced.steps) > 0


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("It costs €5, €6 or £4.", ["€, £: write symbols as words, or leave them out."]),
        ("Well done 👍🏽! Great 👍🏽 👩‍👩‍👧.", ["👍🏽, 👩‍👩‍👧: leave emoji out."]),
        (
            "Hello 我, Привет",
            ["我, П, р, и, в, е, т: is the text in a language it was trained on?"],
        ),
        ("Half: ½.", ["½: write symbols as words, or leave them out."]),
        ("The Hauptstraße.", ["ß: spell these words in other letters."]),
        ("A jalapeño by Müller.", ["ñ, ü: read as n, u."]),
        ("He can’t — “he” said…", []),
        ("It's all known.", []),
    ],
)
def test_every_unknown_character_is_named_once_with_advice_that_fits(
    text: str, notes: list[str], english: Bergamot
) -> None:
    expected = tuple(f"The model's vocabulary lacks {note}" for note in notes)
    assert english.read(text).notes == expected


def test_an_encoder_names_what_it_lacks_too() -> None:
    minilm: Bert = load(Catalog()["minilm"])
    (note,) = minilm.read("I like 喜 and 喜.").notes
    assert note.startswith("The model's vocabulary lacks 喜: is the text in a language")
    assert minilm.read("He can’t pay €5 — “never”.").notes == ()


def test_an_equivalent_is_one_known_code_point_or_none() -> None:
    ascii_only = str.isascii
    found = {c: equivalent(c, ascii_only) for c in "’“–…ÃüØ５٣×我€ßİ"}
    assert found == {
        **{"’": "'", "“": '"', "–": "-", "…": ".", "Ã": "A", "ü": "u", "Ø": "O", "５": "5"},
        **{"٣": "3", "×": "x", "我": None, "€": None, "ß": None, "İ": "I"},
    }
    assert equivalent("Ã", "ã".__eq__) == "ã"
    assert equivalent("’", lambda _: False) is None
