"""The frozen stem of the vision lab: EfficientNet-Lite0's first five stages (Tan and Le 2019).

224 x 224 pixels become 14 x 14 places of 112 channels, the same for every head on it. It is carried
with the lab's weights (Apache-2.0, as float16) and loaded once, whatever the number of heads.
"""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from weakref import WeakKeyDictionary

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from foveate.models.axis import Grid
from foveate.models.inputs.patches import cut
from foveate.models.inputs.photo import Photo
from foveate.models.inputs.preparation import square
from foveate.models.weights.folder import TRAINED, checked
from foveate.models.weights.source import MODEL_FILE
from foveate.models.zoo.image.efficientnet_lite import PREPARATION, STAGES, Lite0

FOLDER, DEEP_FOLDER = "lite0-stem", "lite0-deep"  # of models/trained
KEPT = 5  # stages
CHANNELS = STAGES[KEPT - 1].channels
DEEP = STAGES[-1].channels
TAPPED = (0, 1, 2, 4)  # stages whose maps are the last of their size: 1/2, 1/4, 1/8, 1/16
TAPS = tuple(STAGES[stage].channels for stage in TAPPED)
PLACES = Grid(14, 14, 16)  # of the map that it makes of 224 x 224 pixels
SIDE = PLACES.rows * PLACES.patch_size


class Stem(nn.Module):
    """Normalised pixels (B, 3, 224, 224) to maps (B, 112, 14, 14), in float32."""

    def __init__(self) -> None:
        super().__init__()
        whole = Lite0()
        self.stem, self.stages = whole.stem, whole.stages[:KEPT]
        self.eval().requires_grad_(False)
        self._seen: WeakKeyDictionary[Photo, Tensor] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def forward(self, pixels: Tensor) -> Tensor:
        return self.taps(pixels)[-1]

    def taps(self, pixels: Tensor) -> list[Tensor]:
        """The last map of every size, of pixels (B, 3, rows, columns) that are whole sixteens."""
        maps: Tensor = self.stem(pixels)
        found = []
        for number, stage in enumerate(self.stages):
            maps = stage(maps)
            if number in TAPPED:
                found.append(maps)
        return found

    def maps(self, photo: Photo) -> Tensor:
        """Of the square in the middle of a photo (1, 112, 14, 14): worked out once for all heads,
        and gone with the photo.
        """
        with self._lock:
            found = self._seen.get(photo)
        if found is None:
            found = self(PREPARATION.pixels(cut(photo, square(photo), SIDE, SIDE)))
            with self._lock:
                self._seen[photo] = found
        return found

    @property
    def nbytes(self) -> int:
        return sum(tensor.nbytes for tensor in self.state_dict().values())


class Deep(nn.Module):
    """The two stages after the stem: maps (B, 112, rows, columns) to (B, 320, half of both)."""

    def __init__(self) -> None:
        super().__init__()
        self.stages = nn.ModuleDict(
            {str(number): stage for number, stage in enumerate(Lite0().stages) if number >= KEPT}
        )
        self.eval().requires_grad_(False)

    def forward(self, maps: Tensor) -> Tensor:
        for stage in self.stages.values():
            maps = stage(maps)
        return maps


def take(source: Path, target: Path, part: nn.Module) -> None:
    """Writes what a part of EfficientNet-Lite0 has of its weights in a folder, in float16."""
    kept = part.state_dict()
    tensors = load_file(source / MODEL_FILE)
    target.mkdir(parents=True, exist_ok=True)
    half = {name: _half(tensors[name]) for name in kept}
    save_file(half, target / MODEL_FILE, metadata={"format": "pt"})


@cache
def stem(sha256: str) -> Stem:
    """The stem with weights of that checksum, one for all heads. Raises WeightsError."""
    made = Stem()
    fill(made, FOLDER, sha256)
    return made


@cache
def deep(sha256: str) -> Deep:
    """The stages after it, likewise. Raises WeightsError."""
    made = Deep()
    fill(made, DEEP_FOLDER, sha256)
    return made


def fill(part: nn.Module, name: str, sha256: str) -> None:
    """Loads a part of Lite0 from a folder of models/trained. Raises WeightsError."""
    weights = load_file(checked(name, TRAINED / name, sha256) / MODEL_FILE)
    part.load_state_dict({name: each.float() for name, each in weights.items()})


def _half(tensor: Tensor) -> Tensor:
    found = tensor.half() if tensor.is_floating_point() else tensor
    assert torch.isfinite(found.float()).all()
    return found
