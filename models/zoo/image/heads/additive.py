"""Additive attention over places (Bahdanau et al. 2015; of pictures, Xu et al. 2015).

https://arxiv.org/abs/1409.0473, appendix A.1.2; https://arxiv.org/abs/1502.03044. There the query
is the decoder's state; here one verdict is asked for, so that W s is a vector that is learned.
"""

from __future__ import annotations

from torch import Tensor, nn

from foveate.models.attention import Attention
from foveate.models.intervention import Intervention
from foveate.models.recording import record_weights
from foveate.models.site import Site
from foveate.models.zoo.image.heads.base import (
    PICTURE,
    WIDTH,
    Attending,
    Head,
    as_tokens,
    by_place,
    grid_axis,
    only,
    place_of,
    uniform,
)
from foveate.models.zoo.image.stem import CHANNELS


class AdditivePooling(Attending):
    """e = v . tanh(U h + W s), alpha = softmax(e), c = sum of alpha h."""

    part, of = "pooler", "cross"

    def __init__(self, width: int) -> None:
        super().__init__()
        self.key = nn.Linear(width, width)  # U; its bias is W s, the same for every picture
        self.score = nn.Linear(width, 1, bias=False)  # v

    def forward(self, maps: Tensor, intervention: Intervention) -> Tensor:
        """(B, C, rows, columns) -> (B, C)."""
        places = as_tokens(maps)
        scores = self.score(self.key(places).tanh()).mT  # (B, S, C) -> (B, 1, S)
        if intervention.attention == "off":
            scores = uniform(scores)
        if intervention.pin is not None:
            scores = scores + only(place_of(intervention.pin), scores.shape[-1], scores)
        weights = scores.softmax(-1)
        record_weights(self, weights[:, None])
        pooled: Tensor = (weights @ places)[:, 0]  # (B, 1, S) x (B, S, C) -> (B, C)
        return pooled

    def site(self, held: Attention) -> Site:
        return Site(self.name, "cross", self.layer, PICTURE, grid_axis(), held)


class Additive(Head):
    """The places' weighted sum in the average's stead."""

    def __init__(self, classes: int, width: int = WIDTH) -> None:
        super().__init__(classes, width)
        self.pooler = AdditivePooling(width)

    def pool(self, maps: Tensor, intervention: Intervention) -> Tensor:
        pooled: Tensor = self.pooler(maps, intervention)
        return pooled


class AdditiveDeep(Additive):
    """After one more layer of every place, as `AverageDeep` has it: what is scored and summed need
    not be what the stem saw.
    """

    def __init__(self, classes: int, width: int = WIDTH) -> None:
        super().__init__(classes, width)
        self.deeper = by_place(CHANNELS, width)

    def change(self, maps: Tensor, intervention: Intervention) -> Tensor:
        changed: Tensor = self.deeper(maps)
        return changed
