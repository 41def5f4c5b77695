"""The query-key-value steps of every family: what follows the weights is the model's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from transformers import AutoModel, SwinConfig, SwinModel

from foveate.models.analysis.steps import steps
from foveate.models.attention import Partition
from foveate.models.errors import InputError, Unrecordable
from foveate.models.recording import recording
from foveate.models.zoo.pretrained import pretrained, values_at
from tests.zoo.texts import SENTENCE, TINY, tiny_text


def outputs_of(model: nn.Module, layer: str) -> dict[int, Tensor]:
    """Hooks the projections whose path ends so: what they gave in the next pass, in order."""
    found: dict[int, Tensor] = {}

    def hook(module: nn.Module, given: Any, made: Tensor) -> None:
        found[len(found)] = made[0]

    for name, module in model.named_modules():
        if name.endswith(f".{layer}") and "intermediate" not in name:
            module.register_forward_hook(hook)
    return found


@pytest.mark.parametrize("family", TINY)
def test_every_familys_steps_end_in_what_its_own_layer_gives(family: str, tmp_path: Path) -> None:
    model = tiny_text(family, tmp_path)
    text = model.read(SENTENCE)
    trace = model.trace(text).trace
    assert len(trace.sites) == 2
    found = outputs_of(model.model, TINY[family][1])
    values = [model.values(text, site.name) for site in trace.sites]
    own = [made for made in found.values() if made.shape == (len(text.tokens), 32)]
    for number, (site, following) in enumerate(zip(trace.sites, values, strict=True)):
        for query in (0, 6):
            worked = steps(site, 1, query, following).layer_output
            assert any(torch.allclose(worked, made[query], atol=1e-5) for made in own), number


def test_what_stands_between_sums_and_projection_is_said_not_guessed() -> None:
    from foveate.models.attention import QueryKey
    from foveate.models.axis import Tokens
    from foveate.models.recording import Calls, record
    from foveate.models.site import Site

    attention, projection = nn.Identity(), nn.Linear(8, 8)
    q = torch.randn(1, 2, 3, 4)

    def run() -> None:
        record(attention, q, q, 1.0, value=q)
        sums = nn.functional.scaled_dot_product_attention(q, q, q).transpose(1, 2).flatten(2)
        projection(sums * 0.5)  # a gate of the model's own

    def sites(calls: Calls) -> list[Site]:
        axis = Tokens(("a", "b", "c"))
        held = calls[0].item(0)
        assert isinstance(held, QueryKey)
        return [Site("encoder.1.self", "self", 1, axis, axis, held)]

    with pytest.raises(InputError, match="Identity does more with its weighted sums"):
        values_at("mine", "encoder.1.self", run, sites)


def test_windows_without_a_partition_never_pass_for_the_whole(tmp_path: Path) -> None:
    config = SwinConfig(
        embed_dim=16, depths=[1, 1], num_heads=[2, 2], image_size=224, patch_size=4, window_size=7
    )
    SwinModel(config).save_pretrained(tmp_path)
    model = pretrained("swin", AutoModel, tmp_path)
    refused = pytest.raises(Unrecordable, match="SwinAttention attended in a batch of .* windows")
    with refused, recording():
        model(torch.zeros(1, 3, 224, 224))
    wrong = Partition(torch.arange(4).view(2, 2), torch.arange(4).view(2, 2), 4, 4)
    refused = pytest.raises(Unrecordable, match="64 windows of 49 queries and 49 keys, and 2 of 2")
    with refused, recording(partitions=[wrong]):
        model(torch.zeros(1, 3, 224, 224))
