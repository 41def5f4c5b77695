"""Vision transformers: an image is worth 16 x 16 words (Dosovitskiy et al. 2021, arXiv 2010.11929).

The image is cut into patches, each becomes a token, and every layer lets each token attend to all
others. One class serves every such model that transformers can load from a folder (ViT, DeiT,
DINO, DINOv2 with or without registers): add a table to the catalog, no code.
"""

from __future__ import annotations

import inspect
import json
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoModel

from models.inputs import Photo, cut, fit, pixel_values
from models.recording import Calls, projection, recording
from models.trace import Axis, Deferred, Grid, InputError, Site, Trace, Valued
from models.zoo.language import pretrained

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class VisionTransformer:
    """A vision transformer of transformers, loaded from a folder; `trace` may run in any thread."""

    def __init__(self, name: str, folder: Path, dtype: torch.dtype) -> None:
        self.name = name
        self.dtype = dtype
        self.model = pretrained(name, AutoModel, folder, dtype)
        self.patch_size = int(self.model.config.patch_size)
        self.mean, self.std = _normalisation(folder)
        self.extra = _interpolation(self.model)

    @property
    def precision(self) -> str:
        return str(self.dtype).removeprefix("torch.")

    @property
    def nbytes(self) -> int:
        return sum(t.nbytes for t in (*self.model.parameters(), *self.model.buffers()))

    def trace(self, photo: Photo, resolution: int) -> Trace:
        """Where the model looks in a photo.

        The grid and its place on the photo are those of `inputs.fit`. Raises InputError for a
        resolution that is not offered or a photo thinner than a patch.
        """
        return self.trace_pixels(*self._pixels(photo, resolution))

    @torch.inference_mode()
    def values(self, photo: Photo, resolution: int, site: str) -> Valued:
        """The values and output projection at one site, from a pass of its own."""
        pixels, grid = self._pixels(photo, resolution)
        with recording(values=True) as calls:
            self.forward(pixels)
        for known, call in zip(self._sites(calls, grid), calls, strict=True):
            if known.name == site:
                return call.valued(projection(self.model, call.module))
        raise InputError(f"site {site[:80]!r} is not in {self.name}.", "site")

    def _pixels(self, photo: Photo, resolution: int) -> tuple[Tensor, Grid]:
        grid, crop = fit(photo.width, photo.height, resolution, self.patch_size)
        size = grid.columns * self.patch_size, grid.rows * self.patch_size
        return pixel_values(cut(photo, crop, *size), self.mean, self.std), grid

    @torch.inference_mode()
    def trace_pixels(self, pixels: Tensor, grid: Grid) -> Trace:
        """The trace of normalised pixels (1, 3, rows * patch, columns * patch)."""
        start = time.perf_counter()
        with recording() as calls:
            hidden = self.forward(pixels)  # (1, S, width)
        timings = {"forward_ms": (time.perf_counter() - start) * 1000}
        sites = self._sites(calls, grid)
        return Trace(self.name, sites, self.outputs(hidden, grid), timings)

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalised pixels (B, 3, height, width) to the last layer's tokens (B, S, width)."""
        hidden: Tensor = self.model(pixels.to(self.dtype), **self.extra).last_hidden_state
        return hidden

    def outputs(self, hidden: Tensor, grid: Grid) -> dict[str, Deferred]:
        """What else the model says of an image: nothing, unless it has a decoder."""
        return {}

    def _sites(self, calls: Calls, grid: Grid) -> tuple[Site, ...]:
        axis = Axis.patches(grid, _prefix(calls[0].key.shape[2] - grid.size))
        return tuple(
            Site(
                f"encoder.{layer}.self",
                "self",
                layer,
                call.query.shape[1],
                axis,
                axis,
                call.item(0),
            )
            for layer, call in enumerate(calls, start=1)
        )


def _prefix(count: int) -> tuple[str, ...]:
    """Names of the tokens before the patches: the class token, then registers."""
    registers = range(1, count)
    return tuple(["cls", *(f"register{number}" for number in registers)][:count])


def _normalisation(folder: Path) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and deviation the model was trained with; ImageNet's where its folder names none."""
    path = folder / "preprocessor_config.json"
    settings = json.loads(path.read_text()) if path.is_file() else {}
    mean = settings.get("image_mean", IMAGENET_MEAN)
    std = settings.get("image_std", IMAGENET_STD)
    return tuple(mean), tuple(std)


def _interpolation(model: nn.Module) -> dict[str, Any]:
    """Asks for interpolated position embeddings where a model does not do so by itself."""
    known = inspect.signature(model.forward).parameters
    return {"interpolate_pos_encoding": True} if "interpolate_pos_encoding" in known else {}
