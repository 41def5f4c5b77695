"""Detectors that ask for objects with learned queries: DETR and YOLOS.

Carion et al. 2020 (arXiv 2005.12872): a convolutional network's map goes through an encoder, and
every object query of the decoder attends to that grid: cross-attention whose weights say where an
object was found. Fang et al. 2021 (2106.00666): the queries are tokens behind a plain vision
transformer's patches.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor
from transformers import AutoModelForObjectDetection

from foveate.models.axis import Crop, Grid, Patches, Tokens
from foveate.models.errors import Unrecordable
from foveate.models.recording import Calls
from foveate.models.site import Site
from foveate.models.trace import Deferred
from foveate.models.zoo.image.families.structure import Structure


def detections(config: Any) -> tuple[str, ...]:
    """Detection tokens, from 1."""
    return tuple(f"detection{number}" for number in range(1, config.num_detection_tokens + 1))


class Detector(Structure):
    """A plain vision transformer whose last tokens are its detections: YOLOS.

    Its outputs are `boxes` (objects, 4), left, top, right and bottom in pixels of the upright
    photo, and `classes` (objects, classes), probabilities whose last is that of no object.
    """

    architectures: ClassVar[dict[str, Any]] = {
        "YolosForObjectDetection": AutoModelForObjectDetection,
        "DetrForObjectDetection": AutoModelForObjectDetection,
    }

    def outputs(self, output: Any, cells: Grid, crop: Crop) -> dict[str, Deferred]:
        if getattr(output, "pred_boxes", None) is None:
            return {}
        boxes, logits = output.pred_boxes[0].float(), output.logits[0].float()
        return {
            "boxes": Deferred(lambda: _corners(boxes, crop), boxes.nbytes),
            "classes": Deferred(lambda: logits.softmax(-1), logits.nbytes),
        }


class EncoderDecoder(Detector):
    """DETR: the encoder's grid to itself, the object queries to themselves and to the grid.

    An object query is named by what it found.
    """

    @property
    def cell(self) -> int:
        return 32  # of the backbone's last map

    def sites(self, cells: Grid, calls: Calls, output: Any) -> tuple[Site, ...]:
        grid, objects = self.frame(cells), Tokens(self._names(output))
        config, attentions = self.config, calls.attentions()
        if len(attentions) != config.encoder_layers + 2 * config.decoder_layers:
            raise Unrecordable(f"{len(attentions)} attention calls are not those of a DETR.")
        encoder, decoder = attentions[: config.encoder_layers], attentions[config.encoder_layers :]
        found = [
            Site(f"encoder.{layer}.self", "self", layer, grid, grid, attention)
            for layer, attention in enumerate(encoder, start=1)
        ]
        for layer, pair in enumerate(zip(decoder[::2], decoder[1::2], strict=True), start=1):
            found.append(Site(f"decoder.{layer}.self", "self", layer, objects, objects, pair[0]))
            found.append(Site(f"decoder.{layer}.cross", "cross", layer, objects, grid, pair[1]))
        return tuple(found)

    def frame(self, cells: Grid) -> Patches:
        return Patches(cells)

    def _names(self, output: Any) -> tuple[str, ...]:
        if getattr(output, "logits", None) is None:
            return tuple(f"object {n}" for n in range(1, self.config.num_queries + 1))
        chances, classes = output.logits[0].float().softmax(-1).max(-1)
        names = {**self.config.id2label, output.logits.shape[-1] - 1: "no object"}
        pairs = zip(classes.tolist(), chances.tolist(), strict=True)
        return tuple(f"{names.get(number, number)} {chance:.2f}" for number, chance in pairs)


def _corners(boxes: Tensor, crop: Crop) -> Tensor:
    """Centre and size (objects, 4) as shares of the crop, to corners in pixels of the photo."""
    centre, size = boxes[:, :2], boxes[:, 2:]
    corners = torch.cat([centre - size / 2, centre + size / 2], -1)
    scale = torch.tensor([crop.width, crop.height] * 2)
    return corners * scale + torch.tensor([crop.left, crop.top] * 2)
