"""`foveate serve`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

from foveate.app import memory
from foveate.app.cli.environment import read_settings
from foveate.app.cli.fetch import fetch_defaults, fetch_others
from foveate.app.cli.terminal import CannotStart, notes, opened

if TYPE_CHECKING:
    import socket

    from foveate.app.settings import Settings

SWITCH = 0.001  # seconds that the loop may wait for a thread at work to let it run
LAST_SECONDS = 6  # for what is in flight once the service has been told to stop


def serve(
    host: Annotated[str, typer.Option(envvar="HOST", help="Address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", min=0, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Processes; more than one share a store")] = 1,
) -> None:
    """Fetch the weights if need be and serve the site."""
    settings = read_settings()
    _check(settings, workers)
    from foveate.app.cli.listening import address_of, bound
    from foveate.app.cli.workers import Workers

    sockets = bound(host, port)  # in use? It is found out before minutes of fetching
    cards = opened(settings.catalog)
    fetch_defaults(cards)
    fetch_others(cards)

    def answering() -> None:
        notes.print(f"Foveate on {address_of(host, sockets)}", highlight=False, soft_wrap=True)

    if workers == 1:
        answer(host, sockets, 1, answering)
    else:
        Workers(answer, host, sockets, workers).run(answering)


def _check(settings: Settings, workers: int) -> None:
    """Raises CannotStart."""
    if workers > 1 and settings.store is None:
        raise CannotStart(
            f"--workers {workers} cannot be used: traces are in the memory of one process, and "
            "another would not find them. Let them share a store (FOVEATE_STORE=redis://...), or "
            "leave it out: one process uses all cores for its forward passes."
        )
    if settings.store is not None and find_spec("redis") is None:
        raise CannotStart(
            "FOVEATE_STORE needs the package redis: pip install 'foveate[redis]', or leave it out."
        )


def answer(
    host: str, sockets: list[socket.socket], workers: int, answering: Callable[[], None]
) -> None:
    """Answers at an address until the process is told to stop, as one of so many workers."""
    memory.bound()
    sys.setswitchinterval(SWITCH)
    import uvicorn

    from foveate.app import logs
    from foveate.app.cli.connections import BACKLOG, Connection, room_for
    from foveate.app.cli.listening import Server, unbound
    from foveate.app.main import create_app

    settings = read_settings()
    app = create_app(settings if workers == 1 else _share(settings, workers), host)
    logs.install()
    config = uvicorn.Config(
        app,
        http=partial(Connection, most=room_for(settings.connections)),  # type: ignore[arg-type]
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
        raise unbound(host, sockets[0].getsockname()[1], error) from error


def _share(settings: Settings, workers: int) -> Settings:
    """What one of several workers has of the cores and of the memory for traces."""
    import torch

    share = {
        "threads": settings.threads or max(1, torch.get_num_threads() // workers),
        "trace_bytes": max(1, settings.trace_bytes // workers),
    }
    return settings.model_copy(update=share)
