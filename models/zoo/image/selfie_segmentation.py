"""MediaPipe's selfie segmentation: a person cut out of a picture, by an encoder and a decoder.

Howard et al. 2019, "Searching for MobileNetV3" (https://arxiv.org/abs/1905.02244): inverted
residuals, most with a gate of channels (squeeze-and-excitation, Hu et al. 2018, arXiv 1709.01507),
and at the bottom a gate from the whole map (LR-ASPP, section 6.4). Three skips go across, and each
is gated by channel before it is added. Google's model card: "MediaPipe Selfie Segmentation" (2021).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from foveate.models.axis import Crop, Grid
from foveate.models.errors import WeightsError
from foveate.models.inputs.patches import centred, cut
from foveate.models.inputs.photo import Photo
from foveate.models.inputs.preparation import Preparation
from foveate.models.recording import record_gate
from foveate.models.trace import PhotoFrame
from foveate.models.weights.source import MODEL_FILE
from foveate.models.weights.tflite import operations
from foveate.models.zoo.gates import Part, Skip, SqueezeExcitation
from foveate.models.zoo.image.convolutional import SameConvolution
from foveate.models.zoo.image.gating import GatedModel

CELL = 16  # pixels of the input a side that a unit at the bottom stands for
STEM, BOTTOM, CONTEXT = 16, 32, 128
PLAIN = Preparation(mean=(0.0,) * 3, std=(1.0,) * 3)  # RGB / 255
Activation = Callable[[Tensor], Tensor]


class Block(NamedTuple):
    """An inverted residual: `inner` channels of the gate's small layer, 0 for none."""

    wide: int
    channels: int
    kernel: int
    stride: int
    inner: int
    activation: Activation


BLOCKS = (
    Block(16, 16, 3, 2, 8, F.relu),
    Block(72, 24, 3, 2, 0, F.relu),
    Block(88, 24, 3, 1, 0, F.relu),
    Block(96, 32, 5, 2, 24, F.hardswish),
    Block(128, 32, 5, 1, 32, F.hardswish),
    Block(128, 32, 5, 1, 32, F.hardswish),
    Block(96, 32, 5, 1, 24, F.hardswish),
    Block(96, 32, 5, 1, 24, F.hardswish),
)
ACROSS = (3, 1, 0)  # which blocks' maps go across, for each step up; the stem is 0
UP = ((CONTEXT, 24), (24, 16), (16, 16))


class Stem(nn.Module):
    """Pixels to STEM channels at half the size."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = SameConvolution(3, STEM, 3, 2)

    def forward(self, pixels: Tensor) -> Tensor:
        return F.hardswish(self.convolution(pixels))


class InvertedResidual(nn.Module):
    """Widen, filter every channel apart, gate, narrow (Sandler et al. 2018; Howard et al. 2019)."""

    def __init__(self, before: int, block: Block) -> None:
        super().__init__()
        wide, channels, kernel, stride, inner, self.activation = block
        self.expand = nn.Conv2d(before, wide, 1)
        self.depthwise = SameConvolution(wide, wide, kernel, stride, groups=wide)
        self.gate = SqueezeExcitation(wide, inner) if inner else None
        self.project = nn.Conv2d(wide, channels, 1)
        self.adds = stride == 1 and before == channels

    def forward(self, maps: Tensor) -> Tensor:
        wide = self.activation(self.depthwise(self.activation(self.expand(maps))))
        gated = wide if self.gate is None else self.gate(wide)
        made: Tensor = self.project(gated)
        return made + maps if self.adds else made


class GlobalContext(nn.Module):
    """LR-ASPP's gate: every channel of the last map is multiplied by a sigmoid of all means."""

    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Conv2d(BOTTOM, CONTEXT, 1)
        self.excite = nn.Conv2d(BOTTOM, CONTEXT, 1)

    def forward(self, maps: Tensor) -> Tensor:
        made: Tensor = self.project(maps).relu()
        gate = self.excite(maps.mean((2, 3), keepdim=True)).sigmoid()  # (B, C, 1, 1)
        return made * record_gate(self, gate, made)


class StepUp(nn.Module):
    """Twice the size; the skip's channels are gated by what both show, added, and filtered."""

    def __init__(self, before: int, channels: int) -> None:
        super().__init__()
        self.project = nn.Conv2d(before, channels, 1)
        self.skip, self.gate = Skip(), SqueezeExcitation(channels, channels)
        self.mix = nn.Conv2d(channels, channels, 1)
        self.depthwise = SameConvolution(channels, channels, 3, groups=channels)

    def forward(self, maps: Tensor, across: Tensor) -> Tensor:
        larger = F.interpolate(maps, scale_factor=2, mode="bilinear", align_corners=False)
        up, across = self.project(larger), self.skip(across)
        mixed: Tensor = self.mix(self.gate(across, across + up) + up).relu()
        filtered: Tensor = self.depthwise(mixed).relu()
        return mixed + filtered


