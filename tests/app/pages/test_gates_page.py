"""The page of gates as the server makes it, and the pictures of a network's parts."""

from __future__ import annotations

import base64
import html
import json
import re
from typing import Any

import numpy as np
from fastapi.testclient import TestClient

PERSON = {"sample": "astronaut", "model": "selfie-segmentation"}


def page_data(client: TestClient, path: str) -> tuple[str, dict[str, Any]]:
    text = client.get(path).text
    (listed,) = re.findall(r'id="page-data">(.*?)</script>', text, re.DOTALL)
    return text, json.loads(html.unescape(listed))


def test_the_page_lists_networks_that_can_be_switched_with_their_cards(client: TestClient) -> None:
    client.post("/api/v1/images/traces", data=PERSON)
    text, page = page_data(client, "/gates")
    names = [model["name"] for model in page["models"]]
    assert names[0] == page["default_model"] == "selfie-segmentation"
    assert "real-cugan" in names
    assert "dinov2-small" not in names
    assert page["default_sample"] == "astronaut"
    assert "Apache-2.0" in text
    assert re.search(r'class="first" src="/api/v1/traces/\w+/output.png"', text)
    other, _ = page_data(client, "/gates?model=real-cugan-no-gates&sample=none")
    assert "trained without them" in other


def test_every_part_has_a_small_picture_that_a_switch_changes(client: TestClient) -> None:
    trace = client.post("/api/v1/images/traces", data=PERSON).json()["id"]
    parts = client.get(f"/api/v1/traces/{trace}/pictures").json()
    network = client.get(f"/api/v1/traces/{trace}/network").json()
    names = [node["name"] for node in network["nodes"]]
    assert [part["name"] for part in parts] == names[1:]  # the photo is a picture already
    sizes = {part["name"]: (part["rows"], part["columns"]) for part in parts}
    assert sizes["encoder.1"] == (64, 64)  # of 128 x 128
    assert sizes["bottleneck"] == (16, 16)
    pixels = np.frombuffer(base64.b64decode(parts[0]["data"]), np.uint8)
    assert (pixels.size, pixels.min(), pixels.max()) == (64 * 64, 0, 255)
    body = {"gates": {"decoder.3.channel": "closed"}}
    changed = client.post(f"/api/v1/traces/{trace}/interventions", json=body).json()["id"]
    switched = client.get(f"/api/v1/traces/{changed}/pictures").json()
    assert switched[0] == parts[0]
    assert switched[-1] != parts[-1]
    dino = client.post("/api/v1/images/traces", data={"sample": "cat", "resolution": "224"})
    refused = client.get(f"/api/v1/traces/{dino.json()['id']}/pictures")
    assert refused.status_code == 422
    assert "is not drawn" in refused.json()["detail"]
