"""Neural machine translation by jointly learning to align and translate (Bahdanau et al. 2015).

https://arxiv.org/abs/1409.0473

Every step has a context of its own: the sum of the encoder's states by weights that the decoder
learns. The score of a state is a small feed-forward network (appendix A.1.2). In the paper the
query is the decoder's state before it has read the last word; here it is the one after, as in Luong
et al. 2015, so that all models of the lab differ in the score alone.
"""

from __future__ import annotations

from torch import Tensor, nn

from foveate.models.recording import record_weights
from foveate.models.zoo.translation.recurrent import Attention, Memory, Recurrent, attend


class Additive(Attention):
    """score(q, s) = v . tanh(W q + U s)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.query = nn.Linear(width, width // 2, bias=False)
        self.key = nn.Linear(width, width // 2)
        self.score = nn.Linear(width // 2, 1, bias=False)

    def keys(self, states: Tensor) -> Tensor:
        """U s (B, S, C / 2)."""
        keys: Tensor = self.key(states)
        return keys

    def forward(self, query: Tensor, memory: Memory) -> Tensor:
        scores = self.score((self.query(query)[:, None] + memory.keys).tanh()).mT  # (B, 1, S)
        context, weights = attend(scores, memory)
        record_weights(self, weights[:, None])
        return context


class AdditiveTranslator(Recurrent):
    attention = Additive
