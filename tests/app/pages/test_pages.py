"""What every page keeps to, and how its scripts are named."""

from __future__ import annotations

import html
import io
import json
import re
import subprocess
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from foveate.app.main import create_app
from foveate.app.pages.assets import SMALL
from foveate.app.pages.image import told
from tests.app.service import served, settings

PAGES = ["/", "/gates", "/video", "/sentence", "/lab", "/lab/vision", "/lab/streets", "/models"]


@pytest.mark.parametrize("path", [*PAGES, "/docs"])
def test_pages_have_nothing_inline_and_nothing_from_another_host(
    client: TestClient, path: str
) -> None:
    answer = client.get(path)
    page = answer.text
    assert answer.status_code == 200
    assert " style=" not in page
    assert "<style" not in page
    assert " onclick=" not in page
    for kind in ('src="http', 'rel="stylesheet" href="http', "@import"):
        assert kind not in page


@pytest.mark.slow
def test_every_example_of_the_api_page_works_as_pasted(tmp_path: Any) -> None:
    with served(create_app(settings(precision="auto"))) as address:
        page = httpx.get(f"{address}/docs").text
        calls = [html.unescape(c) for c in re.findall(r"<pre[^>]*><code>(.*?)</code>", page, re.S)]
        # Of no default model, and of clips: their examples are tried in test_videos.py.
        others = ("$CLASSIFIER_ID", "$STREET_ID", "/lab/streets")
        calls = [c for c in calls if not any(name in c for name in others)]
        assert len(calls) >= 15
        script = "set -euo pipefail\n" + "\n".join(calls).replace("curl -s", "curl -sS --fail")
        run = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, timeout=120)
        assert run.returncode == 0, run.stderr[-500:]
        assert (tmp_path / "seen.png").read_bytes().startswith(b"\x89PNG")


def test_a_page_names_every_script_it_imports(client: TestClient) -> None:
    page = client.get("/sentence").text
    named = re.findall(r'modulepreload" href="/assets/\w+/js/([^"]+)"', page)
    expected = {"pages/sentence/page.js", "parts/matrix/matrix.js", "core/api.js", "core/npy.js"}
    assert expected | {"core/store.js"} <= set(named)
    assert len(named) == len(set(named))
    assert "pages/image/page.js" not in named
    (listed,) = re.findall(r'id="page-data">(.*?)</script>', page)
    models = json.loads(html.unescape(listed))["models"]
    assert {"translation", "sentence"} == {model["task"] for model in models}


def test_scripts_may_be_kept_for_good_because_their_address_changes(client: TestClient) -> None:
    page = client.get("/").text
    address = page.split('<script type="module" src="')[1].split('"')[0]
    answer = client.get(address)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    ("path", "least"), [("/", 8), ("/video", 3), ("/lab/vision", 20), ("/learn/why-attention", 8)]
)
def test_rows_of_samples_are_small_pictures(client: TestClient, path: str, least: int) -> None:
    addresses = set(re.findall(r'src="(/assets/\w+/small/[^"]+)"', client.get(path).text))
    assert len(addresses) >= least
    for address in addresses:
        answer = client.get(address)
        assert "immutable" in answer.headers["cache-control"]
        assert len(answer.content) < 12_000
        assert Image.open(io.BytesIO(answer.content)).size == SMALL


@pytest.mark.parametrize(
    "name", ["samples", "..%2fsamples", "%2e%2e", "cat.jpg", "objects%2fwatch"]
)
def test_only_samples_are_made_small(client: TestClient, name: str) -> None:
    known = re.findall(r'src="(/assets/\w+/small/)', client.get("/").text)[0]
    assert client.get(f"{known}{name}.webp").status_code == 404
    assert client.get("/assets/0123456789ab/small/cat.webp").status_code == 404


@pytest.mark.usefixtures("selfie")
def test_how_long_a_pass_takes_is_told_of_the_model_that_is_shown() -> None:
    with TestClient(create_app(settings())) as client:
        form = {"sample": "cat", "model": "selfie-segmentation", "resolution": "224"}
        assert client.post("/api/v1/images/traces", data=form).status_code == 201
        images = client.app.state.images  # type: ignore[attr-defined]
        assert images.seconds("dinov2-small") == {}
        found = images.seconds("selfie-segmentation")
        assert found[448] == 4 * found[224] > 0
    assert (told(0.04), told(0.26)) == ("under 0.1 s", "about 0.3 s")
