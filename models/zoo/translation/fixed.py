"""Sequence to sequence learning with neural networks (Sutskever et al. 2014).

https://arxiv.org/abs/1409.3215

The whole source in one vector: whatever the decoder asks, it is given the encoder's last state (at
every step, as in Cho et al. 2014, equation 8). The vector has the same width for five words as for
fifty, which is the bottleneck that attention was made to lift.
"""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from foveate.models.zoo.translation.recurrent import Attention, Memory, Recurrent


class LastState(Attention):
    """No attention: the context is the last state of both directions, whatever the query."""

    looks: ClassVar[bool] = False

    def __init__(self, width: int) -> None:
        super().__init__()

    def forward(self, query: Tensor, memory: Memory) -> Tensor:
        return memory.last.to(query.dtype)


class Fixed(Recurrent):
    attention = LastState
