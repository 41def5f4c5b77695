"""How the work of reading grows with the length of a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field

from foveate.app.wire.base import Sent, Wire
from foveate.app.wire.texts import ModelName, Passage
from foveate.models.zoo.translation import growth


class GrowthRequest(Sent):
    """A text whose tokens are read over and over, by a model of the sentence lab."""

    text: Annotated[Passage, Field(description="To read", examples=["The black cat sat."])]
    model: ModelName = "transformer-en-fr"


class ReadingLength(Wire):
    """Reading so many tokens: how many multiplications, how many steps that wait for the one
    before, and how long it took here.
    """

    tokens: int
    multiplications: int
    steps: int
    milliseconds: float


class ReadingGrowth(Wire):
    """A model's encoder, at growing lengths."""

    model: str
    lengths: list[ReadingLength]

    @classmethod
    def of(cls, model: str, found: Sequence[growth.Growth]) -> Self:
        return cls(model=model, lengths=[ReadingLength.model_validate(each) for each in found])
