"""What an attention adds to its scores, as the fused kernel takes it: masks, soft caps.

Axis sizes in comments: B inputs, H heads, T queries, S keys.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


def additive(mask: Tensor | None) -> Tensor | None:
    """A boolean mask as a bias. Not -inf: a query that sees nothing (padding) would become NaN."""
    if mask is None or mask.dtype != torch.bool:
        return mask
    hidden = torch.finfo(torch.float32).min
    return torch.zeros(mask.shape).masked_fill(~mask, hidden)


def capped(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    mask: Tensor | None,
    cap: float,
    arguments: dict[str, Any],
) -> Tensor:
    """A soft cap (Gemma 2) as a bias (B, H, T, S), the mask in it: cap tanh(s / cap) - s.

    The fused kernel has no cap, but adds a bias to its scores s = q k^T * scale.
    """
    heads = query.shape[1] // key.shape[1]
    scale = float(arguments.get("scaling") or query.shape[-1] ** -0.5)
    scores: Tensor = query @ key.repeat_interleave(heads, 1).mT * scale  # (B, H, T, S)
    bias: Tensor = cap * (scores / cap).tanh() - scores
    if is_causal(module, query, mask, arguments.get("is_causal")):
        mask = torch.ones(scores.shape[-2:], dtype=torch.bool, device=key.device).tril()
    added = additive(mask)
    return bias if added is None else bias + added.to(bias)


def is_causal(
    module: nn.Module, query: Tensor, mask: Tensor | None, requested: bool | None
) -> bool:
    """The fused function's own rule: causal by flag only where there is no mask."""
    flag = getattr(module, "is_causal", True) if requested is None else requested
    return bool(flag) and mask is None and query.shape[2] > 1


def summed(first: Tensor | None, second: Tensor | None) -> Tensor | None:
    if first is None or second is None:
        return second if first is None else first
    return first + second
