"""`foveate models`."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from app.cli.terminal import CatalogOption


def models(
    catalog: CatalogOption = None,
) -> None:
    """List the catalog: models, papers, licences, sources."""
    from models.catalog.catalog import Catalog
    from models.weights.locate import is_cached

    table = Table("name", "task", "title", "licence", "MB", "ready")
    for card in Catalog(*([catalog] if catalog else [])).values():
        ready = "yes" if is_cached(card.name, card.source) else "on first use"
        size = f"{card.bytes / 1e6:.0f}"
        table.add_row(card.name, card.task, card.title, card.licence, size, ready)
    Console().print(table)
