"""Attention that adds what positions say to its scores, computed by the fused kernel.

BLOOM (ALiBi, Press et al. 2022, arXiv 2108.12409), MPNet (one learned bias for all layers) and
DeBERTa (He et al. 2021, arXiv 2006.03654: a token's content against another's relative position)
have a softmax of their own in transformers. Here each of their layers sends its projections and
its bias through `record_and_attend`; the layers and their weights stay as they are. Axis sizes in
comments: B texts, H heads, T queries, S keys, D width a head.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import Any

from torch import Tensor, nn
from transformers.models.bloom.modeling_bloom import BloomAttention
from transformers.models.deberta_v2.modeling_deberta_v2 import DisentangledSelfAttention
from transformers.models.mpnet.modeling_mpnet import MPNetSelfAttention

from foveate.models.recording import check_recordable, record_and_attend
from foveate.models.zoo.text.table import check_shown


def prepare(model: Any) -> None:
    """Makes a model's attention recordable. Raises Unrecordable, with why, where it is not."""
    check_shown(model.config.model_type)
    own = [module for module in model.modules() if type(module) in FORWARD]
    for attention in own:
        attention.forward = MethodType(FORWARD[type(attention)], attention)
    if not own:
        check_recordable(model)


def _mpnet(
    attention: Any, states: Tensor, mask: Tensor, bias: Tensor, **_: object
) -> tuple[Tensor]:
    layers = attention.q, attention.k, attention.v
    heads = attention.num_attention_heads
    query, key, value = (_split(layer(states), heads) for layer in layers)
    scale = query.shape[-1] ** -0.5
    return (attention.o(_sums(attention, query, key, value, mask, scale, bias)),)


def _bloom(
    attention: Any,
    states: Tensor,
    residual: Tensor,
    alibi: Tensor,
    attention_mask: Tensor | None,
    **_: object,
) -> tuple[Tensor, None]:
    query, key, value = attention._reshape(attention.query_key_value(states))
    bias = alibi.view(len(states), attention.num_heads, 1, -1)  # (B, H, 1, S)
    scale = attention.inv_norm_factor
    sums = _sums(attention, query, key, value, attention_mask, scale, bias, causal=True)
    return residual + attention.dense(sums), None


def _deberta(
    attention: Any,
    states: Tensor,
    mask: Tensor,
    output_attentions: bool = False,
    query_states: Tensor | None = None,
    relative_pos: Tensor | None = None,
    rel_embeddings: Tensor | None = None,
) -> tuple[Tensor, None]:
    heads = attention.num_attention_heads
    asking = states if query_states is None else query_states
    query = _split(attention.query_proj(asking), heads)
    key, value = (
        _split(layer(states), heads) for layer in (attention.key_proj, attention.value_proj)
    )
    terms = 1 + sum(kind in attention.pos_att_type for kind in ("c2p", "p2c"))
    bias = None
    if attention.relative_attention:
        flat = query.flatten(0, 1), key.flatten(0, 1)
        bias = attention.disentangled_attention_bias(*flat, relative_pos, rel_embeddings, terms)
        bias = bias.view(*query.shape[:3], -1)  # (B, H, T, S)
    scale = (query.shape[-1] * terms) ** -0.5
    return _sums(attention, query, key, value, mask.bool(), scale, bias), None


FORWARD: dict[type[nn.Module], Callable[..., Any]] = {
    MPNetSelfAttention: _mpnet,
    BloomAttention: _bloom,
    DisentangledSelfAttention: _deberta,
}


def _sums(
    attention: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None,
    scale: float,
    bias: Tensor | None,
    causal: bool = False,
) -> Tensor:
    """The weighted sums (B, T, H * D)."""
    given = {"scaling": scale, "position_bias": bias, "is_causal": causal}
    sums, _ = record_and_attend(attention, query, key, value, mask, **given)
    return sums.flatten(2)


def _split(made: Tensor, heads: int) -> Tensor:
    """(B, T, H * D) to (B, H, T, D)."""
    return made.view(*made.shape[:-1], heads, -1).transpose(1, 2)
