"""`foveate models`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Column, Table

from foveate.app.cli.terminal import CatalogOption, opened

if TYPE_CHECKING:
    from foveate.models.catalog.card import Card


def models(
    catalog: CatalogOption = None,
) -> None:
    """List the models that the service would list, and whether their weights are here."""
    name = Column("name", no_wrap=True)
    words = (Column(said, min_width=10, overflow="fold") for said in ("title", "licence"))
    table = Table(
        name,
        "task",
        *words,
        "MB",
        Column("weights", ratio=1),
    )
    for card in opened(catalog).values():
        size = f"{card.bytes / 1e6:.0f}"
        table.add_row(card.name, card.task, card.title, card.licence, size, _weights(card))
    Console().print(table)


def _weights(card: Card) -> str:
    from foveate.models.errors import WeightsError
    from foveate.models.weights.locate import check_folder, is_cached

    try:
        check_folder(card.name, card.source)
    except WeightsError as error:
        return str(error)
    if is_cached(card.name, card.source):
        return "here"
    return f"`foveate fetch {card.name}`" if card.optional else "fetched at the start"
