"""The application as Ray imports it: what docs/deploying.md gives KubeRay and `serve deploy`."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.clusters import TRANSLATOR, begun, free_port, need
from tests.deploying import shown
from tests.stores import Server

need("ray.serve")
pytestmark = [pytest.mark.slow, pytest.mark.alone]


def small(file: dict[str, Any], store: str, port: int) -> dict[str, Any]:
    """With places for two cores, a store that is here and weights that are shipped."""
    file["http_options"] |= {"host": "127.0.0.1", "port": port}
    fields = file["applications"][0]["args"]
    fields["store"] = store
    fields["settings"] |= {"precision": "float32", "warm": False}
    fields |= {"web": {"cpus": 0.5}, "models": {TRANSLATOR: {"cpus": 0.5}}}
    return file


def test_what_the_page_shows_is_served_as_ray_imports_it(tmp_path: Path) -> None:
    store, port = Server(tmp_path), free_port()
    file = tmp_path / "serve.yaml"
    file.write_text(yaml.safe_dump(small(shown("applications"), store.url, port)))
    command = (Path(sys.executable).with_name("serve"), "run", file)
    with begun(command, port, signal.SIGINT) as deployed:
        assert len(deployed.replicas(TRANSLATOR)) == 1
        made = deployed.translate("The cat sat.")
        assert made.status_code == 201, made.text
        assert deployed.status(made.json()["id"]) == 200
        client = deployed.client
        for host, status in (("attention.example.org", 200), ("evil.example", 403)):
            assert client.get("/models", headers={"Host": host}).status_code == status
    store.kill()
