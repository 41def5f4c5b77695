"""`foveate models`."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from foveate.app.cli.terminal import CatalogOption, complain, opened
from foveate.models.errors import CatalogError

if TYPE_CHECKING:
    from foveate.models.catalog.card import Card
    from foveate.models.catalog.catalog import Catalog

ASKED = "on request"


def models(
    catalog: CatalogOption = None,
) -> None:
    """List the models that the service would list, and whether their weights are here."""
    console, cards = Console(highlight=False, soft_wrap=True), _listed(catalog)
    wide = max(map(len, cards), default=4)
    console.print(Text(_line("name", "task", "MB", "weights", wide), "bold"))
    found = {name: _weights(card) for name, card in cards.items()}
    for name, card in cards.items():
        weights, wrong = found[name]
        console.print(Text(_line(name, card.task, _megabytes(card.bytes), weights, wide)))
        for said in filter(None, (f"{card.title}. {card.licence}.", wrong)):
            told = textwrap.fill(said, console.width, initial_indent="  ", subsequent_indent="  ")
            console.print(Text(told, "dim"))
    if any(weights == ASKED for weights, _ in found.values()):
        console.print(f"\n{ASKED}: `foveate fetch NAME` brings them.")


def _listed(catalog: Path | None) -> Catalog:
    """The models that are listed; those of a catalog that cannot be read are left out, and told."""
    try:
        return opened(catalog)
    except CatalogError as error:
        complain("left out", error)
        return opened(None)


def _line(name: str, task: str, size: str, weights: str, wide: int) -> str:
    return f"{name:<{wide}}  {task:<11}  {size:>5}  {weights}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f}" if size > 10e6 else f"{size / 1e6:.1f}"


def _weights(card: Card) -> tuple[str, str]:
    """Where they are, and in a sentence what is wrong with them, if anything is."""
    from foveate.models.errors import WeightsError
    from foveate.models.weights.locate import check_folder, is_cached

    try:
        check_folder(card.name, card.source)
    except WeightsError as error:
        return "not found", str(error)
    if is_cached(card.name, card.source):
        return "here", ""
    return (ASKED if card.optional else "at the start"), ""
