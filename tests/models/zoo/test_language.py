"""Encoders and language models against transformers' own eager attention."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.errors import InputError
from foveate.models.inputs.text import Text
from foveate.models.recording import IMPLEMENTATION, recording
from foveate.models.weights.locate import is_cached, locate
from foveate.models.zoo.text.bert import Bert
from foveate.models.zoo.text.causal import CausalLanguageModel
from foveate.models.zoo.text.language import LanguageModel

SENTENCE = "The well-known professor isn't surprised by unbelievableness."
PAIR = ("Where do the bats live?", "They sleep in a cave near the river.")


@pytest.fixture(scope="module")
def minilm() -> Bert:
    return load(Catalog()["minilm"])


@pytest.fixture(scope="module")
def smollm() -> CausalLanguageModel:
    card = Catalog()["smollm2-135m"]
    if not is_cached(card.name, card.source):
        pytest.skip("smollm2-135m is optional and not fetched here")
    return load(card)


@contextmanager
def eager(model: LanguageModel) -> Iterator[Any]:
    """The model with transformers' eager attention, which returns its weights."""
    model.model.set_attn_implementation("eager")
    try:
        with torch.inference_mode():
            yield model.model
    finally:
        model.model.set_attn_implementation(IMPLEMENTATION)


def check_weights(model: LanguageModel, text: Text, segments: list[int] | None = None) -> Any:
    """Compares all sites with eager weights and returns eager's output."""
    extra = {} if segments is None else {"token_type_ids": torch.tensor([segments])}
    with eager(model) as reference:
        output = reference(torch.tensor([text.ids]), output_attentions=True, **extra)
    trace = model.trace(text).trace
    assert len(trace.sites) == len(output.attentions)
    for layer, (site, expected) in enumerate(
        zip(trace.sites, output.attentions, strict=True), start=1
    ):
        assert (site.name, site.layer) == (f"{model.stack}.{layer}.self", layer)
        assert site.query.labels == site.key.labels == text.labels
        torch.testing.assert_close(site.weights(), expected[0], atol=1e-4, rtol=0)
    return output


@pytest.mark.parametrize("text", [SENTENCE, "Yes", "A 茶 and a ☃.", "word " * 200])
def test_an_encoders_weights_equal_eager_ones(text: str, minilm: Bert) -> None:
    read = minilm.read(text.strip())
    output = check_weights(minilm, read, [0] * len(read.tokens))
    assert len(output.attentions) == 6
    assert output.attentions[0].shape[1] == 12
    embedding = minilm.trace(read).trace.outputs["embedding"].value()
    torch.testing.assert_close(embedding, output.last_hidden_state.mean(1), atol=1e-4, rtol=0)


def test_a_pairs_weights_equal_eager_ones_with_segments(minilm: Bert) -> None:
    read = minilm.read(*PAIR)
    middle = read.labels.index("[SEP]") + 1
    segments = [int(i >= middle) for i in range(len(read.tokens))]
    assert segments == minilm.tokenizer.encode(*PAIR).type_ids
    check_weights(minilm, read, segments)
    with pytest.raises(AssertionError):  # segments matter: without them the weights differ
        check_weights(minilm, read, [0] * len(segments))


def test_a_pair_is_one_text_with_a_second_part(minilm: Bert) -> None:
    read = minilm.read(*PAIR)
    assert read.text == "\n".join(PAIR)
    assert read.second == len(PAIR[0]) + 1
    assert read.text[read.second :] == PAIR[1]
    assert read.labels == (
        *("[CLS]", "where", "do", "the", "bats", "live", "?", "[SEP]"),
        *("they", "sleep", "in", "a", "cave", "near", "the", "river", ".", "[SEP]"),
    )
    assert [token.text for token in read.tokens if token.special] == ["[CLS]", "[SEP]", "[SEP]"]
    for token in read.tokens:
        if not token.special:
            assert read.text[token.start : token.end].lower() == token.text
    later = [
        token.text for token in read.tokens if not token.special and token.start >= read.second
    ]
    assert later == ["they", "sleep", "in", "a", "cave", "near", "the", "river", "."]


def test_a_separator_that_a_text_writes_out_does_not_begin_the_second(minilm: Bert) -> None:
    read = minilm.read("say [SEP] now", "or later")
    assert read.labels.count("[SEP]") == 3
    check_weights(minilm, read, [0, 0, 0, 0, 0, 1, 1, 1])


def test_one_texts_labels_are_its_pieces(minilm: Bert) -> None:
    read = minilm.read(SENTENCE)
    assert read.second is None
    assert read.labels == (
        *("[CLS]", "the", "well", "-", "known", "professor", "isn", "'", "t", "surprised", "by"),
        *("unbelievable", "##ness", ".", "[SEP]"),
    )
    assert [word.text for word in read.words if not word.special] == [
        *("The", "well-known", "professor", "isn't", "surprised", "by", "unbelievableness", ".")
    ]
    assert minilm.trace(read).next == ()


