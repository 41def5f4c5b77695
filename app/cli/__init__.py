"""A file a command: `foveate serve | image | gates | video | align | dataset | models | ...`.

What takes long to import (torch, fastapi) is imported by the command that needs it.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from foveate.app.cli import (
    add,
    align,
    dataset,
    deploy,
    evaluate,
    fetch,
    gates,
    image,
    models,
    serve,
    video,
)
from foveate.app.cli.terminal import complain, status_of

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="See what an attention model attends to.",
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(version("foveate"))
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version")
    ] = False,
) -> None:
    """See what an attention model attends to."""


app.command()(serve.serve)
app.command()(deploy.deploy)
app.command()(models.models)
app.command()(fetch.fetch)
app.command()(add.add)
app.command()(image.image)
app.command()(gates.gates)
app.command()(video.video)
app.command()(align.align)
app.command()(dataset.dataset)
app.command()(evaluate.evaluate)


def main() -> None:
    """Runs the command line; what the user can mend is one sentence, not a stack trace."""
    try:
        app()
    except Exception as error:
        status = status_of(error)
        if status is None:
            raise
        complain("error", error)
        sys.exit(status)
