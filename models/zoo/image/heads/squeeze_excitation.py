"""Squeeze-and-excitation (Hu et al. 2018): a gate a channel, "what".

https://arxiv.org/abs/1709.01507, equations 2 to 4. The published ratio of 16 would leave seven
units of 112 channels: here it is 8.
"""

from __future__ import annotations

from torch import Tensor

from foveate.models.intervention import Intervention
from foveate.models.zoo import gates
from foveate.models.zoo.image.heads.base import WIDTH, squeezed
from foveate.models.zoo.image.heads.gates import Gate, Gated

RATIO = 8


class SqueezeExcitation(gates.SqueezeExcitation, Gate):
    """s = sigmoid(W2 relu(W1 z)), z the average over places."""

    of = "channel"

    def __init__(self, width: int, ratio: int = RATIO) -> None:
        super().__init__(width, width // ratio)

    def forward(self, maps: Tensor, intervention: Intervention) -> Tensor:  # type: ignore[override]
        if intervention.attention == "off":
            return self.multiplied(maps, maps.new_empty(*maps.shape[:2], 1, 1), intervention)
        return super().forward(maps, squeezed(maps, intervention)[..., None, None])


class Excited(Gated):
    """SE before the average."""

    def __init__(self, classes: int, width: int = WIDTH) -> None:
        super().__init__(SqueezeExcitation(width), classes, width)
