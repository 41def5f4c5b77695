"""Depth from one picture: DPT and Depth Anything.

Ranftl et al. 2021 (arXiv 2103.13413); Yang et al. 2024 (2401.10891). A plain vision transformer is
the encoder; a convolutional decoder makes of several of its layers a map of depth.
"""

from __future__ import annotations

from typing import Any

from transformers import AutoModel, AutoModelForDepthEstimation

from foveate.models.axis import Crop, Grid
from foveate.models.recording import check_recordable
from foveate.models.trace import Deferred
from foveate.models.zoo.image.families.structure import Structure, one_side


class Depth(Structure):
    """The encoder's layers, and an output `depth` (height, width): larger is nearer.

    The first DPT's decoder takes square pictures alone: of that one the encoder is loaded, for
    photos of any shape, and there is no depth.
    """

    @classmethod
    def architecture(cls, config: dict[str, Any]) -> Any:
        modular = config.get("backbone_config") and not config.get("is_hybrid")
        return AutoModelForDepthEstimation if modular else AutoModel

    @classmethod
    def check(cls, model: Any) -> None:
        """The decoder has no attention: what counts is the encoder's."""
        check_recordable(getattr(model, "backbone", model))

    @property
    def side(self) -> int | None:
        hybrid = getattr(self.config, "is_hybrid", False)  # a convolutional network comes first
        return one_side(self.config.image_size) if hybrid else None

    def outputs(self, output: Any, cells: Grid, crop: Crop) -> dict[str, Deferred]:
        depth = getattr(output, "predicted_depth", None)
        if depth is None:
            return {}
        return {"depth": Deferred(lambda: depth[0].float(), depth.nbytes)}
