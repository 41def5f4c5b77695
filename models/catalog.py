"""catalog.toml to model cards, and a card to a loaded model.

A card that lacks its paper, licence or checksum does not load. An operator's own catalog adds
cards; a visitor can name only models that a catalog lists.
"""

from __future__ import annotations

import importlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models import weights
from models.inputs import Photo
from models.trace import InputError, Trace

Precision = Literal["auto", "float32", "bfloat16"]
Text = Annotated[str, Field(min_length=1)]


class CatalogError(ValueError):
    """A catalog file cannot be read, or a card in it is not whole."""


class Card(BaseModel):
    """What is known of a model: one table of a catalog."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
    title: Text
    task: Literal["image", "translation", "sentence"]
    zoo: Annotated[str, Field(pattern=r"^[a-z0-9_]+:[A-Za-z0-9_]+$")]
    paper: Text
    paper_url: Annotated[str, Field(pattern=r"^https://")]
    licence: Text
    credit: Text
    notes: str = ""
    bytes: Annotated[int, Field(gt=0)]
    default: bool = False
    source: weights.Source


class ImageModel(Protocol):
    """What the zoo's vision models offer."""

    nbytes: int
    precision: str

    def trace(self, photo: Photo, resolution: int) -> Trace: ...


def _silent(_: str) -> None:
    """Reports to nobody."""


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
                return card
        names = ", ".join(card.name for card in cards)
        raise InputError(f"model {(name or '')[:80]!r} is not in the catalog: {names}.", "model")


BUILT_IN = Path(__file__).with_name("catalog.toml")


def _read(file: Path) -> dict[str, Card]:
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise CatalogError(f"The catalog {file} cannot be read: {error}") from error
    return {name: _card(name, table, file) for name, table in tables.items()}


def _card(name: str, table: object, file: Path) -> Card:
    try:
        return Card.model_validate({"name": name, **dict(table)})  # type: ignore[call-overload]
    except (ValidationError, TypeError, ValueError) as error:
        lines = re.sub(r"\s*For further information.*", "", str(error))
        raise CatalogError(f"Model {name!r} in {file} does not load: {lines}") from error


def load(card: Card, precision: Precision = "auto", report: weights.Report = _silent) -> Any:
    """The zoo's model for a card, its weights fetched if need be.

    `precision` auto takes bfloat16 where the processor computes in it. Raises WeightsError.
    """
    folder = prepare(card, report)
    return _architecture(card)(card.name, folder, dtype(precision))


def prepare(card: Card, report: weights.Report = _silent) -> Path:
    """The folder with a card's weights, fetched and converted if need be. Raises WeightsError."""
    convert = getattr(_architecture(card), "convert", None)
    return weights.locate(card.name, card.source, convert, report)


def _architecture(card: Card) -> Any:
    module, attribute = card.zoo.split(":")
    return getattr(importlib.import_module(f"models.zoo.{module}"), attribute)


def dtype(precision: Precision) -> torch.dtype:
    if precision == "auto":
        return torch.bfloat16 if native_bfloat16() else torch.float32
    return torch.bfloat16 if precision == "bfloat16" else torch.float32


@cache
def native_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 matrices itself (AMX or AVX-512 BF16)."""
    names = ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
    return any(getattr(torch.cpu, name, lambda: False)() for name in names)
