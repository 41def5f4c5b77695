"""Recording through transformers' interface, against its own eager attention."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import torch
from torch import nn
from transformers import (
    AutoModel,
    BertConfig,
    BertModel,
    GptOssConfig,
    GptOssModel,
    LlamaConfig,
    LlamaModel,
    PreTrainedModel,
)

from foveate.models.attention import Partition
from foveate.models.errors import Unrecordable
from foveate.models.inputs.photo import read_photo
from foveate.models.recording import (
    IMPLEMENTATION,
    NothingRecorded,
    record,
    record_and_attend,
    record_gate,
    record_weights,
    recording,
)
from foveate.models.zoo.image.dinov2 import Dinov2
from foveate.models.zoo.pretrained import pretrained
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
        with recording(inputs=2) as calls:
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


@pytest.mark.slow
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


def windows() -> Partition:
    places = torch.arange(16).reshape(4, 4)
    return Partition(places, places, 16, 16)


def test_a_batch_that_is_not_that_of_the_inputs_is_refused() -> None:
    q = torch.randn(8, 2, 4, 8)
    two = pytest.raises(Unrecordable, match="Linear attended in a batch of 8 for 2 inputs")
    with two, recording(inputs=2):
        record(nn.Linear(2, 2), q, q, 1.0)
    with pytest.raises(Unrecordable, match="a batch of 8 for 1 input:"), recording():
        record_weights(nn.Linear(2, 2), torch.rand(8, 1, 4, 4))


def test_windows_with_their_partition_are_those_of_each_input() -> None:
    q, k = torch.randn(2, 8, 2, 4, 8)  # two inputs of four windows each
    bias = torch.randn(4, 1, 4, 4)
    with recording(inputs=2) as calls:
        record(nn.Linear(2, 2), q, k, 1.0, bias, partition=windows())
    for item in range(2):
        whole = calls[0].item(item).rows()
        assert whole.shape == (2, 16, 16)
        third = (q[item * 4 + 2] @ k[item * 4 + 2].mT + bias[2]).softmax(-1)
        torch.testing.assert_close(whole[:, 8:12, 8:12], third)
        assert whole[:, 8:12].sum() == pytest.approx(8, abs=1e-4)


def test_calls_of_every_kind_are_one_list_in_their_order() -> None:
    module, q = nn.Linear(2, 2), torch.randn(1, 1, 3, 4)
    with recording() as calls:
        record_gate(module, torch.rand(1, 6, 1, 1), torch.rand(1, 6, 2, 3))
        record(module, q, q, 1.0)
        record_weights(module, torch.rand(1, 1, 3, 3))
    assert [attention.kind for attention in calls.attentions()] == ["gate", "query-key", "weights"]
    assert len(calls.by_module()[module]) == 3


@pytest.mark.parametrize("name", ["s_aux", "indices"])
def test_an_argument_that_changes_the_weights_is_never_ignored(name: str) -> None:
    q, module = torch.randn(1, 2, 3, 8), nn.Identity()
    with pytest.raises(Unrecordable, match=f"Identity attends with {name}"), recording():
        record_and_attend(module, q, q, q, None, **{name: torch.ones(2)})
    with recording() as calls:
        record_and_attend(module, q, q, q, None, **{name: None}, is_causal=False)
    assert len(calls) == 1


def gpt_oss() -> PreTrainedModel:
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 4}
    more = {"vocab_size": 50, "intermediate_size": 64, "num_key_value_heads": 2, "head_dim": 8}
    return GptOssModel(GptOssConfig(**sizes, **more, num_local_experts=2, num_experts_per_tok=1))


def test_a_model_that_the_fused_kernel_does_not_suit_is_refused_when_it_loads(
    tmp_path: Path,
) -> None:
    gpt_oss().save_pretrained(tmp_path)
    with pytest.raises(Unrecordable, match="does not support scaled_dot_product_attention"):
        pretrained("mine", AutoModel, tmp_path)


def test_such_a_model_makes_no_recording_either() -> None:
    model = gpt_oss().eval()
    model.config._attn_implementation = IMPLEMENTATION
    with pytest.raises(Unrecordable, match="s_aux"), recording(), torch.inference_mode():
        model(torch.randint(0, 50, (1, 7)))
