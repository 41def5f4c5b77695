"""Tiny random models of clips, and how far their weights are from transformers' own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import transformers as hub
from torch import Tensor

from foveate.models.axis import Crop
from foveate.models.recording import IMPLEMENTATION
from foveate.models.zoo.video.transformer import VideoTransformer
from tests.zoo.reference import Softmaxes
from tests.zoo.tiny import SIZES, saved

FRAMES, SIDE, ROWS = 8, 64, 4
SMALL = SIZES | {"intermediate_size": 48, "image_size": SIDE, "num_frames": FRAMES}
MADE: dict[str, tuple[Any, Any]] = {
    "timesformer": (hub.TimesformerModel, lambda: hub.TimesformerConfig(**SMALL, patch_size=16)),
    "videomae": (
        hub.VideoMAEModel,
        lambda: hub.VideoMAEConfig(**SMALL, patch_size=16, tubelet_size=2, use_mean_pooling=False),
    ),
    "vivit": (hub.VivitModel, lambda: hub.VivitConfig(**SMALL, tubelet_size=[2, 16, 16])),
}
WHOLE = Crop(0, 0, SIDE, SIDE)


def opened(family: str, folder: Path) -> VideoTransformer:
    made, config = MADE[family]
    saved(made(config()), folder)
    return VideoTransformer(family, folder, torch.float32)


def eager(model: VideoTransformer, pixels: Tensor) -> list[Tensor]:
    model.model.set_attn_implementation("eager")
    with torch.inference_mode(), Softmaxes() as softmaxes:
        model.forward(pixels)
    model.model.set_attn_implementation(IMPLEMENTATION)
    return softmaxes.found


def difference(model: VideoTransformer) -> float:
    """The largest of any weight inside a window, or of all, from transformers' own."""
    pixels = torch.randn(1, FRAMES, 3, SIDE, SIDE)
    trace = model.trace_pixels(pixels, WHOLE)
    held = [site.query_key for site in trace.sites if not site.name.endswith("product")]
    ours = [q.rows()[None] if q.partition is None else q.inside(slice(None)) for q in held]
    pairs = zip(ours, eager(model, pixels), strict=True)
    return max(float((found - expected).abs().max()) for found, expected in pairs)
