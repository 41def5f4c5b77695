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

from models.attention import Values
from models.axis import Crop, Grid, Patches
from models.inputs.patches import cut, fit, pixel_values
from models.inputs.photo import Photo
from models.recording import Calls, recording
from models.site import Site
from models.trace import Deferred, PhotoFrame, Trace
from models.zoo.pretrained import pretrained, values_at

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

        The grid and its place on the photo are those of `inputs.patches.fit`. Raises InputError for
        a resolution that is not offered or a photo thinner than a patch.
        """
        return self.trace_pixels(*self._pixels(photo, resolution))

    @torch.inference_mode()
    def values(self, photo: Photo, resolution: int, site: str) -> Values:
        """The values and output projection at one site, from a pass of its own. InputError."""
        pixels, grid, _ = self._pixels(photo, resolution)

        def sites(calls: Calls) -> tuple[Site, ...]:
            return self._sites(calls, self._axis(calls, grid))

        return values_at(self.name, site, lambda: self.forward(pixels), sites)

    def _pixels(self, photo: Photo, resolution: int) -> tuple[Tensor, Grid, Crop]:
        grid, crop = fit(photo.width, photo.height, resolution, self.patch_size)
        size = grid.columns * self.patch_size, grid.rows * self.patch_size
        return pixel_values(cut(photo, crop, *size), self.mean, self.std), grid, crop

    @torch.inference_mode()
    def trace_pixels(self, pixels: Tensor, grid: Grid, crop: Crop) -> Trace:
        """The trace of normalised pixels (1, 3, rows * patch, columns * patch) cut from `crop`."""
        start = time.perf_counter()
        with recording() as calls:
            hidden = self.forward(pixels)  # (1, S, width)
        timings = {"forward_ms": (time.perf_counter() - start) * 1000}
        axis = self._axis(calls, grid)
        outputs = self.outputs(hidden, grid)
        return Trace(self.name, PhotoFrame(axis, crop), self._sites(calls, axis), outputs, timings)

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalised pixels (B, 3, height, width) to the last layer's tokens (B, S, width)."""
        hidden: Tensor = self.model(pixels.to(self.dtype), **self.extra).last_hidden_state
        return hidden

    def outputs(self, hidden: Tensor, grid: Grid) -> dict[str, Deferred]:
        """What else the model says of an image: nothing, unless it has a decoder."""
        return {}

    def _axis(self, calls: Calls, grid: Grid) -> Patches:
        """The tokens of every layer: whatever is more than patches comes before them."""
        return Patches(grid, _prefix(calls.attentions()[0].shape[2] - grid.size))

    def _sites(self, calls: Calls, axis: Patches) -> tuple[Site, ...]:
        return tuple(
            Site(f"encoder.{layer}.self", "self", layer, axis, axis, attention)
            for layer, attention in enumerate(calls.attentions(), start=1)
        )


def _prefix(count: int) -> tuple[str, ...]:
    """Names of the tokens before the patches: the class token, then registers."""
    registers = range(1, count)
    return tuple(["cls", *(f"register{number}" for number in registers)][: max(count, 0)])


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
