"""The bench of Ray Serve compares one process with clusters, unless it is told what else."""

from __future__ import annotations

import pytest
import yaml

from bench import serve
from bench.cluster import config, options
from foveate.app.cluster.config import parsed
from foveate.models.catalog.catalog import Catalog


def test_by_default_it_measures_ray_beside_one_process() -> None:
    given = options().parse_args([])
    assert [*given.targets] == ["embedded", "ray1", "ray2"]
    assert (given.clients, given.kinds) == ((1, 8, 64), ("heatmaps", "translations"))
    begun = given.targets["ray2"]
    assert begun.command[2:] == ("bench.cluster", "--replicas", "2", "--port", "{port}")
    started = options().parse_args([part.format(port=begun.port) for part in begun.command[3:]])
    assert (started.replicas, started.port) == (2, begun.port)


def test_what_is_measured_can_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    given = options().parse_args(["--targets", "ray1", "--clients", "2,3", "--kinds", "sentences"])
    assert ([*given.targets], given.clients, given.kinds) == (["ray1"], [2, 3], ["sentences"])
    for wrong in ("alone", ""):
        with pytest.raises(SystemExit):
            options().parse_args(["--targets", wrong])
        assert f"{wrong!r} is none of embedded, ray1, ray2" in capsys.readouterr().err
    assert [*serve.options("", serve.TARGETS).parse_args([]).targets] == ["embedded", "alone"]


def test_what_it_deploys_can_be_deployed() -> None:
    found = parsed(yaml.safe_load(config(8773, 6379, replicas=2)))
    found.check(Catalog())
    assert found.cpus <= (found.local.cpus or 0)
