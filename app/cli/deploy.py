"""`foveate deploy`."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foveate.app.cli.environment import check_names
from foveate.app.cli.terminal import CannotStart, notes, opened

if TYPE_CHECKING:
    from foveate.app.cluster.config import Deployment
    from foveate.app.settings import Settings

MORE_SECONDS = 30  # than a request's work may take, until the proxy gives it up


def deploy(
    config: Annotated[Path, typer.Option(help="What is deployed (YAML)")] = Path("deploy.yaml"),
) -> None:
    """Run the site on Ray Serve: on a cluster that is begun here, or on a given one."""
    from foveate.app.cluster.config import LOCAL, ConfigError, read_config

    try:
        check_names()
        given = read_config(config)
        settings = given.applied()
        given.check(opened(settings.catalog))
    except ConfigError as error:
        raise CannotStart(str(error)) from None
    _check_packages()
    if given.cluster == LOCAL:
        _here(given, settings)
    else:
        _there(given, settings)


def _check_packages() -> None:
    """Raises CannotStart."""
    try:
        for name in ("ray.serve", "redis"):
            import_module(name)
    except ImportError as error:
        raise CannotStart(
            f"foveate deploy needs Ray Serve ({error.name} is missing): pip install "
            "'foveate[ray]', or start one process with foveate serve."
        ) from None


def _here(given: Deployment, settings: Settings) -> None:
    """On this machine, until the process is told to stop. Raises CannotStart."""
    import ray
    from ray import serve

    from foveate.app.cli.listening import bound

    cores = given.local.cpus or os.cpu_count() or 1
    check_cores(given.cpus, cores)
    fields = ("`host` of the configuration", "`port` of the configuration")
    for taken in bound(given.host, given.port, fields):  # in use? It is found out before all else
        taken.close()
    _fetch(given, settings)
    try:
        _join(
            address="local",  # whatever RAY_ADDRESS says
            num_cpus=cores,
            object_store_memory=given.local.object_bytes,
            include_dashboard=given.local.dashboard,
        )
        with _until_told():
            _run(given, settings)
            threading.Event().wait()
        serve.shutdown()
    finally:
        ray.shutdown()


class _Told(BaseException):
    """The process has been told to stop."""


@contextlib.contextmanager
def _until_told() -> Iterator[None]:
    """Ends what is within, also while all is being started; a second signal ends the process."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise _Told

    before = {each: signal.signal(each, stop) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    except _Told:
        pass
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def check_cores(wanted: float, there: int) -> None:
    """Raises CannotStart: what is never placed would be waited for without end."""
    if wanted > there:
        raise CannotStart(
            f"The replicas ask for {wanted:g} cpus, and this machine's cluster has {there}: give "
            "each fewer (0.5 is possible: it counts places, and binds nobody), ask for fewer "
            "replicas, or name a larger cluster."
        )


def _fetch(given: Deployment, settings: Settings) -> None:
    """Weights that a start of the service fetches too, and those that are named."""
    from foveate.app.cli.fetch import fetch_defaults
    from foveate.models.catalog.load import prepare

    cards = opened(settings.catalog)
    fetch_defaults(cards)
    for name in given.models:
        prepare(cards[name], notes.print)


def _there(given: Deployment, settings: Settings) -> None:
    """On a cluster that runs already, and goes on without this process. Raises CannotStart."""
    import ray

    try:
        _join(address=given.cluster, namespace="serve")
        _run(given, settings)
    except ConnectionError as error:
        raise CannotStart(
            f"No cluster answers at {given.cluster!r} ({' '.join(str(error).split())[:200]}): give "
            "cluster its address, and RAY_AUTH_MODE=token in the environment where it has a token; "
            "or write cluster: local."
        ) from None
    finally:
        ray.shutdown()


def _join(**options: Any) -> None:
    import ray

    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing leaves the machine unasked
    os.environ.setdefault(
        "RAY_worker_niceness", "0"
    )  # Ray's own is 15: whatever else runs goes first
    ray.init(**options)


def _run(given: Deployment, settings: Settings) -> None:
    """Returns once all of it answers; what runs already is replaced replica by replica."""
    from ray import serve

    from foveate.app.cluster.application import NAME, QUIET, build

    http = {
        "host": given.host,
        "port": given.port,
        "request_timeout_s": settings.request_seconds + MORE_SECONDS,
    }
    serve.start(http_options=http, logging_config=QUIET)
    try:
        serve.run(build(given), name=NAME, route_prefix="/", logging_config=QUIET)
    except RuntimeError as error:
        raise CannotStart(f"It could not be deployed: {error}") from None
    name = f"[{given.host}]" if ":" in given.host else given.host
    notes.print(f"Foveate on http://{name}:{given.port}", highlight=False, soft_wrap=True)
