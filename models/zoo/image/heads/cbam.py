"""CBAM: convolutional block attention module (Woo et al. 2018): "what", then "where".

https://arxiv.org/abs/1807.06521, equations 1 to 3, as in its authors' code: one MLP for average and
maximum, a convolution of 7 x 7 over maximum and average of the channels, batch normalisation whose
factor starts at 0, the channels' gate first. Its second half alone is the spatial gate.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from foveate.models.intervention import Intervention
from foveate.models.zoo.image.heads.base import WIDTH, squeezed
from foveate.models.zoo.image.heads.gates import Gate, Gated

RATIO = 8


class ChannelGate(Gate):
    """Mc = sigmoid(MLP(average) + MLP(maximum)), the MLP the same."""

    of = "channel"

    def __init__(self, width: int, ratio: int = RATIO) -> None:
        super().__init__()
        hidden = width // ratio
        self.shared = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, width))

    def forward(self, maps: Tensor, intervention: Intervention) -> Tensor:
        average = squeezed(maps, intervention)
        highest = average if intervention.pin is not None else maps.amax((2, 3))
        gate = (self.shared(average) + self.shared(highest)).sigmoid()  # (B, C)
        return self.multiplied(maps, gate[..., None, None], intervention)


class SpatialGate(Gate):
    """Ms = sigmoid(norm(conv([maximum; average]))) over the channels; pinned, it is open at the one
    place and closed everywhere else.
    """

    of = "spatial"

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(2, 1, 7, padding=3, bias=False)
        self.norm = nn.BatchNorm2d(1)
        nn.init.zeros_(self.norm.weight)

    def forward(self, maps: Tensor, intervention: Intervention) -> Tensor:
        seen = torch.cat([maps.amax(1, True), maps.mean(1, True)], 1)  # (B, 2, rows, columns)
        gate = self.norm(self.convolution(seen)).sigmoid()
        if intervention.pin is not None:
            row, column = intervention.pin
            gate = torch.zeros_like(gate)
            gate[:, :, row, column] = 1.0
        return self.multiplied(maps, gate, intervention)


class Both(nn.Module):
    """The channels' gate, then the places' gate of what is left."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.channel, self.spatial = ChannelGate(width), SpatialGate()

    def forward(self, maps: Tensor, intervention: Intervention) -> Tensor:
        gated: Tensor = self.spatial(self.channel(maps, intervention), intervention)
        return gated


class Cbam(Gated):
    """CBAM before the average."""

    def __init__(self, classes: int, width: int = WIDTH) -> None:
        super().__init__(Both(width), classes, width)


class Spatial(Gated):
    """The spatial gate alone before the average."""

    def __init__(self, classes: int, width: int = WIDTH) -> None:
        super().__init__(SpatialGate(), classes, width)
