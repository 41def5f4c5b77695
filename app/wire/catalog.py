"""What there is to choose from: models, photos and sentences."""

from __future__ import annotations

from typing import Literal

from app.wire.base import Wire
from models.catalog.card import Card


class ModelCard(Card):
    """A model of the catalog, and whether it is in memory."""

    loaded: bool


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


class Sentence(Wire):
    """A text to start from; `task` "" suits any model, `target` is a translation to align."""

    title: str
    language: str
    text: str
    target: str = ""
    task: Literal["", "translate", "read"] = ""
