"""Every family of text models: its weights against transformers' eager ones, its tokens."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import Unigram
from transformers import MambaConfig, MambaModel

from foveate.models.errors import Unrecordable, WeightsError
from foveate.models.zoo.text.bert import Bert
from foveate.models.zoo.text.table import FAMILIES, REFUSED, TRANSLATORS
from foveate.models.zoo.text.tokenizer import tokenizer_of, unknown_of
from tests.photos import ROOT
from tests.zoo.texts import (
    CAUSAL,
    PAIR,
    SENTENCE,
    TINY,
    WORDS,
    difference,
    tiny_text,
    tokenizer,
)

pytestmark = pytest.mark.usefixtures("one_thread")


def test_every_family_of_the_table_is_tried() -> None:
    assert set(FAMILIES) == set(TINY)
    page = (ROOT / "docs" / "families.md").read_text(encoding="utf-8")
    for name, family in {**FAMILIES, **TRANSLATORS}.items():
        assert re.search(rf"^\| \[{re.escape(family.title)}\].*`{name}`", page, re.MULTILINE), name


@pytest.mark.parametrize("family", TINY)
def test_weights_equal_transformers_eager_ones(family: str, tmp_path: Path) -> None:
    model = tiny_text(family, tmp_path)
    texts = (
        [model.read(SENTENCE)] if family in CAUSAL else [model.read(SENTENCE), model.read(*PAIR)]
    )
    for text in texts:
        assert difference(family, tmp_path, model, text) < 1e-5
    read = model.read("the dog sat")
    assert [token.surface for token in read.tokens if token.unknown] == ["dog"]
    assert read.notes


def test_a_soft_cap_is_computed_and_not_ignored(tmp_path: Path) -> None:
    model = tiny_text("gemma2", tmp_path)
    capped = model.trace(model.read(SENTENCE)).trace.sites[0]
    plain = (
        torch.einsum("htd,hsd->hts", capped.query_key.query, capped.query_key.keys())
        * capped.query_key.scale
    )
    hidden = torch.ones(plain.shape[-2:], dtype=torch.bool).triu(1)
    without = plain.masked_fill(hidden, float("-inf")).softmax(-1)
    assert (capped.weights() - without).abs().max() > 0.01


def test_what_has_no_attention_is_refused_in_a_sentence(tmp_path: Path) -> None:
    config = MambaConfig(hidden_size=8, num_hidden_layers=1, vocab_size=len(WORDS))
    MambaModel(config).save_pretrained(tmp_path)
    tokenizer(pairs=False).save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(Unrecordable, match=r"^Mamba has no attention"):
        Bert("mine", tmp_path, torch.float32)
    assert all(reason.endswith(".") for reason in REFUSED.values())


def test_an_older_vocabulary_is_converted_and_none_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"there is no tokenizer\.json in .*save_pretrained"):
        tokenizer_of("mine", tmp_path)
    (tmp_path / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "cat"]))
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    found = tokenizer_of("mine", tmp_path)
    assert found.encode("cat dog").tokens == ["[CLS]", "cat", "[UNK]", "[SEP]"]
    assert unknown_of(found) == 1
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(WeightsError, match=r"tokenizer\.json cannot be read"):
        tokenizer_of("mine", tmp_path)


def test_an_unknown_token_is_found_whatever_it_is_called() -> None:
    pieces = [("<pad>", 0.0), ("nothing", 0.0), ("a", -1.0)]
    assert unknown_of(Tokenizer(Unigram(pieces, unk_id=1))) == 1
    assert unknown_of(tokenizer(pairs=True)) == 0
