"""Two residual blocks of convolutions (He et al. 2016), with or without a gate inside.

https://arxiv.org/abs/1512.03385. No attention: every place sees its neighbours, 3 x 3 and then
5 x 5. A gate stands where squeeze-and-excitation has it, at the end of the residual branch, before
the addition (Hu et al. 2018, figure 3).
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

from foveate.models.intervention import Intervention
from foveate.models.zoo.image.heads.base import WIDTH, Attending, Head
from foveate.models.zoo.image.heads.cbam import Both
from foveate.models.zoo.image.heads.squeeze_excitation import SqueezeExcitation

BLOCKS = 2


class Residual(nn.Module):
    """relu(x + gate(norm(convolution(x))))."""

    def __init__(self, width: int, gate: nn.Module | None) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm, self.gate = nn.BatchNorm2d(width), gate

    def forward(self, maps: Tensor, intervention: Intervention) -> Tensor:
        made = self.norm(self.convolution(maps))
        if self.gate is not None:
            made = self.gate(made, intervention)
        added: Tensor = (maps + made).relu()
        return added


class Convolved(Head):
    """Two convolutions before the average."""

    gate: Callable[[int], nn.Module] | None = None

    def __init__(self, classes: int, width: int = WIDTH) -> None:
        super().__init__(classes, width)
        made = type(self).gate
        self.blocks = nn.ModuleList(
            Residual(width, None if made is None else made(width)) for _ in range(BLOCKS)
        )
        for layer, block in enumerate(self.blocks, start=1):
            for part in block.modules():
                if isinstance(part, Attending):
                    part.layer = layer

    def change(self, maps: Tensor, intervention: Intervention) -> Tensor:
        for block in self.blocks:
            maps = block(maps, intervention)
        return maps


class ConvolvedExcited(Convolved):
    """With squeeze-and-excitation inside."""

    gate = SqueezeExcitation


class ConvolvedCbam(Convolved):
    """With CBAM inside."""

    gate = Both
