"""The heads over time by name: what each is, in a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from foveate.models.errors import InputError
from foveate.models.zoo.video.heads.additive import Additive
from foveate.models.zoo.video.heads.average import Average
from foveate.models.zoo.video.heads.base import Head
from foveate.models.zoo.video.heads.query import Query, QueryPlaced


@dataclass(frozen=True, slots=True)
class Entry:
    """A head, whether it chooses when, and a sentence on it."""

    made: type[Head]
    chooses: bool
    words: str


HEADS: dict[str, Entry] = {
    "average": Entry(
        Average, False, "All frames are averaged into one fixed vector: no attention."
    ),
    "additive": Entry(
        Additive,
        True,
        "A small network scores every frame; the softmax of the scores weighs them (Bahdanau).",
    ),
    "query": Entry(
        Query,
        True,
        "A learned query is multiplied with the key of every frame; the weights sum their values.",
    ),
    "query-placed": Entry(
        QueryPlaced, True, "The same, and every frame knows its time: sinusoids are added to it."
    ),
}


def head_of(name: str, classes: int) -> Head:
    """An untrained head. Raises InputError for a name that is not in the table."""
    if name not in HEADS:
        raise InputError(f"head {name[:40]!r} is not in the zoo: give one of {', '.join(HEADS)}.")
    return HEADS[name].made(classes)
