"""`foveate fetch`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.terminal import CatalogOption, notes
from models.errors import InputError


def fetch(
    name: Annotated[str | None, typer.Argument(help="A model; else the default ones")] = None,
    catalog: CatalogOption = None,
) -> None:
    """Fetch and convert weights into the cache, so that nothing is fetched later."""
    from models.catalog.catalog import Catalog
    from models.catalog.load import prepare

    if name is None:
        fetch_defaults(catalog)
        return
    cards = Catalog(*([catalog] if catalog else []))
    if name not in cards:
        raise InputError(f"model {name!r} is not in the catalog: {', '.join(cards)}.", "model")
    prepare(cards[name], notes.print)


def fetch_defaults(extra: Path | None) -> None:
    """The weights of the default models, and of those that align with them."""
    from models.catalog.catalog import Catalog
    from models.catalog.load import prepare

    for card in Catalog(*([extra] if extra else [])).values():
        if card.default or card.reverse:  # a default translator's way back aligns pairs with it
            prepare(card, notes.print)
