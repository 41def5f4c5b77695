"""The heads of the vision lab among the models of the catalog."""

from __future__ import annotations

from collections.abc import Mapping

from foveate.models.catalog.card import Card
from foveate.models.errors import InputError
from foveate.models.weights.source import TrainedSource
from foveate.models.zoo.image.heads.table import HEADS, Entry

Heads = Mapping[str, Entry]
PREFIX = "vision-"  # of the names of their cards


def heads_of(cards: Mapping[str, Card], names: str | None = None) -> Heads:
    """The lab's heads of these names (with commas between), else all, in the table's order.

    Raises InputError for a name that is none of them.
    """
    known = {
        PREFIX + name: entry
        for name, entry in HEADS.items()
        if isinstance(getattr(cards.get(PREFIX + name), "source", None), TrainedSource)
    }
    if not names:
        return known
    asked = list(dict.fromkeys(part.strip() for part in names.split(",") if part.strip()))
    for name in asked:
        if name not in known:
            raise InputError(
                f"model {name[:80]!r} is no head of the vision lab: give some of "
                f"{', '.join(known)}.",
                "models",
            )
    return {name: known[name] for name in asked}
