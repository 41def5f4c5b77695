"""A photo to the patch grid and the tensor that a vision model takes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from foveate.models.axis import Crop, Grid
from foveate.models.errors import InputError
from foveate.models.inputs.photo import RESOLUTIONS, Photo


def fit(width: int, height: int, resolution: int, patch_size: int) -> tuple[Grid, Crop]:
    """The patch grid of a photo at a resolution (its longest side), and the part it covers.

    Nothing is stretched: the longest side takes the whole resolution, the other as many whole
    patches as come nearest, and what is too much is trimmed off two opposite sides: of n patches
    along the short side, at most one part in 2n. Raises InputError for other resolutions and for
    photos thinner than a patch.
    """
    check_resolution(resolution)
    most = resolution // patch_size
    short, long = sorted((width, height))
    least = round(most * short / long)
    if short < patch_size or least < 1:
        raise InputError(
            f"The image is {width} x {height} pixels: its short side must be at least {patch_size} "
            f"pixels and one {most}th of its long side, or it has no whole patch. Crop it.",
            "file",
        )
    rows, columns = (least, most) if height < width else (most, least)
    return Grid(rows, columns, patch_size), centred(width, height, columns / rows)


def check_resolution(resolution: int) -> None:
    """Raises InputError for one that is not offered."""
    if resolution not in RESOLUTIONS:
        first = ", ".join(map(str, RESOLUTIONS[:-1]))
        raise InputError(
            f"resolution {resolution} is not offered: give {first} or {RESOLUTIONS[-1]}.",
            "resolution",
        )


def centred(width: int, height: int, aspect: float) -> Crop:
    """The largest centred crop with that aspect (width over height)."""
    crop_width = min(float(width), height * aspect)
    crop_height = min(float(height), width / aspect)
    left, top = (width - crop_width) / 2, (height - crop_height) / 2
    return Crop(left, top, crop_width, crop_height)


def cut(photo: Photo, crop: Crop, width: int, height: int) -> Image.Image:
    """That part of a photo, resampled to width x height."""
    box = crop.scaled(photo.image.width / photo.width)
    right, bottom = min(box[2], photo.image.width), min(box[3], photo.image.height)
    return photo.image.resize(
        (width, height), Image.Resampling.BICUBIC, box=(box[0], box[1], right, bottom)
    )


def pixel_values(image: Image.Image, mean: Sequence[float], std: Sequence[float]) -> Tensor:
    """An RGB image as a normalised float32 tensor (1, 3, height, width)."""
    pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].contiguous()
    centre, spread = torch.tensor(mean).view(3, 1, 1), torch.tensor(std).view(3, 1, 1)
    return (pixels.float() / 255 - centre) / spread  # (1, 3, height, width)
