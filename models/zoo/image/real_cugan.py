"""Real-CUGAN: a picture of twice the size, by two U-Nets in a row (bilibili 2022).

Ronneberger et al. 2015, "U-Net: Convolutional networks for biomedical image segmentation"
(https://arxiv.org/abs/1505.04597): convolutions without padding, skips that are cropped before they
join, and a picture that is computed in tiles which overlap by what the convolutions take off. Here
the skips are added. One of its two versions has gates of channels (squeeze-and-excitation, Hu et
al. 2018); the other is the same network, trained without. Sizes in comments: N is a tile's core.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from foveate.models.axis import Crop, Grid
from foveate.models.calls import GateCall
from foveate.models.errors import WeightsError
from foveate.models.inputs.patches import cut, fit
from foveate.models.inputs.photo import Photo
from foveate.models.inputs.preparation import Preparation
from foveate.models.network import Box, Network, Tile
from foveate.models.recording import Calls, record_gate
from foveate.models.site import Site
from foveate.models.trace import PhotoFrame
from foveate.models.weights.ncnn import Layer, layers
from foveate.models.weights.source import MODEL_FILE
from foveate.models.zoo.gates import Part, Skip, SqueezeExcitation, gate_sites
from foveate.models.zoo.image.gating import GatedModel

FILE = "up2x-no-denoise"
SIDE = 224  # pixels of the longest side, whatever the resolution: twice that comes out
CELL, CORE = 28, 112  # pixels of a cell, and the most of a tile's core
MARGIN = 18  # what all convolutions together take off each side
SLOPE = 0.1  # of the leaky ReLU
PLAIN = Preparation(mean=(0.0,) * 3, std=(1.0,) * 3)  # RGB / 255
SCALES = {  # units of a gate's map to a pixel
    "unet1.bottleneck.channel": 0.5,
    "unet2.encoder.2.channel": 1.0,
    "unet2.bottleneck.channel": 0.5,
    "unet2.decoder.1.channel": 1.0,
}
LARGER = "Twice the size; the skip is cropped to fit and added."


class Layout(NamedTuple):
    """Tiles of one size: how many down and across, and the core of each in pixels."""

    down: int
    across: int
    height: int
    width: int

    @classmethod
    def of(cls, rows: int, columns: int) -> Layout:
        """Of a picture of so many pixels, both multiples of CELL."""
        down, across = -(-rows // CORE), -(-columns // CORE)
        return cls(down, across, rows // down, columns // across)

    def places(self) -> Iterator[tuple[int, int]]:
        return ((row, column) for row in range(self.down) for column in range(self.across))


class TiledGate(SqueezeExcitation):
    """A gate that is the same for all tiles, from the mean over them: no seam shows."""

    def forward(self, maps: Tensor, about: Tensor | None = None) -> Tensor:
        gate = self.weigh(maps.mean((0, 2, 3), keepdim=True))  # (1, C, 1, 1)
        return maps * record_gate(self, gate, maps)


class Pair(nn.Module):
    """Two 3 x 3 convolutions without padding, and a gate where there is an `inner` layer."""

    def __init__(self, before: int, middle: int, after: int, inner: int = 0) -> None:
        super().__init__()
        self.first = nn.Conv2d(before, middle, 3)
        self.second = nn.Conv2d(middle, after, 3)
        self.gate = TiledGate(after, inner) if inner else None

    def forward(self, maps: Tensor) -> Tensor:
        made: Tensor = leaky(self.second(leaky(self.first(maps))))
        return made if self.gate is None else self.gate(made)


class Down(nn.Module):
    """Half the size, then a pair."""

    def __init__(self, before: int, middle: int, after: int, inner: int) -> None:
        super().__init__()
        self.shrink = nn.Conv2d(before, before, 2, 2)
        self.pair = Pair(before, middle, after, inner)

    @property
    def gate(self) -> TiledGate | None:
        return self.pair.gate

    def forward(self, maps: Tensor) -> Tensor:
        made: Tensor = self.pair(leaky(self.shrink(maps)))
        return made


class Up(nn.Module):
    """Twice the size, the skip cropped and added, then `after`: one convolution or a pair."""

    def __init__(self, channels: int, after: nn.Module) -> None:
        super().__init__()
        self.enlarge = nn.ConvTranspose2d(channels, channels, 2, 2)
        self.after, self.skip = after, Skip()

    @property
    def gate(self) -> TiledGate | None:
        return self.after.gate if isinstance(self.after, Pair) else None

    def forward(self, maps: Tensor, across: Tensor) -> Tensor:
        larger = leaky(self.enlarge(maps))
        made: Tensor = self.after(larger + cropped(self.skip(across), larger))
        return made if isinstance(self.after, Pair) else leaky(made)


class FirstNet(nn.Module):
    """(N + 36) pixels to a first picture of 2 N + 40."""

    def __init__(self, gated: bool) -> None:
        super().__init__()
        self.encoder = Pair(3, 32, 64)
        self.bottleneck = Down(64, 128, 64, 8 * gated)
        self.decoder = Up(64, nn.Conv2d(64, 64, 3))
        self.output = nn.ConvTranspose2d(64, 3, 4, 2, 3)

    def forward(self, pixels: Tensor) -> Tensor:
        across = self.encoder(pixels)  # (B, 64, N + 32, ..)
        made: Tensor = self.output(self.decoder(self.bottleneck(across), across))
        return made


class SecondNet(nn.Module):
    """2 N + 40 pixels to what is added to them: 2 N."""

    def __init__(self, gated: bool) -> None:
        super().__init__()
        self.encoder = Pair(3, 32, 64)
        self.down = Down(64, 64, 128, 16 * gated)
        self.bottleneck = Down(128, 256, 128, 16 * gated)
        self.up = Up(128, Pair(128, 64, 64, 8 * gated))
        self.decoder = Up(64, nn.Conv2d(64, 64, 3))
        self.output = nn.Conv2d(64, 3, 3)

    def forward(self, picture: Tensor) -> Tensor:
        outer = self.encoder(picture)  # (B, 64, 2 N + 36, ..)
        inner = self.down(outer)  # (B, 128, N + 14, ..)
        made: Tensor = self.up(self.bottleneck(inner), inner)  # (B, 64, N + 2, ..)
        made = self.output(self.decoder(made, outer))
        return made


class UpCunet(nn.Module):
    """Tiles (B, 3, N + 36, ..) of 0..1 to tiles (B, 3, 2 N, ..) of the picture, twice the size."""

    def __init__(self, gated: bool) -> None:
        super().__init__()
        self.unet1, self.unet2 = FirstNet(gated), SecondNet(gated)
        self.skip = Skip()

    def forward(self, tiles: Tensor) -> Tensor:
        first = self.unet1(tiles)
        added: Tensor = self.unet2(first)
        return added + cropped(self.skip(first), added)

    def gates(self) -> dict[str, nn.Module]:
        """Gates by the names of their sites, in the order of execution; none without them."""
        one, two = self.unet1, self.unet2
        held = one.bottleneck.gate, two.down.gate, two.bottleneck.gate, two.up.gate
        return {n: gate for n, gate in zip(SCALES, held, strict=True) if gate is not None}

    def skips(self) -> dict[str, nn.Module]:
        held = self.unet1.decoder.skip, self.unet2.up.skip, self.unet2.decoder.skip, self.skip
        return {f"skip.{number}": skip for number, skip in enumerate(held, start=1)}

    def parts(self) -> Iterator[Part]:
        """What is drawn, in the order of execution; sizes are those of one tile."""
        pair, half = "Two convolutions without padding.", "Half the size, then two convolutions"
        one, two, gates = self.unet1, self.unet2, self.gates()

        def site(name: str) -> str | None:
            return f"{name}.channel" if f"{name}.channel" in gates else None

        def down(name: str, module: nn.Module, path: str, after: str) -> Part:
            words = f"{half}{', and a gate of the channels' if site(name) else ''}."
            return Part(name, module, "block", path, words, (after,), site=site(name))  # type: ignore[arg-type]

        def up(name: str, module: nn.Module, after: str, skip: str, source: str) -> Part:
            skips = {skip: source}
            return Part(
                name, module, "upsample", "decoder", LARGER, (after,), skips, site(name), None
            )

        yield Part("unet1.encoder.1", one.encoder, "convolution", "encoder", pair, ("input",))
        yield down("unet1.bottleneck", one.bottleneck, "bottleneck", "unet1.encoder.1")
        yield up("unet1.decoder.1", one.decoder, "unet1.bottleneck", "skip.1", "unet1.encoder.1")
        words = "A first picture of twice the size."
        yield Part("unet1.output", one.output, "output", "decoder", words, ("unet1.decoder.1",))
        yield Part(
            "unet2.encoder.1", two.encoder, "convolution", "encoder", pair, ("unet1.output",)
        )
        yield down("unet2.encoder.2", two.down, "encoder", "unet2.encoder.1")
        yield down("unet2.bottleneck", two.bottleneck, "bottleneck", "unet2.encoder.2")
        yield up("unet2.decoder.1", two.up, "unet2.bottleneck", "skip.2", "unet2.encoder.2")
        yield up("unet2.decoder.2", two.decoder, "unet2.decoder.1", "skip.3", "unet2.encoder.1")
        words = "What the second network adds to the first picture."
        skips = {"skip.4": "unet1.output"}
        yield Part("output", two.output, "output", "decoder", words, ("unet2.decoder.2",), skips)


class RealCugan(GatedModel):
    """Without gates, from the folder that `convert` makes."""

    output = "picture"
    gated = False

    def __init__(self, name: str, folder: Path, dtype: torch.dtype) -> None:
        network = UpCunet(self.gated)
        network.load_state_dict(load_file(folder / MODEL_FILE))
        super().__init__(name, network)

    @classmethod
    def convert(cls, source: Path, target: Path) -> None:
        """The published weights, under the names they have here. Raises WeightsError."""
        param = (source / f"{FILE}.param").read_text(encoding="ascii")
        held = layers(param, (source / f"{FILE}.bin").read_bytes())
        tensors = _named(UpCunet(cls.gated), held)
        save_file(tensors, target / MODEL_FILE, metadata={"format": "pt"})

    def fit(self, photo: Photo, resolution: int) -> tuple[Grid, Crop]:
        return fit(photo.width, photo.height, SIDE, CELL)

    def pixels(self, photo: Photo, cells: Grid, crop: Crop) -> Tensor:
        """Tiles (B, 3, N + 36, ..): what reaches out of the picture is mirrored."""
        height, width = cells.rows * CELL, cells.columns * CELL
        return tiled(PLAIN.pixels(cut(photo, crop, width, height)), Layout.of(height, width))

    def made(self, output: Tensor, frame: PhotoFrame) -> Tensor:
        """The picture (rows, columns, 3), 0 to 1."""
        whole = stitched(output, _layout(frame), output.shape[2] // _layout(frame).height)
        return whole.clamp(0, 1).permute(1, 2, 0).contiguous()

    def sites(self, calls: Calls, pixels: Tensor, frame: PhotoFrame) -> tuple[Site, ...]:
        """Of maps put together from the tiles, with the margin around them."""
        layout, whole = _layout(frame), Calls()
        names = {module: name for name, module in self.gates.items()}
        for call in calls:
            assert isinstance(call, GateCall)
            scale = SCALES[names[call.module]]
            whole.append(replace(call, given=stitched(call.given, layout, scale)[None]))
        return gate_sites(self.gates, whole, frame.grid.columns * CELL)

    def drawn(self, pixels: Tensor, calls: Calls, frame: PhotoFrame) -> Network:
        layout = _layout(frame)
        tiles = (_tile(layout, *place) for place in layout.places())
        whole = super().drawn(pixels, calls, frame)
        first = replace(whole.nodes[0], words="A tile of the photo, with what overlaps.")
        return replace(whole, nodes=(first, *whole.nodes[1:]), tiles=tuple(tiles))

    def notes(self, cells: Grid) -> tuple[str, ...]:
        return (
            f"{self.name} takes {SIDE} pixels along the longest side, whatever the resolution, in "
            "tiles that overlap: twice that comes out.",
        )


class RealCuganGated(RealCugan):
    """With gates of channels (squeeze-and-excitation)."""

    gated = True


def leaky(maps: Tensor) -> Tensor:
    return F.leaky_relu(maps, SLOPE)


def cropped(across: Tensor, like: Tensor) -> Tensor:
    """The middle of a map, as large as another."""
    top, left = ((a - b) // 2 for a, b in zip(across.shape[2:], like.shape[2:], strict=True))
    return across[:, :, top : top + like.shape[2], left : left + like.shape[3]]


def tiled(pixels: Tensor, layout: Layout) -> Tensor:
    """A picture (1, 3, rows, columns) to its tiles (B, 3, height + 2 MARGIN, width + 2 MARGIN)."""
    around = F.pad(pixels, (MARGIN,) * 4, mode="reflect")
    boxes = (_tile(layout, *place).core for place in layout.places())
    high, wide = layout.height + 2 * MARGIN, layout.width + 2 * MARGIN
    return torch.cat([around[:, :, b[1] : b[1] + high, b[0] : b[0] + wide] for b in boxes])


def stitched(tiles: Tensor, layout: Layout, scale: float) -> Tensor:
    """Maps of tiles (B, C, rows, columns) as one map (C, rows, columns): neighbours lie a core
    apart, `scale` times as many units, and where they overlap they have the same.
    """
    down, across = int(layout.height * scale), int(layout.width * scale)
    high, wide = tiles.shape[2:]
    size = down * (layout.down - 1) + high, across * (layout.across - 1) + wide
    whole = tiles.new_empty(tiles.shape[1], *size)
    for tile, (row, column) in zip(tiles, layout.places(), strict=True):
        whole[:, row * down : row * down + high, column * across : column * across + wide] = tile
    return whole


def _layout(frame: PhotoFrame) -> Layout:
    return Layout.of(frame.grid.rows * CELL, frame.grid.columns * CELL)


def _tile(layout: Layout, row: int, column: int) -> Tile:
    left, top = column * layout.width, row * layout.height
    core: Box = (left, top, left + layout.width, top + layout.height)
    left, top, right, bottom = core
    whole = (left - MARGIN, top - MARGIN, right + MARGIN, bottom + MARGIN)
    return Tile(row, column, core, whole)


def _named(network: nn.Module, held: list[Layer]) -> dict[str, Tensor]:
    """The file's layers are the network's in their order. Raises WeightsError."""
    kinds = (nn.Conv2d, nn.ConvTranspose2d)
    ours = [(name, m) for name, m in network.named_modules() if isinstance(m, kinds)]
    if len(held) != len(ours):
        raise WeightsError(f"The file has {len(held)} layers with weights, expected {len(ours)}.")
    found: dict[str, Tensor] = {}
    for (name, module), layer in zip(ours, held, strict=True):
        weight, out = torch.from_numpy(layer.weight), len(layer.bias)
        if isinstance(module, nn.ConvTranspose2d):  # out x in x h x w there, in x out here
            inner = module.in_channels
            weight = weight.view(out, inner, *module.kernel_size).transpose(0, 1).contiguous()
        found[f"{name}.weight"] = weight.view(module.weight.shape)
        found[f"{name}.bias"] = torch.from_numpy(layer.bias)
    return found
