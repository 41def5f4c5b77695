"""A hand on the decoder's attention: pins, and attention switched off."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from foveate.models.errors import InputError


@dataclass(frozen=True, slots=True)
class Guidance:
    """A hand on the decoder's attention: what it may look at, and whether it is given anything.

    `pins` names, by step from 0, the only source tokens that the step may look at; those under None
    hold for every other step. Without `attention` the decoder gets zeros for what it would see.
    `others` is what the weights of tokens that are not pinned are multiplied by before they are
    brought to a sum of 1 again: 0 filters them out (Broadbent 1958), more attenuates them
    (Treisman 1964).
    """

    pins: Mapping[int | None, tuple[int, ...]] = field(default_factory=dict)
    attention: bool = True
    others: float = 0.0

    def check(self, sizes: Sequence[int]) -> None:
        """Raises InputError where pins cannot be met by sources of so many tokens."""
        if self.pins and len(sizes) > 1:
            raise InputError(f"pins are for one sentence: text has {len(sizes)}.", "pins")
        for token in sorted({token for tokens in self.pins.values() for token in tokens}):
            if not 0 <= token < sizes[0]:
                raise InputError(
                    f"pins name source token {token}: give numbers from 0 to {sizes[0] - 1}.",
                    "pins",
                )

    def bias(self, steps: int, size: int) -> Tensor | None:
        """(T, S): 0 where a step may look, log(`others`) elsewhere. Raises InputError."""
        self.check([size])
        if not self.pins:
            return None
        low = math.log(self.others) if self.others else -math.inf
        rows = {step: _only(tokens, size, low) for step, tokens in self.pins.items() if tokens}
        free = rows.get(None, torch.zeros(size))
        return torch.stack([rows.get(step, free) for step in range(steps)])


def _only(tokens: tuple[int, ...], size: int, low: float) -> Tensor:
    """(S,): 0 at the tokens, `low` elsewhere."""
    return torch.full((size,), low).index_fill(0, torch.tensor(tokens), 0)


FREE = Guidance()
