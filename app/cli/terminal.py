"""What the commands share: notes on standard error, and the option for a catalog of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from foveate.app.lessons.lesson import LessonError
from foveate.models.errors import CatalogError, InputError, WeightsError

if TYPE_CHECKING:
    from foveate.models.catalog.catalog import Catalog

notes = Console(stderr=True)
CatalogOption = Annotated[Path | None, typer.Option(help="Also this catalog (TOML)")]


def opened(catalog: Path | None) -> Catalog:
    """The models that are listed; a bad card is told, and the rest is there. Raises CatalogError
    where the catalog cannot be read.
    """
    from foveate.models.catalog.catalog import Catalog

    found = Catalog.at_hand(catalog)
    for problem in found.problems:
        complain("left out", CatalogError(problem))
    return found


def complain(what: object, error: Exception) -> None:
    """One line on standard error. What a user wrote may hold brackets: it is no markup."""
    line = f"[red]{escape(str(what))}:[/red] {escape(sentence(error))}"
    notes.print(line, highlight=False, soft_wrap=True)


def sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error)


class CannotStart(RuntimeError):
    """What the command was given, or the machine it runs on, does not do; the message says why."""


def status_of(error: Exception) -> int | None:
    """The exit status for an error that the user can do something about; None for any other.

    1 is for what was to be worked on, 2 for what the command needs: settings, weights, a disk.
    """
    if isinstance(error, InputError):
        return 1
    if isinstance(error, CannotStart | WeightsError | LessonError):
        return 2
    return 2 if isinstance(error, OSError) and error.errno is not None else None
