"""A network with every kind of site, as one file of the zoo would be: gates, windows, attention.

Channel gate: Hu et al. 2018; spatial gate: Woo et al. 2018; windows: Liu et al. 2021; attention:
Vaswani et al. 2017. Untrained: what it attends to means nothing, and the sums must hold all the
same. Axis sizes in comments: P patches, C channels, W windows of at most t patches, H heads.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from foveate.models.attention import Partition, Values
from foveate.models.axis import Channels, Crop, Grid, Patches, Tokens
from foveate.models.calls import QueryKeyCall
from foveate.models.inputs.patches import cut, fit, pixel_values
from foveate.models.inputs.photo import Photo
from foveate.models.intervention import NO_OFFERS, UNTOUCHED, Intervention
from foveate.models.recording import Calls, record, record_gate, recording
from foveate.models.site import Site
from foveate.models.trace import PhotoFrame, Trace

PATCH, WIDTH, HEADS, WINDOW = 56, 16, 2, 2
NAMES = (
    ("stage1.1.channel", "gate", 1),
    ("stage1.1.spatial", "gate", 1),
    ("stage1.1.self", "self", 1),
    ("stage2.2.self", "self", 2),
)


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.all = nn.Linear(WIDTH, 3 * WIDTH)
        self.output = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor, partition: Partition | None) -> Tensor:
        """(B or W, t, C) to the same shape."""
        parts = self.all(x).view(*x.shape[:2], 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        query, key, value = parts.unbind(0)  # (B or W, H, t, D) each
        record(self, query, key, query.shape[-1] ** -0.5, value=value, partition=partition)
        sums = F.scaled_dot_product_attention(query, key, value)
        mixed: Tensor = self.output(sums.transpose(1, 2).flatten(2))
        return mixed


class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(3 * PATCH * PATCH, WIDTH)
        self.channel, self.spatial = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, 1)
        self.windowed, self.whole = Attention(), Attention()

    def forward(self, pixels: Tensor, grid: Grid) -> Tensor:
        """(1, 3, rows * patch, columns * patch) to (1, P, C)."""
        patches = F.unfold(pixels, PATCH, stride=PATCH).mT  # (1, P, 3 * patch * patch)
        x = self.embed(patches)
        size = (1, -1, grid.rows, grid.columns)
        channel = self.channel(x.mean(1)).sigmoid()[..., None, None]  # (1, C, 1, 1)
        x = x * record_gate(self.channel, channel, x.mT.reshape(size)).flatten(2).mT
        spatial = self.spatial(x).sigmoid().mT.reshape(size)  # (1, 1, rows, columns)
        x = x * record_gate(self.spatial, spatial, x.mT.reshape(size)).flatten(2).mT
        partition = windows(grid)
        inside = self.windowed(x[0, partition.query], partition)  # (W, t, C)
        x = x + inside.flatten(0, 1)[partition.query.flatten().argsort()]
        return x + self.whole(x, None)


def windows(grid: Grid) -> Partition:
    """Windows of one row of the grid each."""
    numbers = torch.arange(grid.size).view(grid.rows, grid.columns)
    return Partition(numbers, numbers, grid.size, grid.size)


class Gated:
    """The network as a model of photos."""

    precision = "float32"

    def __init__(self, name: str, folder: Path, dtype: torch.dtype) -> None:
        self.name = name
        self.network = Network().eval().requires_grad_(False)

    @property
    def nbytes(self) -> int:
        return sum(t.nbytes for t in self.network.parameters())

    def trace(self, photo: Photo, resolution: int, intervention: Intervention = UNTOUCHED) -> Trace:
        NO_OFFERS.check(self.name, intervention)
        grid, crop, calls = self._run(photo, resolution)
        return Trace(self.name, PhotoFrame(Patches(grid), crop), self._sites(calls, grid))

    def values(
        self, photo: Photo, resolution: int, site: str, intervention: Intervention = UNTOUCHED
    ) -> Values:
        grid, _, calls = self._run(photo, resolution)
        for known, call in zip(self._sites(calls, grid), calls, strict=True):
            if known.name == site and isinstance(call, QueryKeyCall):
                return call.values(self.network.whole.output.weight)
        raise AssertionError(f"the service asked for the values of {site}")

    @torch.inference_mode()
    def _run(self, photo: Photo, resolution: int) -> tuple[Grid, Crop, Calls]:
        grid, crop = fit(photo.width, photo.height, resolution, PATCH)
        size = grid.columns * PATCH, grid.rows * PATCH
        with recording(values=True) as calls:
            self.network(pixel_values(cut(photo, crop, *size), (0.5,) * 3, (0.5,) * 3), grid)
        return grid, crop, calls

    def _sites(self, calls: Calls, grid: Grid) -> tuple[Site, ...]:
        image, patches = Tokens(("image",)), Patches(grid)
        axes = (image, Channels(WIDTH)), (image, patches), (patches, patches), (patches, patches)
        return tuple(
            Site(*named, *axis, attention)
            for named, axis, attention in zip(NAMES, axes, calls.attentions(), strict=True)
        )
