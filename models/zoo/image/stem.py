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

FOLDER = "lite0-stem"  # of models/trained
KEPT = 5  # stages
CHANNELS = STAGES[KEPT - 1].channels
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


def take(source: Path, target: Path) -> None:
    """Writes the stem's part of EfficientNet-Lite0's weights in a folder, in float16."""
    kept = Stem().state_dict()
    tensors = load_file(source / MODEL_FILE)
    target.mkdir(parents=True, exist_ok=True)
    half = {name: _half(tensors[name]) for name in kept}
    save_file(half, target / MODEL_FILE, metadata={"format": "pt"})


@cache
def stem(sha256: str) -> Stem:
    """The stem with weights of that checksum, one for all heads. Raises WeightsError."""
    folder = checked(FOLDER, TRAINED / FOLDER, sha256)
    made = Stem()
    weights = load_file(folder / MODEL_FILE)
    made.load_state_dict({name: each.float() for name, each in weights.items()})
    return made


def _half(tensor: Tensor) -> Tensor:
    found = tensor.half() if tensor.is_floating_point() else tensor
    assert torch.isfinite(found.float()).all()
    return found