class SegmentationNetwork(nn.Module):
    """Pixels (B, 3, rows, columns), whole cells of 16, to the logits (B, 1, rows, columns)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = Stem()
        before = (STEM, *(block.channels for block in BLOCKS))
        pairs = zip(before, BLOCKS, strict=False)
        self.blocks = nn.ModuleList(InvertedResidual(*pair) for pair in pairs)
        self.context = GlobalContext()
        self.up = nn.ModuleList(StepUp(*widths) for widths in UP)
        self.head = nn.ConvTranspose2d(STEM, 1, 2, 2)

    def forward(self, pixels: Tensor) -> Tensor:
        maps = [self.stem(pixels)]
        for block in self.blocks:
            maps.append(block(maps[-1]))
        made = self.context(maps[-1])
        for step, source in zip(self.up, ACROSS, strict=True):
            made = step(made, maps[source])
        logits: Tensor = self.head(made)
        return logits

    def gates(self) -> dict[str, nn.Module]:
        """Gates by the names of their sites, in the order of execution."""
        blocks = enumerate(self.blocks, start=2)
        within = {f"encoder.{n}.channel": b.gate for n, b in blocks if b.gate is not None}
        skips = {f"decoder.{n}.channel": step.gate for n, step in enumerate(self.up, start=1)}
        return {**within, "bottleneck.channel": self.context, **skips}  # type: ignore[dict-item]

    def skips(self) -> dict[str, nn.Module]:
        return {f"skip.{n}": step.skip for n, step in enumerate(self.up, 1)}  # type: ignore[misc]

    def parts(self) -> Iterator[Part]:
        """What is drawn, in the order of execution."""
        words = "A convolution that halves the picture."
        yield Part("encoder.1", self.stem, "convolution", "encoder", words, ("input",))
        for number, (block, shape) in enumerate(zip(self.blocks, BLOCKS, strict=True), start=2):
            yield _block(number, block, shape)
        yield Part(
            "bottleneck",
            self.context,
            "context",
            "bottleneck",
            "Every channel times a gate made from the whole picture's mean (LR-ASPP).",
            (f"encoder.{len(BLOCKS) + 1}",),
            site="bottleneck.channel",
        )
        for number, (step, source) in enumerate(zip(self.up, ACROSS, strict=True), start=1):
            yield Part(
                f"decoder.{number}",
                step,
                "upsample",
                "decoder",
                "Twice the size; the skip's channels are gated, and both are added.",
                ("bottleneck" if number == 1 else f"decoder.{number - 1}",),
                {f"skip.{number}": f"encoder.{source + 1}"},
                f"decoder.{number}.channel",
                f"skip.{number}",
            )
        words = "Twice the size once more: one value a pixel, 1 for a person."
        yield Part("output", self.head, "output", "decoder", words, (f"decoder.{len(UP)}",))


def _block(number: int, module: nn.Module, block: Block) -> Part:
    words = "Widens, filters every channel apart, narrows."
    if block.inner:
        words = "Widens, filters every channel apart, gates the channels, narrows."
    site = f"encoder.{number}.channel" if block.inner else None
    after = (f"encoder.{number - 1}",)
    return Part(f"encoder.{number}", module, "block", "encoder", words, after, site=site)


class SelfieSegmentation(GatedModel):
    """The square model, from the folder that `convert` makes: 256 x 256 pixels."""

    cells = Grid(16, 16, CELL)
    output = "mask"
    threads = 1  # a pass is a hundred small steps: a second core that is busy elsewhere stops it

    def __init__(self, name: str, folder: Path, dtype: torch.dtype) -> None:
        network = SegmentationNetwork()
        network.load_state_dict(load_file(folder / MODEL_FILE))
        super().__init__(name, network)

    @staticmethod
    def convert(source: Path, target: Path) -> None:
        """The published file's weights, under the names they have here. Raises WeightsError."""
        tensors = _named(SegmentationNetwork(), source.read_bytes())
        save_file(tensors, target / MODEL_FILE, metadata={"format": "pt"})

    def fit(self, photo: Photo, resolution: int) -> tuple[Grid, Crop]:
        """The cells of the only size that it takes, and the largest such part of the photo."""
        return self.cells, centred(photo.width, photo.height, self.cells.columns / self.cells.rows)

    def pixels(self, photo: Photo, cells: Grid, crop: Crop) -> Tensor:
        return PLAIN.pixels(cut(photo, crop, cells.columns * CELL, cells.rows * CELL))

    def made(self, output: Tensor, frame: PhotoFrame) -> Tensor:
        """The mask (rows, columns): 1 where the network sees a person."""
        return output.sigmoid()[0, 0]

    def notes(self, cells: Grid) -> tuple[str, ...]:
        height, width = cells.rows * CELL, cells.columns * CELL
        return (
            f"{self.name} takes {width} x {height} pixels alone, whatever the resolution: it saw "
            "the largest such part in the middle of the photo.",
        )


class SelfieSegmentationLandscape(SelfieSegmentation):
    """The same for wide pictures: 256 x 144 pixels."""

    cells = Grid(9, 16, CELL)


def _named(network: nn.Module, content: bytes) -> dict[str, Tensor]:
    """The file's convolutions are the network's in their order. Raises WeightsError."""
    kinds = (nn.Conv2d, nn.ConvTranspose2d)
    layers = [(name, m) for name, m in network.named_modules() if isinstance(m, kinds)]
    held = [step.constants for step in operations(content) if len(step.constants) == 2]
    if len(held) != len(layers):
        raise WeightsError(f"The file has {len(held)} convolutions, expected {len(layers)}.")
    found: dict[str, Tensor] = {}
    for (name, layer), constants in zip(layers, held, strict=True):
        weight, bias = (torch.from_numpy(each.copy()) for each in constants)
        found[f"{name}.weight"], found[f"{name}.bias"] = _turned(layer, weight), bias
    return found


def _turned(layer: Any, weight: Tensor) -> Tensor:
    """(out, rows, columns, in), or (1, rows, columns, C) of channels apart, as torch has it."""
    depthwise = isinstance(layer, nn.Conv2d) and layer.groups > 1
    order = (3, 0, 1, 2) if depthwise or isinstance(layer, nn.ConvTranspose2d) else (0, 3, 1, 2)
    return weight.permute(order).contiguous()
