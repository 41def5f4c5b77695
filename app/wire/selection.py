"""What a classifier says of what a lens leaves of a photo, the more it leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field
from torch import Tensor

from foveate.app.wire.base import Sent, Wire
from foveate.app.wire.choices import MOST_LETTERS, Choice, Lens, Look
from foveate.app.wire.convolutions import CamChoice, ClassProbability

MOST = 8  # photos beside the whole one
Kept = Annotated[float, Field(ge=1, le=100)]
Floor = Annotated[float, Field(ge=0, le=1)]
SelectiveLens = Literal[Lens.filter, Lens.attenuate]


class Selecting(Sent):
    """How much a lens leaves of a photo: some values of the one thing that it is set by."""

    lens: Annotated[SelectiveLens, Field(description="filter or attenuate")] = Lens.filter
    keep: Annotated[
        list[Kept],
        Field(description="filter: percents of weight kept", min_length=1, max_length=MOST),
    ] = [100, 80, 60, 40, 20, 10, 5, 1]
    floor: Annotated[
        list[Floor],
        Field(description="attenuate: least brightnesses", min_length=1, max_length=MOST),
    ] = [1, 0.8, 0.6, 0.4, 0.3, 0.2, 0.1, 0]

    def looks(self) -> list[Look]:
        """One for each value, in their order."""
        if self.lens is Lens.filter:
            return [Look(lens=self.lens, keep=share) for share in self.keep]
        return [Look(lens=self.lens, floor=least) for least in self.floor]


class WeightSelection(Selecting, Choice):
    """What is left by a heatmap of attention, and which model judges it."""

    judge: Annotated[
        str | None,
        Field(
            description="A classifier; else the traced model, or efficientnet-lite0 if it is none",
            max_length=MOST_LETTERS,
        ),
    ] = None


class CamSelection(Selecting, CamChoice):
    """What is left by a class activation map."""


class Point(Wire):
    """At so much kept (percent of the weight) or least brightness: the probability of the class
    that comes first on the whole photo, and the class that comes first now.
    """

    at: float
    probability: float
    first: ClassProbability


class Selection(Wire):
    """What `judge` says of a photo of `model`'s trace, whole and seen through a lens."""

    model: str
    judge: str
    lens: Lens
    classified: ClassProbability
    points: list[Point]

    @classmethod
    def of(
        cls, model: str, judge: str, chosen: Selecting, labels: Sequence[str], chances: Tensor
    ) -> Self:
        """Of probabilities (1 + values, classes): the whole photo's, then the values'."""
        whole, values = chances[0], chosen.keep if chosen.lens is Lens.filter else chosen.floor
        classified = _first(whole, labels)
        points = [
            Point(at=at, probability=float(row[classified.number]), first=_first(row, labels))
            for at, row in zip(values, chances[1:], strict=True)
        ]
        return cls(model=model, judge=judge, lens=chosen.lens, classified=classified, points=points)


def _first(chances: Tensor, labels: Sequence[str]) -> ClassProbability:
    number = int(chances.argmax())
    return ClassProbability(number=number, label=labels[number], probability=float(chances[number]))
