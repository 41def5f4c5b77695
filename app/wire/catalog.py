"""What there is to choose from: models, photos and sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from foveate.app.wire.base import Wire
from foveate.models.catalog.card import Card
from foveate.models.weights.source import FolderSource


class ModelCard(Card):
    """A model of the catalog, and whether it is in memory."""

    loaded: bool

    @classmethod
    def of(cls, card: Card, loaded: bool) -> ModelCard:
        """The card as visitors may see it: of a folder of this machine its last name alone."""
        source = card.source
        if isinstance(source, FolderSource):
            source = source.model_copy(update={"path": Path(source.path.name)})
        return cls(**card.model_dump(exclude={"source"}), source=source, loaded=loaded)


class Sample(Wire):
    """A photo that comes with the service; width and height in pixels."""

    name: str
    title: str
    alt: str
    author: str
    licence: str
    source: str
    url: str
    width: int
    height: int


class VideoSample(Wire):
    """A video that comes with the service; width and height in pixels, duration in seconds."""

    name: str
    title: str
    alt: str
    author: str
    licence: str
    source: str
    url: str
    width: int
    height: int
    duration: float


class SampleObject(Sample):
    """A thing for a composite; `label` is its class among the vision lab's, or none of them."""

    label: str | None = None


class Sentence(Wire):
    """A text to start from; `task` "" suits any model, `target` is a translation to align.

    `shows` says what is to be seen in what the models have `written`, by their names: it is true
    of nothing else.
    """

    title: str
    language: str
    text: str
    target: str = ""
    task: Literal["", "translate", "read"] = ""
    source: str = ""
    shows: str = ""
    written: dict[str, str] = {}
