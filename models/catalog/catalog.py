"""Catalogs: cards by name. A user's own add cards; a visitor can name only what is listed."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import platformdirs
from pydantic import ValidationError

from foveate.models.catalog.card import Card, Task
from foveate.models.errors import CatalogError, InputError
from foveate.models.weights.locate import is_cached

BUILT_IN = Path(__file__).with_name("catalog.toml")


class Catalog(Mapping[str, Card]):
    """Model cards by name, in the order of their files; a later file's card takes an earlier place.

    What is wrong in a user's file keeps nobody from the rest: `problems` are the sentences.
    """

    def __init__(self, *files: Path) -> None:
        self._cards: dict[str, Card] = {}
        self.problems: list[str] = []
        for card in _read(BUILT_IN):
            self._cards[card.name] = card
        for file in files:
            try:
                self._add(file)
            except CatalogError as error:
                self.problems.append(str(error))

    @classmethod
    def at_hand(cls, *named: Path | None) -> Catalog:
        """With what `foveate add` has listed for this user, and with the files that were named.

        Raises CatalogError for one of these that cannot be read: who named it would be given other
        models in silence.
        """
        own = own_file()
        found = cls(*([own] if own.is_file() else []))
        for file in filter(None, named):
            found._add(file)
        return found

    def _add(self, file: Path) -> None:
        for found in _read(file, self.problems.append):
            self._cards[found.name] = found

    def __getitem__(self, name: str) -> Card:
        return self._cards[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._cards)

    def __len__(self) -> int:
        return len(self._cards)

    def card(self, name: str | None, *tasks: Task) -> Card:
        """The card of that name, or the tasks' default. Raises InputError for any other name."""
        cards = [card for card in self._cards.values() if card.task in tasks]
        for card in cards:
            if card.name == name or (name is None and card.default):
                return _at_hand(card)
        names = ", ".join(card.name for card in cards)
        raise InputError(f"model {(name or '')[:80]!r} is not in the catalog: {names}.", "model")


def is_at_hand(card: Card) -> bool:
    """Whether a visitor may ask for it: an optional model, once its operator has fetched it."""
    return not card.optional or is_cached(card.name, card.source)


def _at_hand(card: Card) -> Card:
    """The card. Raises InputError for an optional model that the operator has not fetched."""
    if not is_at_hand(card):
        raise InputError(
            f"model {card.name!r} is optional and not fetched here: its operator can run "
            f"`foveate fetch {card.name}`.",
            "model",
        )
    return card


def own_file() -> Path:
    """Where this user's own models are listed, whether there are any or not."""
    return Path(platformdirs.user_config_dir("foveate")) / "catalog.toml"


def _raise(sentence: str) -> None:
    raise CatalogError(sentence)


def _read(file: Path, report: Callable[[str], None] = _raise) -> Iterator[Card]:
    """A file's cards; of one that is not whole, the reason. Raises CatalogError for no catalog."""
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise CatalogError(
            f"The catalog {file} cannot be read ({reason}): correct its path or what it says, or "
            "name none."
        ) from error
    for name, table in tables.items():
        try:
            yield _card(name, table, file)
        except CatalogError as error:
            report(str(error))


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
