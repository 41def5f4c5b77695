"""A model of one's own is recorded as it runs: its pass stays as it was, its views are true."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    BertConfig,
    BertModel,
    GPT2Config,
    GPT2LMHeadModel,
    ResNetConfig,
    ResNetModel,
    SwinConfig,
    SwinModel,
    ViTConfig,
    ViTForImageClassification,
)

import foveate
from foveate.models.axis import Patches
from foveate.models.errors import InputError, Unrecordable
from tests.photos import ROOT

CAT = ROOT / "static" / "samples" / "cat.jpg"


def vit() -> ViTForImageClassification:
    config = ViTConfig(
        hidden_size=48,
        num_hidden_layers=2,
        num_attention_heads=3,
        intermediate_size=64,
        image_size=64,
        patch_size=16,
        num_labels=3,
    )
    return ViTForImageClassification(config)


def eager(model: Any, **inputs: torch.Tensor) -> Any:
    model.set_attn_implementation("eager")
    with torch.no_grad():
        return model(**inputs, output_attentions=True).attentions


def test_weights_of_every_picture_of_a_batch_are_the_model_s_own() -> None:
    model, pixels = vit().eval(), torch.randn(3, 3, 64, 64)
    with foveate.record(model) as recorded:
        model(pixel_values=pixels)
    for index in range(3):
        view = recorded.view(index)
        assert isinstance(view, foveate.PhotoView)
        key = view.sites[-1].key
        assert isinstance(key, Patches)
        assert (key.grid.rows, key.grid.columns, key.prefix) == (4, 4, ("cls",))
        for site, expected in zip(view.sites, eager(model, pixel_values=pixels), strict=True):
            torch.testing.assert_close(site.weights(), expected[index], atol=1e-5, rtol=0)


def test_a_training_step_goes_on_as_without() -> None:
    torch.manual_seed(1)
    model, pixels = vit(), torch.randn(2, 3, 64, 64)
    model.eval()  # dropout would make two passes differ
    labels = torch.tensor([0, 2])
    model(pixel_values=pixels, labels=labels).loss.backward()
    usual = [p.grad.clone() for p in model.parameters() if p.grad is not None]
    model.zero_grad()
    before = model.config._attn_implementation
    with foveate.record(model) as recorded:
        for _ in range(2):
            model.zero_grad()
            model(pixel_values=pixels, labels=labels).loss.backward()
    found = [p.grad for p in model.parameters() if p.grad is not None]
    for one, other in zip(usual, found, strict=True):
        torch.testing.assert_close(one, other)
    assert model.config._attn_implementation == before
    assert len(recorded.view(1).sites) == 2  # of the last step alone


def test_windows_of_a_swin_are_where_they_are() -> None:
    config = SwinConfig(
        image_size=32,
        patch_size=2,
        embed_dim=12,
        depths=[2, 1],
        num_heads=[2, 3],
        window_size=4,
    )
    model, pixels = SwinModel(config).eval(), torch.randn(2, 3, 32, 32)
    with foveate.record(model) as recorded:
        model(pixel_values=pixels)
    site = recorded.view(1).sites[0]
    assert (site.query.size, int((site.weights(0, 0) > 0).sum())) == (256, 16)


def test_a_text_has_its_tokens_by_name() -> None:
    config = BertConfig(
        vocab_size=30,
        hidden_size=24,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
    )
    model, ids = BertModel(config).eval(), torch.randint(0, 30, (2, 7))
    with foveate.record(model) as recorded:
        model(input_ids=ids)
    view = recorded.view(1)
    assert isinstance(view, foveate.TextView)
    assert view.tokens == [str(number) for number in ids[1].tolist()]
    expected = eager(model, input_ids=ids)[-1][1]
    torch.testing.assert_close(view.weights(), expected, atol=1e-5, rtol=0)


def test_a_causal_model_is_a_decoder() -> None:
    config = GPT2Config(vocab_size=30, n_embd=24, n_layer=2, n_head=2, n_positions=16)
    model = GPT2LMHeadModel(config).eval()
    with foveate.record(model) as recorded:
        model(torch.randint(0, 30, (1, 5)))
    weights = recorded.view().weights("decoder.2.self", 0)
    assert torch.equal(weights, weights.tril())


def test_what_was_not_recorded_is_said() -> None:
    model = vit()
    with foveate.record(model) as recorded:
        pass
    with pytest.raises(InputError, match="run the model inside"):
        recorded.view()
    with foveate.record(model) as recorded:
        model(pixel_values=torch.randn(1, 3, 64, 64))
    with pytest.raises(InputError, match="input 1 is not in a batch of 1"):
        recorded.view(1)


def test_a_pass_that_fails_leaves_no_recording_open() -> None:
    model = vit()
    with pytest.raises(ValueError, match="size"), foveate.record(model):
        model(pixel_values=torch.randn(1, 3, 70, 70))
    with foveate.record(model) as recorded:
        model(pixel_values=torch.randn(1, 3, 64, 64))
    assert len(recorded.view().sites) == 2


def test_a_folder_and_a_model_in_memory_are_opened_alike(tmp_path: Path) -> None:
    model = vit().eval()
    model.save_pretrained(tmp_path / "mine")
    (tmp_path / "mine" / "preprocessor_config.json").write_text('{"do_normalize": true}')
    by_folder = foveate.open(tmp_path / "mine", "float32").trace(CAT)
    in_memory = foveate.open(model).trace(CAT)
    assert by_folder.trace.model == "mine"
    torch.testing.assert_close(by_folder.weights(), in_memory.weights())


def test_a_model_without_attention_is_told_why() -> None:
    config = ResNetConfig(embedding_size=8, hidden_sizes=[8, 8], depths=[1, 1])
    with pytest.raises(Unrecordable, match="ResNet has no attention"):
        foveate.open(ResNetModel(config))
