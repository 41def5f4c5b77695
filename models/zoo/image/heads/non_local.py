"""Non-local neural networks (Wang et al. 2018): one self-attention added to the maps.

https://arxiv.org/abs/1711.07971, equations 1, 4 and 6, embedded Gaussian: softmax(theta^T phi) g,
not divided by a root, half as many channels inside, z = W y + x. The norm after W starts at 0, so
that the block begins as the identity.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from foveate.models.attention import Attention
from foveate.models.intervention import Intervention
from foveate.models.recording import record
from foveate.models.site import Site
from foveate.models.zoo.image.heads.base import (
    WIDTH,
    Attending,
    Head,
    as_maps,
    as_tokens,
    grid_axis,
    only,
    place_of,
    uniform,
)


class NonLocal(Attending):
    """z = norm(W softmax(theta(x)^T phi(x)) g(x)) + x."""

    part, of = "encoder", "self"

    def __init__(self, width: int) -> None:
        super().__init__()
        half = width // 2
        self.theta, self.phi, self.g = (nn.Linear(width, half) for _ in range(3))
        self.output = nn.Linear(half, width)
        self.norm = nn.BatchNorm2d(width)
        nn.init.zeros_(self.norm.weight)

    def forward(self, maps: Tensor, intervention: Intervention) -> Tensor:
        """(B, C, rows, columns) to the same shape."""
        places = as_tokens(maps)
        query, key, value = (made(places)[:, None] for made in (self.theta, self.phi, self.g))
        if intervention.attention == "off":
            query = uniform(query)
        added = None
        if intervention.pin is not None:
            added = only(place_of(intervention.pin), places.shape[1], places)[None, None, None]
        record(self, query, key, 1.0, added, value=value)
        sums = F.scaled_dot_product_attention(query, key, value, added, scale=1.0)
        mixed = self.output(sums.transpose(1, 2).flatten(2))  # (B, S, C)
        added_to: Tensor = self.norm(as_maps(mixed)) + maps
        return added_to

    def site(self, held: Attention) -> Site:
        return Site(self.name, "self", self.layer, grid_axis(), grid_axis(), held)


class NonLocalHead(Head):
    """A non-local block before the average."""

    def __init__(self, classes: int, width: int = WIDTH) -> None:
        super().__init__(classes, width)
        self.block = NonLocal(width)

    def change(self, maps: Tensor, intervention: Intervention) -> Tensor:
        changed: Tensor = self.block(maps, intervention)
        return changed
