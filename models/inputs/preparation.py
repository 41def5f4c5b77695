"""How a model's folder wants its pixels: `preprocessor_config.json`, or `processor_config.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import torch
from PIL.Image import Image, fromarray
from torch import Tensor

from foveate.models.axis import Crop
from foveate.models.errors import WeightsError
from foveate.models.inputs.patches import pixel_values
from foveate.models.inputs.photo import Photo

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
FILES = ("preprocessor_config.json", "processor_config.json")
UNSTATED = (
    "The model's folder has no preprocessor_config.json: its pixels are normalised by ImageNet's "
    "mean and deviation, which may not be what it was trained with."
)


@dataclass(frozen=True, slots=True)
class Preparation:
    """Mean and deviation of the pixels 0 to 1, and whether blue comes first.

    `notes` are sentences on what the folder does not say.
    """

    mean: tuple[float, ...] = IMAGENET_MEAN
    std: tuple[float, ...] = IMAGENET_STD
    blue_first: bool = False
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, folder: Path) -> Self:
        """What a folder says. Raises WeightsError for a file that cannot be read."""
        settings = _settings(folder)
        return cls(notes=(UNSTATED,)) if settings is None else cls.read(settings)

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> Self:
        """What the settings of an image processor say."""
        mean: tuple[float, ...] = (0.0,) * 3
        std: tuple[float, ...] = (1.0,) * 3
        if settings.get("do_normalize", "image_mean" in settings):
            mean = tuple(settings.get("image_mean") or IMAGENET_MEAN)
            std = tuple(settings.get("image_std") or IMAGENET_STD)
        if settings.get("include_top"):  # EfficientNet: divided by its deviation once more
            std = tuple(each * each for each in std)
        return cls(mean, std, bool(settings.get("do_flip_channel_order", False)))

    def pixels(self, image: Image) -> Tensor:
        """An RGB image as a normalised float32 tensor (1, 3, height, width)."""
        found = pixel_values(image, self.mean, self.std)
        return found.flip(1) if self.blue_first else found

    def picture(self, pixels: Tensor) -> Image:
        """Normalised pixels (3, height, width) as the RGB image that they were."""
        centre, spread = torch.tensor(self.mean).view(3, 1, 1), torch.tensor(self.std).view(3, 1, 1)
        seen = (pixels.flip(0) if self.blue_first else pixels).detach().cpu().float()
        levels = ((seen * spread + centre) * 255).round().clamp(0, 255).byte()
        return fromarray(levels.permute(1, 2, 0).numpy())


def _settings(folder: Path) -> dict[str, Any] | None:
    for path in (folder / name for name in FILES):
        if path.is_file():
            try:
                found = json.loads(path.read_text(encoding="utf-8"))
                return dict(found.get("image_processor", found))
            except (OSError, ValueError, AttributeError) as error:
                raise WeightsError(f"{path} cannot be read ({error}).") from error
    return None


def square(photo: Photo) -> Crop:
    """The largest square in the middle of a photo."""
    side = float(min(photo.width, photo.height))
    return Crop((photo.width - side) / 2, (photo.height - side) / 2, side, side)
