"""Models of a folder read what their vocabulary lacks as its equivalent, in the text's places."""

from __future__ import annotations

from pathlib import Path

import pytest

from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.inputs.text import Text
from foveate.models.zoo.text.bert import Bert
from foveate.models.zoo.translation.vocabulary import vocabulary_of
from tests.zoo.texts import PAIR, tiny_text
from tests.zoo.translators import SENTENCE, marian, tiny_translator


def same(read: Text, plain: Text, text: str) -> None:
    """What the model is given is the plain text's; what is shown, and where, is the text's own."""
    assert read.ids == plain.ids
    assert not any(token.unknown for token in read.tokens)
    assert read.text == text
    for token, other in zip(read.tokens, plain.tokens, strict=True):
        assert (token.start, token.end) == (other.start, other.end)
        assert token.surface == text[token.start : token.end]
    for word in read.words:
        assert word.special or word.text == text[word.start : word.end]


@pytest.mark.parametrize("family", ["marian", "m2m_100", "mbart", "nllb"])
def test_a_translator_of_a_folder_reads_both_sides_so(family: str, tmp_path: Path) -> None:
    model, _ = tiny_translator(family, tmp_path)
    text = SENTENCE.replace("sat", "śat").replace("mat", "māt")
    for read in (model.read, model.read_target):
        found = read(text)
        same(found, read(SENTENCE), text)
        assert {"ś", "ā"} <= set("".join(found.labels))
        assert found.notes == ("The model's vocabulary lacks ś, ā: read as s, a.",)


def test_a_negation_of_an_added_marian_translator_stays_one(tmp_path: Path) -> None:
    marian(tmp_path, "he can't come today", "she can come").save_pretrained(tmp_path)
    vocabulary = vocabulary_of("mine", tmp_path, None)
    found = vocabulary.read("he can’t come")
    same(found, vocabulary.read("he can't come"), "he can’t come")
    assert found.notes == ()


@pytest.mark.parametrize("family", ["bert", "gpt2"])
def test_an_encoder_and_a_causal_model_do(family: str, tmp_path: Path) -> None:
    model = tiny_text(family, tmp_path)
    found = model.read("the cat sat ․")
    same(found, model.read("the cat sat ."), "the cat sat ․")
    assert "․" in found.labels
    assert found.notes == ()


def test_both_texts_of_a_pair_are_read_so(tmp_path: Path) -> None:
    model = tiny_text("bert", tmp_path)
    first, second = PAIR[0].replace(".", "․"), f"{PAIR[1]} ․"
    found = model.read(first, second)
    same(found, model.read(PAIR[0], f"{PAIR[1]} ."), f"{first}\n{second}")
    assert found.second == len(first) + 1


def test_minilm_reads_quotes_that_it_lacks_and_says_so_of_letters() -> None:
    minilm: Bert = load(Catalog()["minilm"])
    text = "He can‛t do ŧhat."
    found = minilm.read(text)
    same(found, minilm.read("He can't do that."), text)
    assert found.labels[1:-1] == ("he", "can", "‛", "t", "do", "ŧhat", ".")
    assert found.notes == ("The model's vocabulary lacks ŧ: read as t.",)


def test_what_has_no_equivalent_keeps_its_unknown_token() -> None:
    minilm: Bert = load(Catalog()["minilm"])
    found = minilm.read("a ŧ喜喜 b")
    unknown = [token.text for token in found.tokens if token.unknown]
    assert unknown == ["[UNK]", "[UNK]"]
    assert [token.surface for token in found.tokens if token.unknown] == ["喜", "喜"]
