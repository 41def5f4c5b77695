"""Recording through transformers' interface, against its own eager attention."""

from __future__ import annotations

import threading

import pytest
import torch
from torch import nn
from transformers import BertConfig, BertModel, LlamaConfig, LlamaModel, PreTrainedModel

from models.inputs import read_photo
from models.recording import IMPLEMENTATION, NothingRecorded, recording
from models.zoo.dinov2 import Dinov2
from tests.photos import sample_bytes


def bert() -> PreTrainedModel:
    config = BertConfig(
        vocab_size=50,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
    )
    return BertModel(config).eval()


def llama() -> PreTrainedModel:
    config = LlamaConfig(
        vocab_size=50,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        intermediate_size=64,
    )
    return LlamaModel(config).eval()


@pytest.mark.parametrize("make", [bert, llama], ids=["padding", "causal, grouped heads"])
@pytest.mark.parametrize("padded", [False, True])
def test_masks_and_grouped_heads_are_recorded(make, padded: bool) -> None:  # type: ignore[no-untyped-def]
    model = make()
    tokens = torch.randint(0, 50, (2, 7))
    mask = torch.ones_like(tokens)
    if padded:
        mask[1, 4:] = 0
    with torch.inference_mode():
        model.set_attn_implementation("eager")
        eager = model(tokens, attention_mask=mask, output_attentions=True)
        model.set_attn_implementation(IMPLEMENTATION)
        with recording() as calls:
            fused = model(tokens, attention_mask=mask)
    torch.testing.assert_close(fused[0][:, :4], eager[0][:, :4], atol=1e-5, rtol=0)
    assert len(calls) == 2
    for call, expected in zip(calls, eager.attentions, strict=True):
        for item in range(2):
            weights = call.item(item).rows(slice(None), slice(None))
            seen = 4 if padded and item else 7
            torch.testing.assert_close(
                weights[:, :seen], expected[item][:, :seen], atol=1e-5, rtol=0
            )


def test_a_pass_that_recorded_nothing_raises() -> None:
    with pytest.raises(NothingRecorded, match="recorded no attention"), recording():
        nn.Linear(2, 2)(torch.ones(1, 2))


def test_an_error_inside_is_not_hidden_by_the_empty_recording() -> None:
    with pytest.raises(ZeroDivisionError), recording():
        raise ZeroDivisionError


def test_two_threads_on_one_model_never_mix(dinov2: Dinov2) -> None:
    photos = [read_photo(sample_bytes(name)) for name in ("cat", "rocket")]
    alone = [dinov2.trace(photo, 224) for photo in photos]
    found: dict[tuple[int, int], torch.Tensor] = {}
    together = threading.Barrier(2)

    def run(index: int) -> None:
        for turn in range(4):
            together.wait()
            trace = dinov2.trace(photos[index], 224)
            assert len(trace.sites) == 12
            found[index, turn] = torch.stack([s.weights("mean", 0) for s in trace.sites])

    threads = [threading.Thread(target=run, args=(index,)) for index in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    for (index, _), weights in found.items():
        expected = torch.stack([s.weights("mean", 0) for s in alone[index].sites])
        torch.testing.assert_close(weights, expected, atol=1e-6, rtol=0)
