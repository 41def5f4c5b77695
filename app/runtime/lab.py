"""The models of the labs of pictures among those of the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from foveate.models.catalog.card import Card
from foveate.models.catalog.catalog import is_at_hand
from foveate.models.errors import InputError
from foveate.models.weights.source import TrainedSource
from foveate.models.zoo.image.decoders import table as decoders
from foveate.models.zoo.image.heads.table import HEADS, Entry

Heads = Mapping[str, Entry]
Decoders = Mapping[str, decoders.Entry]
PREFIX = "vision-"  # of the names of the heads' cards
STREETS = "streets-"  # of those of the decoders of street scenes
Listed = TypeVar("Listed")


def heads_of(cards: Mapping[str, Card], names: str | None = None) -> Heads:
    """The vision lab's heads of these names (with commas between), else all, in the table's order.

    Raises InputError for a name that is none of them.
    """
    return _chosen(_known(cards, PREFIX, HEADS), names, "head of the vision lab")


def decoders_of(cards: Mapping[str, Card], names: str | None = None) -> Decoders:
    """The decoders of street scenes of these names, else all that the operator has fetched.

    Raises InputError for a name that is none of them, and where none is fetched.
    """
    known = streets(cards)
    if names:
        return _chosen(known, names, "model of street scenes")
    here = {name: entry for name, entry in known.items() if is_at_hand(cards[name])}
    if not here:
        raise InputError(
            "the models of street scenes are for research and personal use alone, and none is "
            f"fetched here: their operator can run `foveate fetch {' '.join(known)}`.",
            "models",
        )
    return here


def streets(cards: Mapping[str, Card]) -> Decoders:
    """The decoders of street scenes that are listed, fetched or not."""
    return _known(cards, STREETS, decoders.DECODERS)


def _known(
    cards: Mapping[str, Card], prefix: str, table: Mapping[str, Listed]
) -> dict[str, Listed]:
    """Those that were trained here: an operator's own card of that name is not one."""
    return {
        prefix + name: entry
        for name, entry in table.items()
        if isinstance(getattr(cards.get(prefix + name), "source", None), TrainedSource)
    }


def _chosen(known: Mapping[str, Listed], names: str | None, what: str) -> Mapping[str, Listed]:
    if not names:
        return known
    asked = list(dict.fromkeys(part.strip() for part in names.split(",") if part.strip()))
    for name in asked:
        if name not in known:
            raise InputError(
                f"model {name[:80]!r} is no {what}: give some of {', '.join(known)}.", "models"
            )
    return {name: known[name] for name in asked}
