"""A clip from its upload to the first map, against its bare passes and decoding; frames together
against one by one.

python -m bench.video [--frames 24] [--resolution 336]
"""

from __future__ import annotations

import argparse
from functools import partial

import torch
from fastapi.testclient import TestClient

from bench.timing import interleaved, milliseconds, ratio
from foveate.app.main import create_app
from foveate.app.settings import Settings
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.inputs.clip import Clip, Sampling
from foveate.models.inputs.patches import cut, fit
from foveate.models.inputs.video import read_clip
from foveate.models.zoo.image.framewise import BATCH, RESOLUTIONS
from foveate.models.zoo.image.vit import VisionTransformer
from tests.videos import sample_video


def main() -> None:
    """Prints two lines: upload to first map, and batches."""
    given = _arguments()
    data, sampling = sample_video("leaving"), Sampling(given.frames)
    model: VisionTransformer = load(Catalog()["dinov2-small"])
    bare = partial(_bare, model, data, sampling, given.resolution)
    with TestClient(create_app(Settings(warm=False, hosts=("testserver",)))) as client:
        work = {"bare": bare, "served": _Served(client, data, given.frames, given.resolution)}
        seconds = interleaved(work, given.rounds)
    print(
        f"{given.frames} frames at {given.resolution}: upload to first map "
        f"{milliseconds(seconds['served'])}, over bare passes and decoding "
        f"{ratio(seconds, 'served', 'bare')}"
    )
    pixels = _pixels(model, read_clip(data, sampling), given.resolution)
    batches = {str(size): partial(_passes, model, pixels, size) for size in (1, BATCH)}
    seconds = interleaved(batches, given.rounds)
    print(
        f"{BATCH} frames a pass over one by one: {ratio(seconds, str(BATCH), '1')} "
        f"({milliseconds(seconds['1'])} one by one)"
    )


class _Served:
    """A clip sent, and its first map fetched; each time other bytes, so that it is made anew."""

    def __init__(self, client: TestClient, data: bytes, frames: int, resolution: int) -> None:
        self._client, self._data, self._turn = client, data, 0
        self._choice = {"frames": str(frames), "resolution": str(resolution)}

    def __call__(self) -> None:
        self._turn += 1
        files = {"file": ("clip.webm", self._data + bytes(self._turn))}
        answer = self._client.post("/api/v1/videos/traces", files=files, data=self._choice)
        trace = answer.raise_for_status().json()
        address = f"/api/v1/traces/{trace['id']}/spacetime?format=npy"
        self._client.get(address).raise_for_status()


def _bare(model: VisionTransformer, data: bytes, sampling: Sampling, resolution: int) -> None:
    """The same video decoded in this process, and its frames through the model, unrecorded."""
    _passes(model, _pixels(model, read_clip(data, sampling), resolution), BATCH)


def _pixels(model: VisionTransformer, clip: Clip, resolution: int) -> torch.Tensor:
    grid, crop = fit(*clip.size, resolution, model.structure.cell, RESOLUTIONS)
    size = grid.columns * grid.patch_size, grid.rows * grid.patch_size
    seen = (model.preparation.pixels(cut(photo, crop, *size)) for photo in clip.frames)
    return torch.cat(list(seen))


@torch.inference_mode()
def _passes(model: VisionTransformer, pixels: torch.Tensor, size: int) -> None:
    for some in pixels.split(size):
        model.forward(some)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--resolution", type=int, default=336)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    main()
