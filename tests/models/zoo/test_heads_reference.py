"""Swin's and PVT's blocks of the vision lab against transformers' layers with the same weights."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from transformers import PvtConfig, SwinConfig
from transformers.models.pvt.modeling_pvt import PvtLayer
from transformers.models.swin.modeling_swin import SwinLayer

from foveate.models.intervention import UNTOUCHED
from foveate.models.recording import recording
from foveate.models.zoo.image.heads.attention import HEADS, Block
from foveate.models.zoo.image.heads.pvt import REDUCTION, ReducedAttention
from foveate.models.zoo.image.heads.swin import SHIFT, WINDOW, WindowAttention

WIDTH = 32


def given_to(block: Block, layer: Any, names: dict[str, str]) -> None:
    """Loads a block's weights into a layer: names of its parts here and there."""
    state = block.state_dict()
    loaded = {
        f"{there}.{what}": state[f"{here}.{what}"]
        for here, there in names.items()
        for what in ("weight", "bias")
    }
    missing = layer.load_state_dict(loaded, strict=False)
    assert not missing.unexpected_keys
    assert all("relative_position" in key for key in missing.missing_keys)
    layer.double().eval()


NORMS = {"before": "layernorm_before", "after": "layernorm_after"}
SWIN = NORMS | {"wide": "mlp.fc1", "narrow": "mlp.fc2", "attention.output": "attention.o_proj"}
SWIN |= {f"attention.{part}": f"attention.{part[0]}_proj" for part in ("query", "key", "value")}
PVT = {"before": "layer_norm_1", "after": "layer_norm_2", "wide": "mlp.dense1"}
PVT |= {"narrow": "mlp.dense2", "attention.output": "attention.output.dense"}
PVT |= {f"attention.{part}": f"attention.self.{part}" for part in ("query", "key", "value")}
PVT |= {"attention.reduce": "attention.self.sequence_reduction"}
PVT |= {"attention.norm": "attention.self.layer_norm"}


@pytest.fixture
def tokens() -> Tensor:
    torch.manual_seed(2)
    return torch.randn(2, 196, WIDTH, dtype=torch.float64)


@pytest.mark.parametrize("shift", [0, SHIFT])
def test_swins_windows_shift_bias_and_mask(shift: int, tokens: Tensor) -> None:
    block = Block(WIDTH, WindowAttention(WIDTH, shift))
    nn.init.normal_(block.attention.table)
    config = SwinConfig(
        window_size=WINDOW, mlp_ratio=2, num_heads=[HEADS], attn_implementation="eager"
    )
    layer: Any = SwinLayer(config, WIDTH, (14, 14), HEADS, shift_size=shift)
    given_to(block, layer, SWIN)
    table = layer.attention.relative_position_bias.relative_position_bias_table
    table.data = block.attention.table.data.double()
    with torch.inference_mode(), recording(len(tokens)) as calls:
        found = block.double().eval()(tokens, UNTOUCHED)
    reference = layer(tokens, (14, 14))[0]
    # transformers takes its softmax in float32.
    torch.testing.assert_close(found, reference, atol=1e-6, rtol=0)
    assert calls[0].batch == 2


def test_pvts_keys_are_reduced(tokens: Tensor) -> None:
    block = Block(WIDTH, ReducedAttention(WIDTH))
    for part in (block.before, block.after, block.attention.norm):  # its epsilon is the config's
        part.eps = 1e-5
    layer = PvtLayer(PvtConfig(layer_norm_eps=1e-5), WIDTH, HEADS, 0.0, REDUCTION, 2)
    given_to(block, layer, PVT)
    with torch.inference_mode(), recording(len(tokens)) as calls:
        found = block.double().eval()(tokens, UNTOUCHED)
    torch.testing.assert_close(found, layer(tokens, 14, 14)[0], atol=1e-9, rtol=0)
    assert calls[0].item(0).shape == (HEADS, 196, 49)
