"""The mean over time: the fixed vector (Karpathy et al. 2014, "Large-scale video classification",
late fusion in its plainest form; Ng et al. 2015 average frames' features so).

https://doi.org/10.1109/CVPR.2014.223. Every frame counts the same, whatever it shows: a thing has
as much of the vector as it has of the time.
"""

from __future__ import annotations

from torch import Tensor

from foveate.models.intervention import Intervention
from foveate.models.zoo.video.heads.base import Head


class Average(Head):
    """No attention."""

    def pool(self, frames: Tensor, intervention: Intervention) -> Tensor:
        return frames.mean(1)
