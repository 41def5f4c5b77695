"""Convolutional classifiers that transformers loads from a folder: ResNet and ConvNeXt.

He et al. 2016, "Deep residual learning for image recognition" (arXiv 1512.03385): blocks that add
to what they are given. Liu et al. 2022, "A ConvNet for the 2020s" (2201.03545): the same with a
transformer's measures, kernels of 7 x 7 in the place of attention. ConvNeXt V2, RegNet-Y and
EfficientNet look at the whole map in every block, so no unit of theirs has a field of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import nn
from transformers import AutoModelForImageClassification

from foveate.models.errors import Unrecordable
from foveate.models.inputs.preparation import Preparation
from foveate.models.weights.folder import configuration
from foveate.models.zoo.image.convolutional import Chain, Convolutional
from foveate.models.zoo.pretrained import pretrained


class ConvNet(Convolutional):
    """A ResNet or ConvNeXt with its classifier.

    Raises WeightsError for a folder that cannot be loaded, Unrecordable for another architecture.
    """

    def __init__(self, name: str, folder: Path, dtype: torch.dtype) -> None:
        kind = configuration(name, folder)["model_type"]
        if kind not in CHAINS:
            raise Unrecordable(
                f"{name} is a {kind}, and {' and '.join(CHAINS)} are known here as chains of "
                'convolutions: list a vision transformer with zoo = "vit:VisionTransformer".'
            )
        model = pretrained(
            name, AutoModelForImageClassification, folder, check=_no_check, unused=()
        )
        labels = model.config.id2label
        super().__init__(
            name,
            model,
            CHAINS[kind].build(model),
            tuple(str(labels[number]) for number in range(len(labels))),
            Preparation.of(folder),
        )


def _no_check(model: Any) -> None:
    """Nothing of attention is recorded."""


def _resnet(model: Any) -> Chain:
    body = model.resnet
    blocks = {
        f"stage{number}.{place}": block
        for number, stage in enumerate(body.encoder.stages, 1)
        for place, block in enumerate(stage.layers, 1)
    }
    return Chain(
        {"stem": body.embedder, **blocks}, lambda maps: model.classifier(body.pooler(maps))
    )


def _convnext(model: Any) -> Chain:
    """What narrows a map before a stage is a part of the stage's first block."""
    body, blocks = model.convnext, {}
    for number, stage in enumerate(body.encoder.stages, 1):
        for place, block in enumerate(stage.layers, 1):
            before = stage.downsampling_layer if place == 1 else ()
            blocks[f"stage{number}.{place}"] = nn.Sequential(*before, block)
    return Chain(
        {"stem": body.embeddings, **blocks},
        lambda maps: model.classifier(body.layernorm(maps.mean((2, 3)))),
    )


class Kind(NamedTuple):
    """A family of convolutional networks, and how one of them is a chain."""

    title: str
    paper: str
    paper_url: str
    build: Callable[[Any], Chain]


CHAINS: Mapping[str, Kind] = {
    "resnet": Kind("ResNet", "He et al. 2016", "https://arxiv.org/abs/1512.03385", _resnet),
    "convnext": Kind("ConvNeXt", "Liu et al. 2022", "https://arxiv.org/abs/2201.03545", _convnext),
}
