"""Attention U-Net: learning where to look for the pancreas (Oktay et al. 2018).

https://arxiv.org/abs/1804.03999, equations 1 and 2, and the authors' code: additive attention, one
map a gate, alpha = sigmoid(psi relu(Wx x + Wg g + b) + b'). x is the skip, g what comes from below;
Wx goes by steps of 2 and has no bias, so that alpha exists at half the skip's size and is brought
up. The first skip, of the finest map, is not gated (section 3). The convolution that follows the
gate in the authors' code is left out: the step's own takes its place.
"""

from __future__ import annotations

from torch import Tensor, nn

from foveate.models.recording import record_gate
from foveate.models.zoo.image.decoders.base import BOTTOM, UP, larger
from foveate.models.zoo.image.decoders.unet import UNet
from foveate.models.zoo.image.stem import TAPS

GATED = len(UP) - 1  # steps: all but the last


class AttentionGate(nn.Module):
    """y = alpha x, of a skip x (B, C, 2 rows, 2 columns) and g (B, width, rows, columns)."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        inner = channels // 2
        self.skip = nn.Conv2d(channels, inner, 2, stride=2, bias=False)  # Wx
        self.gating = nn.Conv2d(width, inner, 1)  # Wg and b
        self.score = nn.Conv2d(inner, 1, 1)  # psi and b'

    def forward(self, maps: Tensor, below: Tensor) -> Tensor:
        """(B, C, 2 rows, 2 columns) to the same shape."""
        gate = larger(self.weigh(maps, below))
        return maps * record_gate(self, gate, maps)

    def weigh(self, maps: Tensor, below: Tensor) -> Tensor:
        """alpha (B, 1, rows, columns)."""
        alpha: Tensor = self.score((self.skip(maps) + self.gating(below)).relu()).sigmoid()
        return alpha


class AttentionUNet(UNet):
    """U-Net whose skips are gated by place."""

    def __init__(self, classes: int) -> None:
        super().__init__(classes)
        before, taps = (BOTTOM, *UP), TAPS[-2::-1]
        self.gates = nn.ModuleList(
            AttentionGate(taps[number], before[number]) for number in range(GATED)
        )

    def named_gates(self) -> dict[str, nn.Module]:
        return {f"decoder.{number}.spatial": gate for number, gate in enumerate(self.gates, 1)}

    def across(self, number: int, tap: Tensor, below: Tensor) -> Tensor:
        gated = self.gates[number](tap, below) if number < GATED else tap
        return super().across(number, gated, below)
