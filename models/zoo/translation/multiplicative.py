"""Effective approaches to attention-based neural machine translation (Luong et al. 2015).

https://arxiv.org/abs/1508.04025

Three scores of a decoder's state q and an encoder's state s (section 3.1): dot q . s, general
q . W s and concat v . tanh(W [q; s]). The first two have queries and keys, and are what became the
attention of transformers.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from foveate.models.recording import record, record_weights
from foveate.models.zoo.translation.recurrent import Attention, Memory, Recurrent, attend


class Dot(Attention):
    """score(q, s) = q . s."""

    def __init__(self, width: int) -> None:
        super().__init__()

    def forward(self, query: Tensor, memory: Memory) -> Tensor:
        scores = query[:, None] @ memory.keys.to(query.dtype).mT  # (B, 1, C) x (B, S, C)
        bias = None if memory.bias is None else memory.bias[:, None]
        asked, answered = query[:, None, None], memory.keys[:, None]  # (B, H = 1, T or S, C)
        record(self, asked, answered, 1.0, bias, value=memory.states[:, None])
        return attend(scores, memory)[0]


class General(Dot):
    """score(q, s) = q . W s, with W kept as V = W sqrt(C).

    The scores are the same, but not how they are learnt. An optimizer that moves every number by
    about its rate (Adam) can move a score C times as far through W, which makes the softmax all or
    nothing within a few steps; through V it is sqrt(C) less.
    """

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.key = nn.Linear(width, width, bias=False)

    def keys(self, states: Tensor) -> Tensor:
        """W s (B, S, C)."""
        keys: Tensor = self.key(states) * states.shape[-1] ** -0.5
        return keys


class Concat(Attention):
    """score(q, s) = v . tanh(W [q; s])."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.both = nn.Linear(2 * width, width // 2, bias=False)
        self.score = nn.Linear(width // 2, 1, bias=False)

    def forward(self, query: Tensor, memory: Memory) -> Tensor:
        asked = query[:, None].expand(-1, memory.keys.shape[1], -1)
        hidden = self.both(torch.cat([asked, memory.keys.to(query.dtype)], -1)).tanh()
        context, weights = attend(self.score(hidden).mT, memory)
        record_weights(self, weights[:, None])
        return context


class DotTranslator(Recurrent):
    attention = Dot


class GeneralTranslator(Recurrent):
    attention = General


class ConcatTranslator(Recurrent):
    attention = Concat
