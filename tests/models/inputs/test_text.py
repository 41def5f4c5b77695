"""Words, sentences and tokens, and where in the text each lies."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.errors import InputError, OversizedInput
from foveate.models.inputs import text as texts
from foveate.models.inputs.text import Text
from foveate.models.zoo.text.bert import Bert
from foveate.models.zoo.translation.bergamot import Bergamot
from tests.models.sentences import ENGLISH, PORTUGUESE

VARIED = [
    *ENGLISH[::5],
    *PORTUGUESE[::4],
    "“Well,” she said, “3.50 isn't much.”",
    "Two  spaces   here, and  there.",
    "Hello 我 and 日本語, please!",
    "👩‍👩‍👧‍👦 went to 🇵🇹 👍🏽!",
    "שלום עולם, مرحبا بالعالم",
    "½ of ﷽ and ﬁ: …",
    "</s> [CLS] <unk> say [SEP] now",
    "state-of-the-art e-mail@x.com http://example.org/a?b=1",
]
ALPHABET = [
    *"abcXYZ   ''’-.,·_!?\"“”0123½ﬁ…éãñ日本語我喜かなーカשםمرحब्ते한국€™ß",
    *("\u0301", "\u0327", "\u200d", "\u200c", "\u00a0", "\u3000", "\t", "\n", "\ufe0f"),
    *("👩‍👩‍👧", "👍🏽", "🇵🇹", "1️⃣", "n't", " the ", " house"),
]


@pytest.fixture(scope="module")
def bergamot() -> Bergamot:
    return load(Catalog()["bergamot-en-pt"])


@pytest.fixture(scope="module")
def minilm() -> Bert:
    return load(Catalog()["minilm"])


def words(text: str) -> list[str]:
    return [text[start:end] for start, end in texts.word_spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I don't know", ["I", "don't", "know"]),
        ("don’t.", ["don’t", "."]),
        ("a well-known fact", ["a", "well-known", "fact"]),
        ("3.50 or 1,000,000", ["3.50", "or", "1,000,000"]),
        ("the U.S.A today", ["the", "U.S.A", "today"]),
        ("snake_case x²", ["snake_case", "x²"]),
        ("a -- b", ["a", "-", "-", "b"]),
        ("100% of AT&T", ["100", "%", "of", "AT", "&", "T"]),
        ("我喜欢", ["我", "喜", "欢"]),
        ("𠮷野家", ["𠮷", "野", "家"]),
        ("東京タワーへ行く", ["東", "京", "タワー", "へ", "行", "く"]),
        ("ひらがなとカタカナ", ["ひらがなと", "カタカナ"]),
        ("한국어 말", ["한국어", "말"]),
        ("👩‍👩‍👧‍👦ok 👍🏽!", ["👩‍👩‍👧‍👦", "ok", "👍🏽", "!"]),
        ("🇵🇹🇧🇷", ["🇵🇹", "🇧🇷"]),
        ("1️⃣", ["1️⃣"]),
        ("x\u0323\u0307 nai\u0308ve", ["x\u0323\u0307", "nai\u0308ve"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("שָׁלוֹם עולם", ["שָׁלוֹם", "עולם"]),
        ("مرحبا بالعالم", ["مرحبا", "بالعالم"]),
        ("می\u200cخواهم", ["می\u200cخواهم"]),
        ("two  spaces", ["two", "spaces"]),
        ("  ...and", [".", ".", ".", "and"]),
        ("¿Qué? «sim»", ["¿", "Qué", "?", "«", "sim", "»"]),
        (" \u00a0\t", []),
    ],
)
def test_words_follow_unicode(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_words_leave_out_nothing_but_spaces() -> None:
    for text in VARIED:
        assert "".join(words(text)) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a b \n", "a b"),
        ("a\x00b\tc\x85d", "a b c d"),
        ("a\u2028b\u2029c", "a b c"),
        ("one\ntwo", "one\ntwo"),
        ("\u202eabc\u202c d\u200ee\u200ff", "abc def"),
        ("\ufeffx\u00ady\u200bz", "xyz"),
        ("\u00a0x\u00a0", "x"),
        ("e\u0301", "é"),
        ("\ue000 \ufdd0", "\ufffd \ufffd"),
        ("می\u200cخواهم 👩‍👩‍👧", "می\u200cخواهم 👩‍👩‍👧"),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"),
    ],
)
def test_cleaning_removes_what_cannot_be_seen(text: str, expected: str) -> None:
    assert texts.clean(text) == expected
    assert texts.clean(expected) == expected


@pytest.mark.parametrize("text", ["", "   ", "\t\n", "\x00\x1f", "\u200e\u202e\u2066", "\u2028"])
def test_a_text_of_nothing_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is empty: give at least one word") as raised:
        texts.clean(text, "target")
    assert raised.value.parameter == "target"


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "\ud83d x \ude00"])
def test_half_a_surrogate_pair_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="half of a surrogate pair"):
        texts.clean(text)


def test_a_text_that_is_too_long_is_refused_and_one_at_the_limit_is_not() -> None:
    assert len(texts.clean("a" * texts.MAX_CHARACTERS)) == texts.MAX_CHARACTERS
    with pytest.raises(OversizedInput, match="has 20001 characters: give at most 20000"):
        texts.clean("a" * (texts.MAX_CHARACTERS + 1))
    with pytest.raises(OversizedInput, match="pair has 6 characters: give at most 5"):
        texts.clean("abcdef", "pair", 5)


def check_words(text: Text) -> None:
    """Every token is in one word, words lie in order, and specials are words of their own."""
    for before, after in pairwise(text.words):
        assert before.last == after.first, text.text
        assert before.special or after.special or before.end <= after.start, text.text
    assert text.words[0].first == 0
    assert text.words[-1].last == len(text.tokens)
    for word in text.words:
        assert word.first < word.last, text.text
        inside = text.tokens[word.first : word.last]
        assert {token.special for token in inside} == {word.special}, text.text
        if not word.special:
            assert word.text == text.text[word.start : word.end]
    for token in text.tokens:
        assert token.special or token.surface == text.text[token.start : token.end]


@pytest.mark.parametrize("text", VARIED)
def test_every_token_is_in_exactly_one_word(text: str, bergamot: Bergamot, minilm: Bert) -> None:
    text = texts.clean(text)
    read, paired = bergamot.read(text), minilm.read(text, "And a second text.")
    check_words(read)
    check_words(paired)
    check_words(minilm.read(text))
    member = texts.membership(read.words, len(read.tokens))
    assert (member.sum(0) == 1).all()


def test_random_texts_keep_every_letter_and_every_token(bergamot: Bergamot, minilm: Bert) -> None:
    draw = random.Random(0)
    for _ in range(2000):
        raw = "x" + "".join(draw.choices(ALPHABET, k=draw.randint(1, 14))) + "x"
        text = texts.clean(raw)
        read = bergamot.read(text)
        check_words(read)
        check_words(minilm.read(text))
        assert "".join(t.surface for t in read.tokens if not t.special) == text


@pytest.mark.parametrize("text", VARIED)
def test_surfaces_of_the_pieces_joined_give_the_text(text: str, bergamot: Bergamot) -> None:
    text = texts.clean(text)
    tokens = bergamot.read(text).tokens
    assert "".join(token.surface for token in tokens if not token.special) == text
    assert [token.text for token in tokens if token.special] == ["</s>"]


def test_a_words_pieces_are_its_own(bergamot: Bergamot) -> None:
    read = bergamot.read("The well-known 3.50 isn't unbelievableness.")
    found = [(w.text, [t.text for t in read.tokens[w.first : w.last]]) for w in read.words]
    assert [word for word, _ in found] == [
        *("The", "well-known", "3.50", "isn't", "unbelievableness", ".", "</s>")
    ]
    for word, pieces in found:
        assert "".join(pieces).removeprefix("▁") == word


def test_a_lone_space_mark_goes_to_the_word_after_it(bergamot: Bergamot) -> None:
    read = bergamot.read("Hello 我")
    assert [token.text for token in read.tokens] == ["▁Hello", "▁", "我", "</s>"]
    assert [(w.text, w.first, w.last) for w in read.words] == [
        *(("Hello", 0, 1), ("我", 1, 3), ("</s>", 3, 4))
    ]


def test_words_that_share_a_piece_are_one(bergamot: Bergamot) -> None:
    read = bergamot.read("Wait...")
    assert [(w.text, w.last - w.first) for w in read.words] == [
        *(("Wait", 1), ("...", 1), ("</s>", 1))
    ]


def test_given_words_stay_as_they_are(bergamot: Bergamot) -> None:
    given = ["don't", "well-known", "New", "York", "...", "."]
    text, spans = texts.joined(given, "words")
    assert text == "don't well-known New York ... ."
    assert [text[start:end] for start, end in spans] == given
    read = bergamot.read(text, spans)
    found = [word for word in read.words if not word.special]
    assert [word.text for word in found] == given
    for before, after in pairwise(found):
        assert before.last <= after.first
    assert all(word.first < word.last for word in found)
    assert len(read.words) == len(given) + 1


def test_a_piece_over_two_given_words_goes_to_the_first(bergamot: Bergamot) -> None:
    read = bergamot.read("unhappy walking", [(0, 2), (2, 7), (8, 12), (12, 15)])
    assert [token.text for token in read.tokens] == ["▁un", "ha", "ppy", "▁walking", "</s>"]
    assert [(w.text, w.first, w.last) for w in read.words] == [
        *(("un", 0, 1), ("happy", 1, 3), ("walk", 3, 4), ("ing", 4, 4), ("</s>", 4, 5))
    ]


def test_given_words_are_cleaned_as_texts_are(bergamot: Bergamot) -> None:
    given = ["cafe\u0301", "Donau\u00addampf", "a\u200e", " b", "two words", "a\nb"]
    text, spans = texts.joined(given, "text")
    clean = ["café", "Donaudampf", "a", "b", "two words", "a b"]
    assert [text[start:end] for start, end in spans] == clean
    read = bergamot.read(text, spans)
    assert [word.text for word in read.words if not word.special] == clean


@pytest.mark.parametrize("bad", ["", " ", "\u00ad", "\u200e\u2066", "\t"])
def test_a_given_word_of_which_nothing_is_seen_is_refused(bad: str) -> None:
    with pytest.raises(InputError, match="as its word 1, of which nothing can be seen") as raised:
        texts.joined(["a", bad], "source_words")
    assert repr(bad) in str(raised.value)
    assert raised.value.parameter == "source_words"


def test_chinese_is_warned_of_and_english_is_not(bergamot: Bergamot, minilm: Bert) -> None:
    for model in (bergamot, minilm):
        (note,) = model.read("我喜欢学习。今天天气很好。").notes
        assert "vocabulary lacks" in note
        assert "is the text in a language it was trained on?" in note
        assert "喜" in note
        for sentence in ENGLISH[:20]:
            assert model.read(sentence).notes == ()


def test_a_sentence_of_too_many_tokens_is_refused(bergamot: Bergamot, minilm: Bert) -> None:
    assert len(bergamot.read("a " * 510 + "a").tokens) == texts.MAX_TOKENS
    for model in (bergamot, minilm):
        with pytest.raises(OversizedInput, match=r"at most 512 are traced\. Split it\."):
            model.read("a " * 511 + "a")


def test_a_text_without_a_readable_character_is_refused(bergamot: Bergamot, minilm: Bert) -> None:
    for model in (bergamot, minilm):
        with pytest.raises(InputError, match="has nothing the model can read"):
            model.read("\u200d")
