"""Models of clips: those of the zoo, and vision transformers of photos that see frame by frame."""

from __future__ import annotations

from typing import Any

from foveate.models.errors import InputError
from foveate.models.zoo.base import VideoModel
from foveate.models.zoo.image.framewise import Framewise
from foveate.models.zoo.image.vit import VisionTransformer
from foveate.models.zoo.video.when import When


def sees_frames(made: Any) -> bool:
    """Whether a class of the zoo is a vision transformer of photos, which sees clips by frames."""
    return isinstance(made, type) and issubclass(made, VisionTransformer)


def decides_when(made: Any) -> bool:
    """Whether a class of the zoo is a head over time, which attends to frames alone."""
    return isinstance(made, type) and issubclass(made, When)


def clip_model(model: Any) -> VideoModel:
    """The model as one of clips. Raises InputError for a network that has none to show."""
    if isinstance(model, VisionTransformer):
        return Framewise(model)
    if isinstance(model, VideoModel):
        return model
    raise InputError(
        f"model {model.name} has no attention over clips: choose a vision transformer or a video "
        "model.",
        "model",
    )
