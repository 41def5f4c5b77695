"""A card to a loaded model, its weights fetched if need be."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from typing import Any, Literal

import torch

from foveate.models.catalog.card import Card, Task
from foveate.models.errors import CatalogError
from foveate.models.weights.locate import locate
from foveate.models.weights.source import Report

Precision = Literal["auto", "float32", "bfloat16"]
FOLDERS = {"image": "image", "video": "video", "sentence": "text", "translation": "translation"}


def _silent(_: str) -> None:
    """Reports to nobody."""


def load(
    card: Card, precision: Precision = "auto", report: Report = _silent, fetch: bool = True
) -> Any:
    """The zoo's model for a card, its weights fetched if need be and `fetch` allows it.

    `precision` auto takes bfloat16 where the processor computes in it. A model that keeps a
    convolution computes in float32, whatever is asked for. Raises WeightsError.
    """
    folder = prepare(card, report, fetch)
    made = architecture(card.name, card.task, card.zoo)
    if card.languages and getattr(made, "tagged", False):
        return made(card.name, folder, dtype(precision), card.languages)
    return made(card.name, folder, dtype(precision))


def prepare(card: Card, report: Report = _silent, fetch: bool = True) -> Path:
    """The folder with a card's weights, fetched and converted if need be. Raises WeightsError."""
    convert = getattr(architecture(card.name, card.task, card.zoo), "convert", None)
    return locate(card.name, card.source, convert, report, fetch)


def check(card: Card) -> None:
    """Raises CatalogError where a card names an architecture that is not there."""
    architecture(card.name, card.task, card.zoo)


def architecture(name: str, task: Task, zoo: str) -> Any:
    """The zoo's class that a card names. Raises CatalogError where there is none."""
    module, attribute = zoo.split(":")
    place = f"foveate.models.zoo.{FOLDERS[task]}.{module}"
    try:
        return getattr(importlib.import_module(place), attribute)
    except (AttributeError, ModuleNotFoundError) as error:
        raise CatalogError(
            f"Model {name!r} does not load: there is no {attribute} in {place}, which its "
            f"zoo = {zoo!r} names."
        ) from error


def dtype(precision: Precision) -> torch.dtype:
    if precision == "auto":
        return torch.bfloat16 if native_bfloat16() else torch.float32
    return torch.bfloat16 if precision == "bfloat16" else torch.float32


@cache
def native_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 matrices itself (AMX or AVX-512 BF16)."""
    names = ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
    return any(getattr(torch.cpu, name, lambda: False)() for name in names)
