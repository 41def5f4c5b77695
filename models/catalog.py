"""catalog.toml to model cards, and a card to a loaded model.

A card that lacks its paper, licence or checksum does not load. An operator's own catalog adds
cards; a visitor can name only models that a catalog lists.
"""

from __future__ import annotations

import importlib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models import weights
from models.inputs import Photo
from models.text import Text
from models.trace import InputError, Trace, Valued
from models.translation import FREE, Guidance, Reading, Translation, Watch

Precision = Literal["auto", "float32", "bfloat16"]
Words = Annotated[str, Field(min_length=1)]
Spans = Sequence[tuple[int, int]]


class CatalogError(ValueError):
    """A catalog file cannot be read, or a card in it is not whole."""


class Aligner(BaseModel):
    """The site and head that were trained to align words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: Words
    head: Annotated[int, Field(ge=0)]


class Card(BaseModel):
    """What is known of a model: one table of a catalog."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
    title: Words
    task: Literal["image", "translation", "sentence"]
    zoo: Annotated[str, Field(pattern=r"^[a-z0-9_]+:[A-Za-z0-9_]+$")]
    paper: Words
    paper_url: Annotated[str, Field(pattern=r"^https://")]
    licence: Words
    credit: Words
    notes: str = ""
    bytes: Annotated[int, Field(gt=0)]
    default: bool = False
    optional: bool = False
    languages: tuple[Words, Words] | None = None
    reverse: str | None = None
    aligner: Aligner | None = None
    source: weights.Source


class ImageModel(Protocol):
    """What the zoo's vision models offer."""

    nbytes: int
    precision: str

    def trace(self, photo: Photo, resolution: int) -> Trace: ...

    def values(self, photo: Photo, resolution: int, site: str) -> Valued: ...


class SentenceModel(Protocol):
    """What the zoo's encoders and language models offer."""

    nbytes: int
    precision: str

    def read(self, text: str, pair: str | None = None) -> Text: ...

    def trace(self, text: Text) -> Reading: ...

    def values(self, text: Text, site: str) -> Valued: ...


class TranslationModel(Protocol):
    """What the zoo's encoder-decoders offer: see models/zoo/translator.py."""

    nbytes: int
    precision: str

    def read(self, text: str, spans: Spans | None = None) -> Text: ...

    def read_target(self, text: str, spans: Spans | None = None) -> Text: ...

    def translate(
        self,
        sources: Sequence[Text],
        beam: int = 1,
        watch: Watch | None = None,
        guidance: Guidance = FREE,
    ) -> list[Translation]: ...

    def force(
        self, source: Text, target: Text, forced: bool = True, guidance: Guidance = FREE
    ) -> Translation: ...

    def values(
        self, source: Text, target: Text, site: str, guidance: Guidance = FREE
    ) -> Valued: ...


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
                return _at_hand(card)
        names = ", ".join(card.name for card in cards)
        raise InputError(f"model {(name or '')[:80]!r} is not in the catalog: {names}.", "model")


def _at_hand(card: Card) -> Card:
    """The card. Raises InputError for an optional model that the operator has not fetched."""
    if card.optional and not weights.is_cached(card.name, card.source):
        raise InputError(
            f"model {card.name!r} is optional and not fetched here: its operator can run "
            f"`foveate fetch {card.name}`.",
            "model",
        )
    return card


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
