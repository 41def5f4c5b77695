"""Hooks that note the attention of models which do not use transformers' attention interface.

Such a model has its own softmax. Its projections are hooked when it loads, and what they give is
recorded as queries and keys, so that nothing of it is computed twice and no weights are kept. Axis
sizes in comments: B inputs, W windows, H heads, T queries, S keys, D width a head, C channels.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from foveate.models.recording import is_recording, record, record_gate, record_weights

Scores = Callable[[Any, Tensor, Tensor], tuple[Tensor, Tensor, float, Tensor | None]]


def scaled_dot_product(
    attention: Any, query: Tensor, key: Tensor
) -> tuple[Tensor, Tensor, float, None]:
    """Queries and keys as they are, divided by the root of their width (Vaswani et al. 2017)."""
    return query, key, query.shape[-1] ** -0.5, None


def cosine(
    attention: Any, query: Tensor, key: Tensor
) -> tuple[Tensor, Tensor, float, Tensor | None]:
    """Swin V2's scaled cosine attention (Liu et al. 2022, equation 2), one temperature a head.

    The bias of relative positions comes from a small network; it is at most 16.
    """
    temperature = attention.logit_scale.clamp(max=math.log(100)).exp()  # (H, 1, 1)
    table = attention.continuous_position_bias_mlp(attention.relative_coords_table)
    table = 16 * table.view(-1, attention.num_attention_heads).sigmoid()
    bias = table[attention.relative_position_index].permute(2, 0, 1)[None]  # (1, H, T, S)
    return F.normalize(query, dim=-1) * temperature, F.normalize(key, dim=-1), 1.0, bias


def hook_projections(attention: Any, scores: Scores = scaled_dot_product) -> None:
    """Notes what an attention's layers `query` and `key` give; a mask it is given is added."""
    given = threading.local()

    def begin(_: nn.Module, args: Any, kwargs: Any) -> None:
        mask = kwargs.get("attention_mask", args[1] if len(args) > 1 else None)
        given.mask = mask if isinstance(mask, Tensor) else None

    def keep(_: nn.Module, __: Any, made: Tensor) -> None:
        given.query = made

    def note(_: nn.Module, __: Any, made: Tensor) -> None:
        if is_recording():
            heads = attention.num_attention_heads
            query, key = _split(given.query, heads), _split(made, heads)
            query, key, scale, bias = scores(attention, query, key)
            record(attention, query, key, scale, _sum(bias, given.mask))

    attention.register_forward_pre_hook(begin, with_kwargs=True)
    attention.query.register_forward_hook(keep)
    attention.key.register_forward_hook(note)


def hook_mask_units(attention: Any) -> None:
    """Notes Hiera's attention (Ryali et al. 2023): units apart, and queries pooled by a maximum."""

    def note(_: nn.Module, __: Any, made: Tensor) -> None:
        if is_recording():
            query, key = _mask_units(attention, made)
            record(attention, query, key, attention.scale)

    attention.qkv.register_forward_hook(note)


def _mask_units(attention: Any, made: Tensor) -> tuple[Tensor, Tensor]:
    """Queries (B * W, H, T, D) and keys (B * W, H, S, D) out of (B, tokens, 3 * H * D)."""
    inputs, tokens, _ = made.shape
    stride = attention.query_stride
    inside = stride * attention.window_size if attention.use_mask_unit_attn else tokens
    parts = made.view(inputs, inside, tokens // inside, 3, attention.num_heads, -1)
    query, key, _ = parts.permute(3, 0, 2, 4, 1, 5).flatten(1, 2).unbind(0)  # (B * W, H, S, D)
    pooled = query.view(*query.shape[:2], stride, -1, query.shape[-1]).amax(2)
    return pooled, key  # (B * W, H, S / stride, D) and (B * W, H, S, D)


def hook_context(attention: Any) -> None:
    """Notes MobileViTv2's context weights (Mehta and Rastegari 2022): one query for all."""

    def note(_: nn.Module, __: Any, made: Tensor) -> None:  # (B, 1 + 2 C, W, S)
        if is_recording():
            record_weights(attention, made[:, 0].softmax(-1).flatten(0, 1)[:, None, None])

    attention.qkv_proj.register_forward_hook(note)


def hook_pooling(attention: nn.MultiheadAttention) -> None:
    """Notes an attention of torch's own, which makes its projections inside."""

    def note(_: nn.Module, args: Any) -> None:
        if is_recording():
            query, key = (_project(attention, args[part], part) for part in (0, 1))
            record(attention, query, key, query.shape[-1] ** -0.5)

    attention.register_forward_pre_hook(note)


def _project(attention: nn.MultiheadAttention, given: Tensor, part: int) -> Tensor:
    """The queries (part 0) or keys (1) of (B, T, C): (B, H, T, D)."""
    weight = attention.in_proj_weight.chunk(3)[part]
    bias = None if attention.in_proj_bias is None else attention.in_proj_bias.chunk(3)[part]
    return _split(F.linear(given, weight, bias), attention.num_heads)


def hook_gate(layer: nn.Module, gate: nn.Module) -> None:
    """Notes what `gate` gives, one value a channel (B, C, 1, 1), and the map that `layer` takes and
    multiplies by it; an intervention's values take its place.
    """
    given = threading.local()

    def begin(_: nn.Module, args: Any) -> None:
        given.maps = args[0]

    def note(_: nn.Module, __: Any, made: Tensor) -> Tensor:
        return record_gate(gate, made, given.maps)

    layer.register_forward_pre_hook(begin)
    gate.register_forward_hook(note)


def _split(made: Tensor, heads: int) -> Tensor:
    """(B, T, H * D) to (B, H, T, D)."""
    return made.view(*made.shape[:-1], heads, -1).transpose(1, 2)


def _sum(bias: Tensor | None, mask: Tensor | None) -> Tensor | None:
    """A bias (1, H, T, S) and a mask (W, T, S), which is the same for every head."""
    if mask is None:
        return bias
    return mask[:, None] if bias is None else torch.add(bias, mask[:, None])
