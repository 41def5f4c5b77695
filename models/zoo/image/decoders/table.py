"""The decoders by name: what each is, in a word and in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from foveate.models.errors import InputError
from foveate.models.zoo.image.decoders.attention_bottleneck import AttentionBottleneck
from foveate.models.zoo.image.decoders.attention_unet import AttentionUNet
from foveate.models.zoo.image.decoders.base import Decoder
from foveate.models.zoo.image.decoders.bottleneck import Bottleneck
from foveate.models.zoo.image.decoders.classes import CLASSES
from foveate.models.zoo.image.decoders.patches import Linear
from foveate.models.zoo.image.decoders.unet import UNet

DecoderKind = Literal["plain", "skips", "gates", "attention", "patches"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A decoder, which part of it is its own, and a sentence on it."""

    made: type[Decoder | Linear]
    kind: DecoderKind
    words: str


DECODERS: dict[str, Entry] = {
    "bottleneck": Entry(
        Bottleneck,
        "plain",
        "No skips: everything is drawn from the bottom, a sixteenth of the picture's size.",
    ),
    "unet": Entry(
        UNet,
        "skips",
        "U-Net: at every step up, the map of that size from the way down is put beside it.",
    ),
    "attention-unet": Entry(
        AttentionUNet,
        "gates",
        "Attention U-Net: what comes from below decides, place by place, how far a skip is opened.",
    ),
    "attention-bottleneck": Entry(
        AttentionBottleneck,
        "attention",
        "U-Net whose bottom attends: every place of the last map looks at every other.",
    ),
    "patches": Entry(
        Linear,
        "patches",
        "DINOv2's patches, each classified alone by one linear layer: no decoder to speak of.",
    ),
}


def decoder_of(name: str, classes: int = len(CLASSES)) -> Any:
    """A decoder with weights as they are before training. Raises InputError."""
    if name not in DECODERS:
        raise InputError(f"decoder {name[:80]!r} is not known: give {', '.join(DECODERS)}.")
    return DECODERS[name].made(classes)
