"""`foveate fetch`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from foveate.app.cli.environment import check_names
from foveate.app.cli.terminal import CatalogOption, complain, notes, opened
from foveate.models.errors import InputError, WeightsError

if TYPE_CHECKING:
    from foveate.models.catalog.card import Card
    from foveate.models.catalog.catalog import Catalog


def fetch(
    names: Annotated[
        list[str] | None, typer.Argument(help="Models by name; else the default ones")
    ] = None,
    catalog: CatalogOption = None,
) -> None:
    """Fetch and convert weights into the cache, so that nothing is fetched later."""
    from foveate.models.catalog.load import prepare

    check_names()
    cards = opened(catalog)
    if not names:
        fetch_defaults(cards)
        return
    for name in names:
        if name not in cards:
            raise InputError(f"model {name!r} is not in the catalog: {', '.join(cards)}.", "model")
    for name in names:
        if getattr(cards[name].source, "asked", False):
            notes.print(f"{cards[name].title}: {cards[name].licence}", highlight=False)
        prepare(cards[name], notes.print)


def fetch_defaults(cards: Catalog) -> None:
    """The weights that no start is without. Raises WeightsError."""
    from foveate.models.catalog.load import prepare

    for card in cards.values():
        if _is_needed(card, cards):
            prepare(card, notes.print)


def fetch_others(cards: Catalog) -> None:
    """The weights of all other models but optional ones; what cannot be had is told."""
    from foveate.models.catalog.load import check, prepare
    from foveate.models.weights.locate import is_cached

    for card in cards.values():
        try:
            check(card)
            if not (card.optional or is_cached(card.name, card.source) or _is_needed(card, cards)):
                prepare(card, notes.print)
        except WeightsError as error:
            complain(card.name, error)


def _is_needed(card: Card, cards: Catalog) -> bool:
    """Whether a model is a default one, or the way back that aligns pairs with it."""
    return card.default or card.name in {each.reverse for each in cards.values() if each.default}
