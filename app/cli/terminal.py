"""What the commands share: notes on standard error, and the option for a catalog of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from models.errors import InputError, WeightsError

notes = Console(stderr=True)
CatalogOption = Annotated[Path | None, typer.Option(help="Also this catalog (TOML)")]


def complain(what: object, error: Exception) -> None:
    """One line on standard error. What a user wrote may hold brackets: it is no markup."""
    line = f"[red]{escape(str(what))}:[/red] {escape(str(error))}"
    notes.print(line, highlight=False, soft_wrap=True)


def is_mendable(error: Exception) -> bool:
    """Whether the user can do something about an error, which then says what."""

    return isinstance(error, InputError | WeightsError)
