"""A deployment's file as an application of Ray Serve."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ray import serve

from foveate.app.cluster.config import Deployment, Model, Replicas, parsed
from foveate.app.cluster.replicas import ModelReplica, Web
from foveate.app.settings import Settings
from foveate.models.catalog.card import Card
from foveate.models.catalog.catalog import Catalog

NAME, WEB = "foveate", "web"
PASSED = ("FOVEATE_CACHE",)  # of the environment, to every replica: where weights are
ONGOING = 2  # times as many calls as a batch has: the next one is there when the last one ends
STOP_SECONDS = 30.0  # for what is in flight in a replica that is to end
HEARD_SECONDS = 5.0  # it stays at least so long, until all who send to it have heard
# The access log's lines have paths in them, which name traces.
QUIET = {"log_level": "WARNING", "enable_access_log": False}


def build(given: Deployment | Mapping[str, Any]) -> Any:
    """The application. Raises ConfigError, and CatalogError for a catalog that cannot be read.

    Also what `serve deploy` and KubeRay import: they give the file's fields, as they are there.
    """
    asked = parsed(given)
    settings = asked.applied()
    cards = Catalog.at_hand(settings.catalog)
    asked.check(cards)
    models = {name: _model(cards[name], each, settings) for name, each in asked.models.items()}
    options = _options(asked.web.replicas, asked.web.cpus, settings.connections)
    web = serve.deployment(name=WEB, **options)(serve.ingress()(Web))
    return web.bind(settings.model_dump(mode="json"), asked.host, asked.web.passes, models)


def _model(card: Card, given: Model, settings: Settings) -> Any:
    options = _options(given.replicas, given.cpus, ONGOING * given.batch)
    deployed = serve.deployment(name=card.name, **options)(ModelReplica)
    threads = settings.threads or max(1, int(given.cpus))
    return deployed.bind(card, settings.precision, threads, given.batch)


def _options(replicas: Replicas, cpus: float, ongoing: int) -> dict[str, Any]:
    return {
        **_count(replicas),
        "max_ongoing_requests": ongoing,
        "graceful_shutdown_timeout_s": STOP_SECONDS,
        "graceful_shutdown_wait_loop_s": HEARD_SECONDS,
        "logging_config": QUIET,
        "ray_actor_options": {
            "num_cpus": cpus,
            "runtime_env": {
                "env_vars": {name: os.environ[name] for name in PASSED if name in os.environ}
            },
        },
    }


def _count(replicas: Replicas) -> dict[str, Any]:
    if replicas.min == replicas.max:
        return {"num_replicas": replicas.max}
    return {
        "autoscaling_config": {
            "min_replicas": replicas.min,
            "max_replicas": replicas.max,
            "target_ongoing_requests": replicas.target,
        }
    }
