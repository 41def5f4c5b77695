"""`foveate serve`."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.fetch import fetch_defaults, fetch_others
from app.cli.terminal import notes


def serve(
    host: Annotated[str, typer.Option(envvar="HOST", help="Address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", min=0, max=65535)] = 8000,
) -> None:
    """Fetch the default weights if need be and serve the site."""
    import uvicorn

    from app.main import create_app
    from app.settings import Settings

    settings = Settings()
    fetch_defaults(settings.catalog)
    fetch_others(settings.catalog)
    notes.print(f"Foveate on http://{host}:{port}", highlight=False)
    uvicorn.run(create_app(settings, host), host=host, port=port, log_level="warning")