def test_a_padded_batch_is_recorded_as_its_rows_are_alone(minilm: Bert) -> None:
    texts = [minilm.read(SENTENCE), minilm.read("Yes."), minilm.read("How are you today?")]
    longest = max(len(text.tokens) for text in texts)
    ids = torch.zeros(len(texts), longest, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, text in enumerate(texts):
        ids[row, : len(text.tokens)] = torch.tensor(text.ids)
        mask[row, : len(text.tokens)] = 1
    with torch.inference_mode(), recording(inputs=3) as calls:
        minilm.model(input_ids=ids, attention_mask=mask)
    for row, text in enumerate(texts):
        size = len(text.tokens)
        with eager(minilm) as reference:
            expected = reference(torch.tensor([text.ids]), output_attentions=True).attentions
        assert len(calls) == len(expected) == 6
        for call, alone in zip(calls, expected, strict=True):
            found = call.item(row).rows(slice(None), slice(None))[:, :size]
            torch.testing.assert_close(found[..., :size], alone[0], atol=1e-4, rtol=0)
            assert found[..., size:].abs().sum() == 0


def mixed(found: Tensor, values: Any) -> Tensor:
    """What weights (H, T, S) make of the values: (T, width)."""
    joined = (found @ values.value).transpose(0, 1).flatten(1)
    return torch.nn.functional.linear(joined, values.weight, values.bias)


def hooked(layer: torch.nn.Module, model: LanguageModel, text: Text) -> Tensor:
    """The output (T, width) of one layer of the model in a pass over a text."""
    given: list[Tensor] = []
    hook = layer.register_forward_hook(lambda _, inputs, output: given.append(output[0]))
    model.trace(text)
    hook.remove()
    return given[0]


def test_an_encoders_values_give_what_its_attention_gave(minilm: Bert) -> None:
    read = minilm.read(*PAIR)
    values = minilm.values(read, "encoder.4.self")
    found = mixed(minilm.trace(read).trace.site("encoder.4.self").weights(), values)
    layer = minilm.model.encoder.layer[3].attention.output.dense
    torch.testing.assert_close(found, hooked(layer, minilm, read), atol=1e-5, rtol=0)
    with pytest.raises(InputError, match="'encoder.7.self' is not in minilm"):
        minilm.values(read, "encoder.7.self")


def test_another_folder_of_the_same_files_loads_the_same(minilm: Bert, tmp_path: Path) -> None:
    card = Catalog()["minilm"]
    made = tmp_path / "made"
    made.mkdir()
    Bert.convert(locate(card.name, card.source, None, print), made)
    other = Bert("mine", made, torch.bfloat16)
    read = other.read(SENTENCE)
    trace, same = other.trace(read).trace, minilm.trace(minilm.read(SENTENCE)).trace
    assert (trace.model, other.nbytes) == ("mine", minilm.nbytes)
    for a, b in zip(trace.sites, same.sites, strict=True):
        assert torch.equal(a.weights(), b.weights())


def test_a_causal_models_weights_equal_eager_ones(smollm: CausalLanguageModel) -> None:
    read = smollm.read("The capital of France is Paris, and the capital of Portugal is")
    output = check_weights(smollm, read)
    assert len(output.attentions) == 30
    site = smollm.trace(read).trace.sites[0]
    assert (len(site.query_key.query), len(site.query_key.key)) == (9, 3)
    for site in smollm.trace(read).trace.sites:
        assert site.weights().triu(1).abs().sum() == 0


def test_a_causal_model_says_what_it_expects_next(smollm: CausalLanguageModel) -> None:
    read = smollm.read("The capital of France is Paris, and the capital of Portugal is")
    with eager(smollm) as reference:
        logits = reference(torch.tensor([read.ids])).logits[0]
    best, ids = logits.softmax(-1).topk(5)
    steps = smollm.trace(read).next
    assert len(steps) == len(read.tokens)
    for at, step in enumerate(steps):
        assert [candidate.id for candidate in step.candidates] == ids[at].tolist()
        found = torch.tensor([candidate.probability for candidate in step.candidates])
        torch.testing.assert_close(found, best[at], atol=1e-4, rtol=0)
        assert step.vocabulary == logits.shape[-1]
    assert [step.token.id for step in steps] == [*read.ids[1:], int(logits[-1].argmax())]
    assert steps[-1].token.text == " Lisbon"


def test_a_causal_models_values_give_what_its_attention_gave(smollm: CausalLanguageModel) -> None:
    read = smollm.read("One token after another.")
    values = smollm.values(read, "decoder.7.self")
    found = mixed(smollm.trace(read).trace.site("decoder.7.self").weights(), values)
    layer = smollm.model.model.layers[6].self_attn.o_proj
    torch.testing.assert_close(found, hooked(layer, smollm, read), atol=1e-4, rtol=0)


def test_a_causal_model_reads_no_pair(smollm: CausalLanguageModel) -> None:
    with pytest.raises(InputError, match="reads one text: leave pair out"):
        smollm.read(*PAIR)
