"""`foveate serve`."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from foveate.app import memory
from foveate.app.cli.environment import read_settings
from foveate.app.cli.fetch import fetch_defaults, fetch_others
from foveate.app.cli.terminal import CannotStart, notes, opened

if TYPE_CHECKING:
    import socket

    from fastapi import FastAPI

SWITCH = 0.001  # seconds that the loop may wait for a thread at work to let it run
LAST_SECONDS = 6  # for what is in flight once the service has been told to stop


def serve(
    host: Annotated[str, typer.Option(envvar="HOST", help="Address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", min=0, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="One: it keeps traces in its memory")] = 1,
) -> None:
    """Fetch the weights if need be and serve the site."""
    if workers != 1:
        raise CannotStart(
            f"--workers {workers} cannot be used: traces are in the memory of one process, and "
            "another would not find them; one process uses all cores for its forward passes."
        )
    settings = read_settings()
    memory.bound()
    sys.setswitchinterval(SWITCH)
    from foveate.app import logs
    from foveate.app.cli.listening import bound
    from foveate.app.main import create_app

    sockets = bound(host, port)  # in use? It is found out before minutes of fetching
    app = create_app(settings, host)
    cards = opened(settings.catalog)
    fetch_defaults(cards)
    fetch_others(cards)
    logs.install()
    _run(app, host, port, sockets)


def _run(app: FastAPI, host: str, port: int, sockets: list[socket.socket]) -> None:
    import uvicorn

    from foveate.app.cli.connections import BACKLOG, Connection, room_for
    from foveate.app.cli.listening import Server, address_of, unbound

    def answering() -> None:
        notes.print(f"Foveate on {address_of(host, sockets)}", highlight=False, soft_wrap=True)

    config = uvicorn.Config(
        app,
        http=partial(Connection, most=room_for(app.state.settings.connections)),  # type: ignore[arg-type]
        ws="none",
        backlog=BACKLOG,
        proxy_headers=False,  # whoever is on this machine could claim to be anybody
        server_header=False,
        timeout_graceful_shutdown=LAST_SECONDS,
        log_config=None,
        access_log=False,
    )
    try:
        Server(config, answering, app.state.stop).run(sockets)
    except OSError as error:  # another process began to listen meanwhile
        raise unbound(host, port, error) from error
