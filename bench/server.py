"""What the service adds to the model: requests, against forward passes in this process.

python -m bench.server
"""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import torch
from PIL import Image, ImageEnhance

from bench.service import Target
from bench.timing import interleaved, milliseconds, ratio
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.inputs.patches import cut, fit
from foveate.models.inputs.photo import read_photo
from foveate.models.zoo.image.dinov2 import Dinov2

SAMPLE = Path(__file__).parent.parent / "static" / "samples" / "coffee.jpg"
PORT = 8765
CLIENTS = 8
PHOTOS = 48


def photos() -> Iterator[bytes]:
    """Never the same bytes twice, or the store would answer without running the model."""
    image = Image.open(SAMPLE).convert("RGB").resize((1200, 800))
    for step in range(10_000):
        buffer = io.BytesIO()
        ImageEnhance.Brightness(image).enhance(0.8 + step / 5000).save(buffer, "JPEG")
        yield buffer.getvalue()


@contextmanager
def server() -> Iterator[httpx.Client]:
    target = Target(PORT)
    with target.started(), httpx.Client(base_url=target.address, timeout=120) as client:
        yield client


def bare_pass(model: Dinov2, data: bytes) -> torch.Tensor:
    """The forward pass alone on the same photo's pixels."""
    photo = read_photo(data)
    grid, crop = fit(photo.width, photo.height, 448, 14)
    image = cut(photo, crop, grid.columns * 14, grid.rows * 14)
    return model.preparation.pixels(image)


def compare_upload(client: httpx.Client, model: Dinov2, source: Iterator[bytes]) -> None:
    pixels = bare_pass(model, next(source))

    @torch.inference_mode()
    def bare() -> object:
        return model.forward(pixels)

    def post() -> None:
        answer = client.post("/api/v1/images/traces", files={"file": next(source)})
        assert answer.status_code == 201, answer.text

    seconds = interleaved({"bare": bare, "post": post}, rounds=15)
    print(f"POST /images/traces at 448 px over the bare pass: {ratio(seconds, 'post', 'bare')}")


def time_weights(client: httpx.Client, source: Iterator[bytes]) -> None:
    trace = client.post("/api/v1/images/traces", files={"file": next(source)}).json()["id"]
    seconds = []
    for turn in range(200):
        query = f"{turn % 20},{turn % 30}"
        choice = {"layer": turn % 12 + 1, "head": "mean", "query": query, "format": "npy"}
        start = time.perf_counter()
        client.get(f"/api/v1/traces/{trace}/weights", params=choice)
        seconds.append(time.perf_counter() - start)
    slow = statistics.quantiles(seconds, n=20)[-1] * 1000
    print(f"weights of a stored trace: {milliseconds(seconds)}, 95th percentile {slow:.1f} ms")


def compare_throughput(client: httpx.Client, model: Dinov2, source: Iterator[bytes]) -> None:
    pixels = bare_pass(model, next(source))

    @torch.inference_mode()
    def bare_rate() -> float:
        start = time.perf_counter()
        for _ in range(PHOTOS // 2):
            model.forward(pixels)
        return PHOTOS / 2 / (time.perf_counter() - start)

    def served_rate(accept: str) -> float:
        def post(data: bytes) -> int:
            headers = {"accept": accept}
            return client.post("/api/v1/heatmap", files={"file": data}, headers=headers).status_code

        batch = [next(source) for _ in range(PHOTOS)]
        start = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as clients:
            assert set(clients.map(post, batch)) == {200}
        return PHOTOS / (time.perf_counter() - start)

    for accept in ("application/json", "image/png"):
        rounds = [(bare_rate(), served_rate(accept)) for _ in range(3)]
        ratios = sorted(served / bare for bare, served in rounds)
        print(
            f"heatmaps ({accept}) a second with {CLIENTS} clients over bare passes: "
            f"{ratios[1]:.2f} ({ratios[0]:.2f} to {ratios[2]:.2f})"
        )


def peak_memory() -> str:
    """Of the server process, as Linux counts it."""
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        if f"serve\0--port\0{PORT}".encode() in status.read_bytes():
            lines = (status.parent / "status").read_text().splitlines()
            return next(line.split(":")[1].strip() for line in lines if line.startswith("VmHWM"))
    return "unknown"


def main() -> None:
    model = load(Catalog()["dinov2-small"])
    source = photos()
    with server() as client:
        print(f"In {model.precision}:")
        compare_upload(client, model, source)
        time_weights(client, source)
        compare_throughput(client, model, source)
        print(f"Peak memory of the server: {peak_memory()}")


if __name__ == "__main__":
    main()
