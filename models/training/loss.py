"""Cross-entropy over a whole vocabulary, without holding the logits of a whole batch.

A batch of 2,000 tokens and a vocabulary of 8,000 is a table of 16 million logits, which autograd
would keep and walk over a dozen times: more time than all matrix products of a small model. Here a
few hundred tokens at a time get their logits, loss and gradient while those are in the cache.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

CHUNK = 256


def smoothed_cross_entropy(
    states: Tensor, weight: Tensor, bias: Tensor, target: Tensor, smoothing: float, dtype: Any
) -> Tensor:
    """Mean cross-entropy a token, in nats, with smoothed labels (Szegedy et al. 2016).

    Decoder states (N, E), output layer (V, E) and (V,), target ids (N,). Every label keeps
    1 - `smoothing` of its weight and all V share the rest. Products are taken in `dtype`.
    """
    loss: Tensor = _SmoothedCrossEntropy.apply(states, weight, bias, target, smoothing, dtype)  # type: ignore[no-untyped-call]
    return loss


class _SmoothedCrossEntropy(torch.autograd.Function):
    """The gradient of a logit is its probability less its label, so forward can work it out."""

    @staticmethod
    def forward(
        ctx: Any,
        states: Tensor,
        weight: Tensor,
        bias: Tensor,
        target: Tensor,
        smoothing: float,
        dtype: torch.dtype,
    ) -> Tensor:
        x, rows = states.to(dtype), weight.to(dtype)
        loss, by_state = torch.zeros_like(bias[0]), torch.empty_like(x)
        by_weight, by_bias = torch.zeros_like(weight), torch.zeros_like(bias)
        for at in range(0, len(x), CHUNK):
            part, labels = x[at : at + CHUNK], target[at : at + CHUNK, None]
            logits = (part @ rows.T).to(bias.dtype).add_(bias)
            error = logits.softmax(-1)
            loss += _summed(logits, error, labels, smoothing)
            error.sub_(smoothing / len(bias))
            error.scatter_add_(-1, labels, torch.full_like(error[:, :1], smoothing - 1))
            by_bias += error.sum(0)
            error = error.to(dtype)
            by_state[at : at + CHUNK] = error @ rows
            by_weight += error.T @ part
        ctx.save_for_backward(by_state.to(states.dtype), by_weight, by_bias)
        ctx.count = len(x)
        return loss / len(x)

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        scale = upstream[0] / ctx.count
        by_state, by_weight, by_bias = ctx.saved_tensors
        return by_state * scale.to(by_state.dtype), by_weight * scale, by_bias * scale, *[None] * 3


def _summed(logits: Tensor, probabilities: Tensor, labels: Tensor, smoothing: float) -> Tensor:
    """The chunk's loss. log Z comes from the likeliest word, whose probability is never zero."""
    log_z = logits.amax(-1) - probabilities.amax(-1).log()
    label = log_z - logits.gather(-1, labels)[:, 0]
    every = log_z - logits.mean(-1)
    return ((1 - smoothing) * label + smoothing * every).sum()
