"""What gates have in common: values 0 to 1 that multiply the maps, and their sites."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from foveate.models.attention import Attention
from foveate.models.axis import Channels
from foveate.models.intervention import Intervention
from foveate.models.recording import record_gate
from foveate.models.site import Site
from foveate.models.zoo.image.heads.base import PICTURE, WIDTH, Attending, Head, grid_axis


class Gate(Attending):
    """A sigmoid for each channel (B, C, 1, 1) or each place (B, 1, rows, columns).

    Attention that is off leaves it open (1); subclasses say what a pinned one is.
    """

    part = "gate"

    def multiplied(self, maps: Tensor, gate: Tensor, intervention: Intervention) -> Tensor:
        """The maps times the gate as it is set."""
        if intervention.attention == "off":
            gate = torch.ones_like(gate)
        return maps * record_gate(self, gate, maps)

    def site(self, held: Attention) -> Site:
        key = Channels(held.shape[2]) if self.of == "channel" else grid_axis()
        return Site(self.name, "gate", self.layer, PICTURE, key, held)


class Gated(Head):
    """Maps go through a gate, then into the average."""

    def __init__(self, gate: nn.Module, classes: int, width: int = WIDTH) -> None:
        super().__init__(classes, width)
        self.gate = gate

    def change(self, maps: Tensor, intervention: Intervention) -> Tensor:
        gated: Tensor = self.gate(maps, intervention)
        return gated
