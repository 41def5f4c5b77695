"""What the heads of the vision lab share: a scale, an average and a classifier, and their sites.

Guo et al. 2022, "Attention mechanisms in computer vision: a survey": attention is y = f(g(x), x).
A head differs from the others in g alone, either in what changes the maps before they are averaged
or in how they are pooled. Axis sizes in comments: B pictures, C channels, S places.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import torch
from torch import Tensor, nn

from foveate.models.attention import Attention
from foveate.models.axis import Patches, Tokens
from foveate.models.intervention import UNTOUCHED, Intervention, Offers
from foveate.models.recording import Calls
from foveate.models.site import Site
from foveate.models.zoo.image.stem import CHANNELS, PLACES

WIDTH = CHANNELS  # that every head works on
PICTURE = Tokens(("picture",))  # whose one vector, or one gate, it is
ACTIVATION = "activation"  # the output that a head which averages has
HIDDEN, DROPPED = 0.15, 0.2  # of the stem's numbers and of the pooled vector, in training


class Attending(nn.Module):
    """A module that records one call a pass, and says which site it is.

    `part` and `of` make its name with its layer, `encoder.2.self`.
    """

    part: str
    of: str
    layer = 1

    @property
    def name(self) -> str:
        return f"{self.part}.{self.layer}.{self.of}"

    def site(self, held: Attention) -> Site:
        """What it held in a pass, with its axes."""
        raise NotImplementedError


class Head(nn.Module):
    """The stem's maps (B, 112, 14, 14) to logits (B, classes).

    The neck brings the stem's channels to one scale and has no weights: whatever a head can tell,
    its own part has made. It overrides `change`, what is done to the maps before they become one
    vector, or `pool`.
    """

    def __init__(self, classes: int, width: int = WIDTH) -> None:
        super().__init__()
        self.neck = nn.BatchNorm2d(CHANNELS, affine=False)
        self.noise = nn.Dropout(HIDDEN)
        self.dropout = nn.Dropout(DROPPED)
        self.classifier = nn.Linear(width, classes)

    def forward(self, maps: Tensor, intervention: Intervention = UNTOUCHED) -> Tensor:
        return self.concluded(self.changed(maps, intervention), intervention)

    def changed(self, maps: Tensor, intervention: Intervention = UNTOUCHED) -> Tensor:
        """The stem's maps as they go into the pooling (B, C, rows, columns)."""
        return self.change(self.noise(self.neck(maps)), intervention)

    def concluded(self, changed: Tensor, intervention: Intervention = UNTOUCHED) -> Tensor:
        """The logits of maps that go into the pooling."""
        vector = self.pool(changed, intervention)  # (B, C)
        logits: Tensor = self.classifier(self.dropout(vector))
        return logits

    @property
    def averages(self) -> bool:
        """Whether its pooling is the average, so that a class activation map adds up exactly."""
        return type(self).pool is Head.pool

    def activation(self, changed: Tensor) -> Tensor:
        """What each place adds to each logit of a head that averages: (B, classes, rows, columns).

        Zhou et al. 2016, "Learning deep features for discriminative localization", equation 2: the
        classifier's weights on the places. Their sum and the classifier's bias are the logit.
        """
        places = changed.shape[2] * changed.shape[3]
        return torch.einsum("kc,bcrs->bkrs", self.classifier.weight, changed) / places

    def change(self, maps: Tensor, intervention: Intervention) -> Tensor:
        """Maps (B, C, rows, columns) as they go into the pooling."""
        return maps

    def pool(self, maps: Tensor, intervention: Intervention) -> Tensor:
        """The picture's one vector (B, C): here the fixed one, the average over places."""
        return maps.mean((2, 3))

    def attending(self) -> Iterator[Attending]:
        """Its parts that attend, in their order."""
        return (part for part in self.modules() if isinstance(part, Attending))

    def sites(self, calls: Calls) -> tuple[Site, ...]:
        """The sites of a recorded pass over one picture."""
        return tuple(cast(Attending, call.module).site(call.item(0)) for call in calls)

    def gates(self) -> dict[str, nn.Module]:
        """Its sigmoid gates by the names of their sites."""
        return {part.name: part for part in self.attending() if part.part == "gate"}

    @property
    def offers(self) -> Offers:
        """What an intervention may change in it."""
        attends = any(True for _ in self.attending())
        return Offers(tuple(self.gates()), attention=attends, pin=attends, output="classes")


def by_place(inner: int, outer: int) -> nn.Sequential:
    """A layer of every place alone: nothing is seen beside it."""
    return nn.Sequential(nn.Conv2d(inner, outer, 1, bias=False), nn.BatchNorm2d(outer), nn.ReLU())


def grid_axis() -> Patches:
    """The places of the maps."""
    return Patches(PLACES)


def place_of(pin: tuple[int, int], columns: int = PLACES.columns) -> int:
    """The number of a place (row, column), row by row."""
    return pin[0] * columns + pin[1]


def squeezed(maps: Tensor, intervention: Intervention) -> Tensor:
    """What a channel gate is worked out from (B, C): the average over places (Hu et al. 2018,
    equation 2), or the one place that attention is pinned to.
    """
    if intervention.pin is None:
        return maps.mean((2, 3))
    return maps[:, :, intervention.pin[0], intervention.pin[1]]


def only(place: int, places: int, like: Tensor) -> Tensor:
    """Added to scores: 0 at a place and minus infinity at all others, (places,)."""
    added = like.new_full((places,), float("-inf"))
    added[place] = 0.0
    return added


def as_tokens(maps: Tensor) -> Tensor:
    """(B, C, rows, columns) -> (B, S, C)."""
    return maps.flatten(2).mT


def as_maps(tokens: Tensor, columns: int = PLACES.columns) -> Tensor:
    """(B, S, C) -> (B, C, rows, columns)."""
    return tokens.mT.reshape(len(tokens), tokens.shape[2], -1, columns)


def uniform(scores: Tensor) -> Tensor:
    """Scores that prefer nothing."""
    return torch.zeros_like(scores)
