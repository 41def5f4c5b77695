"""Whatever a visitor sends gets a problem+json with a clear sentence, never a stack trace."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from tests.models.inputs.test_photo import png_header
from tests.photos import encoded, sample_bytes, sample_image

WHOLE = sample_bytes("cat")

FILES = {
    "empty": (b"", 422, "empty"),
    "text": (b"not an image at all", 415, "is not an image that can be read"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "is an SVG drawing, which is not"),
    "header only": (WHOLE[:20], 422, "its header is not whole"),
    "truncated": (WHOLE[: len(WHOLE) // 2], 422, "cut short or damaged"),
    "bomb": (png_header(50_000, 50_000), 413, "50000 x 50000 pixels"),
    "one pixel": (encoded(Image.new("RGB", (1, 1))), 422, "1 x 1 pixels"),
    "a line": (encoded(Image.new("RGB", (4000, 10))), 422, "4000 x 10 pixels"),
}


def check(answer: Any, status: int, words: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert words in body["detail"]
    assert "Traceback" not in answer.text
    return body


@pytest.mark.parametrize("path", ["images/traces", "heatmap"])
@pytest.mark.parametrize("name", FILES)
def test_files(client: TestClient, name: str, path: str) -> None:
    data, status, words = FILES[name]
    answer = client.post(f"/api/v1/{path}", files={"file": ("photo.jpg", data)})
    check(answer, status, words)


@pytest.mark.parametrize("mode", ["CMYK", "I;16", "P", "RGBA", "L", "1"])
def test_unusual_pixels_are_no_error(client: TestClient, mode: str) -> None:
    image = Image.new("I;16", (60, 40), 9000) if mode == "I;16" else sample_image().convert(mode)
    file = encoded(image, "JPEG" if mode == "CMYK" else "PNG")
    data = {"resolution": "224"}
    answer = client.post("/api/v1/images/traces", files={"file": ("x", file)}, data=data)
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"resolution": "0"}, "resolution 0 is not offered: give 224, 448 or 644"),
        ({"resolution": "-7"}, "resolution -7"),
        ({"resolution": "many"}, "resolution 'many' cannot be used"),
        ({"model": "resnet"}, "model 'resnet' is not in the catalog: dinov2-small"),
        ({"model": "../../etc/passwd"}, "is not in the catalog"),
        ({"sample": "dog"}, "send either file"),
        ({"colour": "red"}, "colour 'red' cannot be used"),
    ],
)
def test_upload_choices(client: TestClient, data: dict[str, str], words: str) -> None:
    files = {"file": ("cat.jpg", WHOLE)}
    check(client.post("/api/v1/images/traces", files=files, data=data), 422, words)


def test_an_unknown_sample_names_the_known_ones(client: TestClient) -> None:
    answer = client.post("/api/v1/images/traces", data={"sample": "../secret"})
    check(answer, 422, "sample '../secret' is not one of dandelion, coffee")


def test_no_file_at_all(client: TestClient) -> None:
    check(client.post("/api/v1/images/traces"), 422, "send either file")
    check(client.post("/api/v1/images/traces", json={"file": "x"}), 422, "")
    broken = client.post(
        "/api/v1/images/traces",
        content=b"--x\r\nnot multipart",
        headers={"content-type": "multipart/form-data; boundary=x"},
    )
    assert broken.status_code in (400, 422)
    assert broken.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "words", "parameter"),
    [
        ("weights?site=encoder.99.self", "'encoder.99.self' is not in this trace", "site"),
        ("weights?layer=13&head=0", "layer 13 is not in this trace", "layer"),
        ("weights?site=encoder.1.self&layer=2", "is in layer 1, not 2", "layer"),
        ("weights?head=99&query=cls", "head 99 is not in encoder.12.self", "head"),
        ("weights?head=-1&query=cls", "head '-1' is unknown", "head"),
        ("weights?head=best", "head 'best' is unknown", "head"),
        ("weights?head=0&query=99,99", "query '99,99' is not on this axis", "query"),
        ("weights?head=0&query=-1", "query '-1' is not on this axis", "query"),
        ("weights?head=0&query=nose", "query 'nose' is not on this axis", "query"),
        ("weights?format=xml", "format 'xml' cannot be used", "format"),
        ("qk?site=nowhere", "site 'nowhere' is not in this trace", "site"),
        ("qk", "site is missing", "site"),
        ("rollout?query=0,999", "query '0,999' is not on this axis", "query"),
        ("heatmaps?query=x", "query 'x' is not on this axis", "query"),
        ("overlay.png?lens=blink", "lens 'blink' cannot be used", "lens"),
        ("overlay.png?mode=blink", "mode 'blink' cannot be used", "mode"),
        ("overlay.png?colormap=jet", "colormap 'jet' cannot be used", "colormap"),
        ("overlay.png?opacity=2", "opacity '2' cannot be used", "opacity"),
        ("overlay.png?keep=0", "keep '0' cannot be used", "keep"),
        ("overlay.png?keep=nan", "keep 'nan' cannot be used", "keep"),
        ("overlay.png?method=guess", "method 'guess' cannot be used", "method"),
        ("overlay.png?wrong=1", "wrong '1' cannot be used", "wrong"),
    ],
)
def test_choices(
    client: TestClient, trace: dict[str, Any], path: str, words: str, parameter: str
) -> None:
    body = check(client.get(f"/api/v1/traces/{trace['id']}/{path}"), 422, words)
    assert body["parameter"] == parameter


def test_too_many_numbers_for_text_point_to_npy(client: TestClient) -> None:
    fine = client.post("/api/v1/images/traces", data={"sample": "cat"}).json()
    answer = client.get(f"/api/v1/traces/{fine['id']}/weights")
    check(answer, 413, "are too many for json (at most 250000): ask for format=npy")


@pytest.mark.parametrize("trace_id", ["0" * 32, "x", "%2e%2e%2fetc"])
def test_an_unknown_trace(client: TestClient, trace_id: str) -> None:
    check(client.get(f"/api/v1/traces/{trace_id}/weights"), 404, "")


def test_an_unknown_address_and_a_wrong_method(client: TestClient) -> None:
    check(client.get("/api/v1/nothing"), 404, "GET /api/v1/nothing: not found.")
    check(client.delete("/api/v1/models"), 405, "method not allowed")
    page = client.get("/nothing", headers={"accept": "text/html"})
    assert page.status_code == 404
    assert "<h1>Not Found</h1>" in page.text
    check(client.get("/static/../app/main.py"), 404, "")
