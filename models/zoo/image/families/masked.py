"""Masked autoencoders (He et al. 2022, arXiv 2111.06377).

In training three patches of four are left out, at random. To look at a photo none is, and the
patches keep their order.
"""

from __future__ import annotations

import threading
from typing import Any

import torch
from torch import Tensor

from foveate.models.zoo.image.families.structure import Structure


class Unmasked(Structure):
    """The encoder of an MAE, with all patches; the model is left as it was."""

    def prepare(self) -> None:
        self._lock = threading.Lock()  # of the ratio, which one pass would give back under another

    def run(self, pixels: Tensor) -> Any:
        with self._lock:
            usual, self.config.mask_ratio = self.config.mask_ratio, 0.0
            try:
                return super().run(pixels)
            finally:
                self.config.mask_ratio = usual

    def arguments(self, pixels: Tensor) -> dict[str, Any]:
        height, width = (side // self.cell for side in pixels.shape[-2:])
        order = torch.arange(height * width).float().expand(len(pixels), -1)  # sorted by this
        return {"noise": order}
