"""The service on a real Ray Serve with a real store: nothing that was told of is ever lost."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.clusters import TRANSLATOR, Deployed, begun, free_port, need
from tests.photos import sample_bytes
from tests.serving import COMMAND
from tests.stores import Server

need("ray.serve")
pytestmark = [pytest.mark.slow, pytest.mark.alone]

PHOTOS = "dinov2-small"
FILE = """
store: {store}
port: {port}
local: {{cpus: 4, object_bytes: 200000000}}
settings: {{precision: float32, warm: false}}
web: {{replicas: 2, cpus: 0.5}}
models:
  {model}: {{replicas: 2, cpus: 0.5, batch: 4}}
  {photos}: {{replicas: 1, cpus: 1}}
"""
WORDS = ("cat", "dog", "house", "tree", "car", "bird", "book", "ship", "road", "child")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("redis"), lasting=True)
    yield found
    found.kill()


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory, store: Server) -> Iterator[Deployed]:
    port = free_port()
    file = tmp_path_factory.mktemp("deploy") / "deploy.yaml"
    file.write_text(FILE.format(store=store.url, port=port, model=TRANSLATOR, photos=PHOTOS))
    command = (*COMMAND, "deploy", "--config", file)
    with begun(command, port, signal.SIGTERM) as found:
        yield found


def test_pages_traces_and_what_is_wrong_are_as_in_one_process(deployed: Deployed) -> None:
    client = deployed.client
    assert "<title>" in client.get("/models").text
    made = deployed.translate("The cat sat. The dog ran.")
    assert made.status_code == 201
    path = f"/api/v1/traces/{made.json()['id']}"
    for _ in range(6):  # of either web replica
        assert client.get(path).content == made.content
    body = {"text": "The dog ran.", "model": TRANSLATOR}
    stream = client.post("/api/v1/translations/stream", json=body).text
    assert stream.count("event: step") >= 3
    pinned = body | {"pins": [{"step": 0, "source": [99]}]}
    refused = client.post("/api/v1/translations/traces", json=pinned)
    assert (refused.status_code, refused.json()["parameter"]) == (422, "pins")
    assert client.post("/api/v1/lab/growth", json=body).json()["lengths"]
    stranger = client.get("/models", headers={"Host": "evil.example"})
    assert stranger.status_code == 403


def test_a_photo_and_a_clip_go_through_a_model_that_is_elsewhere(deployed: Deployed) -> None:
    client, made = deployed.client, trace(deployed)
    assert made.status_code == 201, made.text
    path = f"/api/v1/traces/{made.json()['id']}"
    for look in ("saliency", "steps?site=encoder.12.self", "embedding?query=3,4", "overlay.png"):
        assert client.get(f"{path}/{look}").status_code == 200, look
    refused = client.get(f"{path}/layers")
    assert (refused.status_code, refused.json()["parameter"]) == (422, "trace_id")
    choice = {"resolution": "224", "frames": "8", "sample": "cars"}
    clip = client.post("/api/v1/videos/traces", data=choice)
    assert clip.status_code == 201, clip.text
    assert clip.json()["sites"][-1]["key"]["frames"] == 8


def test_a_web_replica_tells_its_figures(deployed: Deployed) -> None:
    answer = deployed.client.get("/metrics")
    assert answer.status_code == 200
    figures = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if line[0] != "#")
    assert float(figures["foveate_queue"]) == 0


def test_killed_replicas_of_a_model_fail_no_request(deployed: Deployed) -> None:
    before = deployed.replicas(TRANSLATOR)
    assert len(before) == 2
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(deployed.translate, text) for text in texts(80)]
        while sum(each.done() for each in asked) < 10:
            time.sleep(0.01)
        os.kill(before[0], signal.SIGKILL)
        answers = [each.result() for each in asked]
    assert Counter(each.status_code for each in answers) == {201: 80}
    assert {deployed.status(each.json()["id"]) for each in answers} == {200}


def trace(deployed: Deployed, number: int = 0) -> httpx.Response:
    """Of a photo that is another for each number: that stands behind the picture."""
    files = {"file": ("cat", sample_bytes("cat") + bytes([number]))}
    given = {"resolution": "224"}
    return deployed.client.post("/api/v1/images/traces", files=files, data=given)


def test_a_killed_replica_of_a_model_of_photos_fails_no_request(deployed: Deployed) -> None:
    (before,) = deployed.replicas(PHOTOS)
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(trace, deployed, number) for number in range(1, 17)]
        asked[0].result()
        os.kill(before, signal.SIGKILL)
        answers = [each.result() for each in asked]
    assert Counter(each.status_code for each in answers) == {201: 16}
    assert {deployed.status(each.json()["id"]) for each in answers} == {200}
    (after,) = deployed.replicas(PHOTOS)
    assert after != before


def test_a_killed_store_is_a_sentence_and_then_all_is_there(
    deployed: Deployed, store: Server
) -> None:
    told = [deployed.translate(f"A {word} slept.").json()["id"] for word in WORDS[:4]]
    store.kill()
    for number in range(4):  # of either web replica
        refused = deployed.translate(f"Nobody keeps {number} cats.")
        assert refused.status_code == 503
        assert "store of traces does not answer" in refused.json()["detail"]
    assert deployed.client.get("/readyz").status_code == 503
    assert deployed.client.get("/models").status_code == 200
    store.start()
    time.sleep(1.5)  # each looks again after a second
    deployed.until_ready()
    assert {deployed.status(each) for each in told} == {200}
    assert deployed.translate("Nobody keeps 4 cats.").status_code == 201


def test_a_killed_web_replica_loses_nothing_that_was_told(deployed: Deployed) -> None:
    before = deployed.replicas("web")
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(deployed.translate, f"Once {text}") for text in texts(80)]
        while sum(each.done() for each in asked) < 10:
            time.sleep(0.01)
        os.kill(before[0], signal.SIGKILL)
        answers = [each.result() for each in asked if not each.exception()]
    told = [each.json()["id"] for each in answers if each.status_code == 201]
    assert len(told) >= 40
    assert {deployed.status(each) for each in told} == {200}
    end = time.monotonic() + 120
    while len(set(deployed.replicas("web")) - {before[0]}) < 2:
        assert time.monotonic() < end, "no other was begun"
        time.sleep(0.5)


def texts(count: int) -> list[str]:
    size = len(WORDS)
    return [f"The {WORDS[n % size]} saw {n} {WORDS[n // size]}s." for n in range(count)]
