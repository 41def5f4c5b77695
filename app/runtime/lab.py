"""The heads of the vision lab, and those over time, among the models of the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from foveate.models.catalog.card import Card
from foveate.models.errors import InputError
from foveate.models.weights.source import TrainedSource
from foveate.models.zoo.image.heads import table as places
from foveate.models.zoo.video.heads import table as times

Heads = Mapping[str, places.Entry]
Whens = Mapping[str, times.Entry]
Entry = TypeVar("Entry")
PREFIX, WHEN = "vision-", "when-"  # of the names of their cards


def heads_of(cards: Mapping[str, Card], names: str | None = None) -> Heads:
    """The lab's heads of these names (with commas between), else all, in the table's order.

    Raises InputError for a name that is none of them.
    """
    return _chosen(_trained(cards, PREFIX, places.HEADS), names, "head of the vision lab")


def whens_of(cards: Mapping[str, Card], names: str | None = None) -> Whens:
    """The same of the heads over time."""
    return _chosen(_trained(cards, WHEN, times.HEADS), names, "head over time")


def _trained(
    cards: Mapping[str, Card], prefix: str, table: Mapping[str, Entry]
) -> dict[str, Entry]:
    """Those that this project trained, by the names of their cards."""
    return {
        prefix + name: entry
        for name, entry in table.items()
        if isinstance(getattr(cards.get(prefix + name), "source", None), TrainedSource)
    }


def _chosen(known: Mapping[str, Entry], names: str | None, what: str) -> Mapping[str, Entry]:
    if not names:
        return known
    asked = list(dict.fromkeys(part.strip() for part in names.split(",") if part.strip()))
    for name in asked:
        if name not in known:
            raise InputError(
                f"model {name[:80]!r} is no {what}: give some of {', '.join(known)}.", "models"
            )
    return {name: known[name] for name in asked}
