"""Catalogs: cards by name. An operator's own adds cards; a visitor can name only what is listed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from models.catalog.card import Card
from models.errors import CatalogError, InputError
from models.weights.locate import is_cached

BUILT_IN = Path(__file__).with_name("catalog.toml")


class Catalog(Mapping[str, Card]):
    """Model cards by name, in the order of their files."""

    def __init__(self, *files: Path) -> None:
        self._cards: dict[str, Card] = {}
        for file in (BUILT_IN, *files):
            self._cards |= _read(file)

    def __getitem__(self, name: str) -> Card:
        return self._cards[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._cards)

    def __len__(self) -> int:
        return len(self._cards)

    def card(self, name: str | None, task: str) -> Card:
        """The card of that name, or the task's default. Raises InputError for any other name."""
        cards = [card for card in self._cards.values() if card.task == task]
        for card in cards:
            if card.name == name or (name is None and card.default):
                return _at_hand(card)
        names = ", ".join(card.name for card in cards)
        raise InputError(f"model {(name or '')[:80]!r} is not in the catalog: {names}.", "model")


def _at_hand(card: Card) -> Card:
    """The card. Raises InputError for an optional model that the operator has not fetched."""
    if card.optional and not is_cached(card.name, card.source):
        raise InputError(
            f"model {card.name!r} is optional and not fetched here: its operator can run "
            f"`foveate fetch {card.name}`.",
            "model",
        )
    return card


def _read(file: Path) -> dict[str, Card]:
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CatalogError(f"The catalog {file} cannot be read: {error}") from error
    return {name: _card(name, table, file) for name, table in tables.items()}


def _card(name: str, table: object, file: Path) -> Card:
    try:
        return Card.model_validate({"name": name, **dict(table)})  # type: ignore[call-overload]
    except ValidationError as error:
        found = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise CatalogError(
            f"Model {name!r} in {file} does not load: {'; '.join(found)}."
        ) from error
    except (TypeError, ValueError) as error:
        raise CatalogError(f"Model {name!r} in {file} does not load: it is no table.") from error
