"""EfficientNet: rethinking model scaling for convolutional neural networks (Tan and Le 2019).

https://arxiv.org/abs/1905.11946; Lite0 is Google's variant for small devices (2020): ReLU6 in the
place of swish, and no squeeze-and-excitation. What is left is a plain convolutional network, the
counterpart of attention: filters that are the same for every photo, each over a small
neighbourhood, and a view that grows with depth alone.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from foveate.models.inputs.preparation import Preparation
from foveate.models.weights.archive import read_tensors
from foveate.models.weights.source import MODEL_FILE
from foveate.models.zoo.image.convolutional import Chain, Convolutional, SameConvolution

LABELS = Path(__file__).with_name("imagenet.txt")
STEM, HEAD, CLASSES, SIDE = 32, 1280, 1000, 224
EPSILON = 1e-3  # of the batch normalisation
PREPARATION = Preparation(mean=(127 / 255,) * 3, std=(128 / 255,) * 3)  # (x - 127) / 128 of 0..255


class Stage(NamedTuple):
    """Blocks of one width: the first has the stride, the others add what they are given."""

    blocks: int
    channels: int
    stride: int
    kernel: int
    expansion: int


STAGES = (
    Stage(1, 16, 1, 3, 1),
    Stage(2, 24, 2, 3, 6),
    Stage(2, 40, 2, 5, 6),
    Stage(3, 80, 2, 3, 6),
    Stage(3, 112, 1, 5, 6),
    Stage(4, 192, 2, 5, 6),
    Stage(1, 320, 1, 3, 6),
)


class Convolution(nn.Module):
    """A convolution, batch normalisation, and ReLU6 unless it is a block's last."""

    def __init__(
        self,
        inner: int,
        outer: int,
        kernel: int = 1,
        stride: int = 1,
        groups: int = 1,
        rectified: bool = True,
    ) -> None:
        super().__init__()
        self.convolution = SameConvolution(inner, outer, kernel, stride, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outer, EPSILON)
        self.rectified = rectified

    def forward(self, maps: Tensor) -> Tensor:
        made: Tensor = self.norm(self.convolution(maps))
        return F.relu6(made) if self.rectified else made


class Block(nn.Module):
    """An inverted residual (Sandler et al. 2018): widen, filter every channel apart, narrow."""

    def __init__(self, inner: int, outer: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = inner * expansion
        self.expand = Convolution(inner, wide) if expansion > 1 else nn.Identity()
        self.depthwise = Convolution(wide, wide, kernel, stride, groups=wide)
        self.project = Convolution(wide, outer, rectified=False)
        self.adds = stride == 1 and inner == outer

    def forward(self, maps: Tensor) -> Tensor:
        made: Tensor = self.project(self.depthwise(self.expand(maps)))
        return made + maps if self.adds else made


class Lite0(nn.Module):
    """The network's parts; `named` has the layers by name."""

    def __init__(self) -> None:
        super().__init__()
        widths = (STEM, *(stage.channels for stage in STAGES))
        self.stem = Convolution(3, STEM, 3, 2)
        self.stages = nn.ModuleList(
            _stage(inner, stage) for (inner, _), stage in zip(pairwise(widths), STAGES, strict=True)
        )
        self.head = Convolution(widths[-1], HEAD)
        self.classifier = nn.Linear(HEAD, CLASSES)

    def named(self) -> dict[str, nn.Module]:
        """`stem`, `stage1.1` to `stage7.1`, `head`: 18 layers."""
        blocks = {
            f"stage{number}.{place}": block
            for number, stage in enumerate(self.stages, 1)
            for place, block in enumerate(stage.children(), 1)
        }
        return {"stem": self.stem, **blocks, "head": self.head}

    def classify(self, maps: Tensor) -> Tensor:
        """The last map (B, HEAD, rows, columns) to logits (B, CLASSES)."""
        logits: Tensor = self.classifier(maps.mean((2, 3)))
        return logits


def _stage(inner: int, stage: Stage) -> nn.Sequential:
    count, width, stride, kernel, expansion = stage
    first = Block(inner, width, kernel, stride, expansion)
    others = (Block(width, width, kernel, 1, expansion) for _ in range(count - 1))
    return nn.Sequential(first, *others)


class EfficientNetLite(Convolutional):
    """EfficientNet-Lite0 of 1000 ImageNet classes, from the folder that `convert` makes."""

    threads = 1  # most of its steps are of a fraction of a millisecond

    def __init__(self, name: str, folder: Path, dtype: torch.dtype) -> None:
        network = Lite0()
        network.load_state_dict(load_file(folder / MODEL_FILE))
        chain = Chain(network.named(), network.classify)
        super().__init__(name, network, chain, imagenet_labels(), PREPARATION, SIDE)

    @staticmethod
    def convert(source: Path, target: Path) -> None:
        """The published file's weights, under the names they have here."""
        tensors = {_ours(name): tensor for name, tensor in read_tensors(source).items()}
        save_file(tensors, target / MODEL_FILE, metadata={"format": "pt"})


@cache
def imagenet_labels() -> tuple[str, ...]:
    """The 1000 classes of ILSVRC 2012 in the usual order, by WordNet's first lemma of each.

    Synsets and lemmas are those that timm 1.0.22 lists (Apache-2.0); two that were the same word
    were told apart.
    """
    lines = LABELS.read_text(encoding="utf-8").splitlines()
    return tuple(line.split("\t")[1] for line in lines)


def _ours(name: str) -> str:
    """The file numbers blocks through, and a block's norms by their order, from its first part."""
    name = name.replace("_fc.", "classifier.").replace("_conv_stem", "stem.convolution")
    name = name.replace("_conv_head", "head.convolution")
    name = re.sub(r"^_bn(\d)", lambda m: f"{('stem', 'head')[int(m[1])]}.norm", name)
    name = re.sub(r"_(expand|depthwise|project)_conv", r"\1.convolution", name)
    parts = ("expand", "depthwise", "project")
    name = re.sub(r"\._bn(\d)", lambda m: f".{parts[int(m[1])]}.norm", name)
    return re.sub(r"^_blocks\.(\d+)", lambda m: "stages.{}.{}".format(*_place(int(m[1]))), name)


def _place(block: int) -> tuple[int, int]:
    """A block's stage and its number in it, both from 0."""
    places = [(s, b) for s, stage in enumerate(STAGES) for b in range(stage.blocks)]
    return places[block]
