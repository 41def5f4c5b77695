"""Global average pooling: the fixed vector (Lin et al. 2014, "Network in network").

https://arxiv.org/abs/1312.4400. Every place counts the same, whatever it shows: an object has as
much of the vector as it has of the picture.
"""

from __future__ import annotations

from torch import Tensor

from foveate.models.intervention import Intervention
from foveate.models.zoo.image.heads.base import WIDTH, Head, by_place
from foveate.models.zoo.image.stem import CHANNELS


class Average(Head):
    """No attention."""


class AverageDeep(Head):
    """No attention either, and one more layer of every place before the average: a control. What is
    added up need not be what was seen, so that more of a small object can be left.
    """

    def __init__(self, classes: int, width: int = WIDTH) -> None:
        super().__init__(classes, width)
        self.deeper = by_place(CHANNELS, width)

    def change(self, maps: Tensor, intervention: Intervention) -> Tensor:
        changed: Tensor = self.deeper(maps)
        return changed
