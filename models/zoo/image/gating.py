"""A model of photos whose network has gates: a pass, what is changed in it, what comes out."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from foveate.models.attention import Values
from foveate.models.axis import Crop, Grid, Patches
from foveate.models.errors import InputError
from foveate.models.inputs.patches import check_resolution
from foveate.models.inputs.photo import Photo
from foveate.models.intervention import UNTOUCHED, Intervention, Offers, OutputKind, switches
from foveate.models.network import Network
from foveate.models.recording import Calls, recording
from foveate.models.site import Site
from foveate.models.trace import Colour, Deferred, PhotoFrame, Trace
from foveate.models.zoo.gates import drawn, gate_sites, pictures_of, watch


class GatedModel(ABC):
    """A network that names its `gates`, `skips` and `parts`; `trace` may run in any thread.

    It computes in float32 whatever was asked for: a mask or a picture is the sum of many small
    steps, and bfloat16 shows in it.
    """

    precision = "float32"
    output: ClassVar[OutputKind]
    labels: ClassVar[tuple[str, ...]] = ()  # of the classes of a segmentation
    colours: ClassVar[tuple[Colour, ...]] = ()

    def __init__(self, name: str, network: Any) -> None:
        self.name = name
        self.network = network.eval().requires_grad_(False)
        self.gates: dict[str, nn.Module] = network.gates()
        self.skips: dict[str, nn.Module] = network.skips()
        self.parts = tuple(network.parts())
        self.offers = Offers(tuple(self.gates), tuple(self.skips), output=self.output)
        watch(self.parts)

    @property
    def nbytes(self) -> int:
        return sum(tensor.nbytes for tensor in self.network.state_dict().values())

    @abstractmethod
    def fit(self, photo: Photo, resolution: int) -> tuple[Grid, Crop]:
        """The cells that a photo is seen in, and the part of it that they cover."""

    @abstractmethod
    def pixels(self, photo: Photo, cells: Grid, crop: Crop) -> Tensor:
        """That part as the network takes it (B, 3, rows, columns)."""

    @abstractmethod
    def made(self, output: Tensor, frame: PhotoFrame) -> Tensor:
        """What the network gives, as the output that is shown."""

    def notes(self, cells: Grid) -> tuple[str, ...]:
        """Sentences on how the model was given the photo."""
        return ()

    def frame(self, cells: Grid, crop: Crop) -> PhotoFrame:
        return PhotoFrame(Patches(cells), crop, self.notes(cells))

    def trace(self, photo: Photo, resolution: int, intervention: Intervention = UNTOUCHED) -> Trace:
        """A pass: its gates with the maps that they multiply, and what comes out of it.

        Raises InputError for a resolution, a photo or an intervention that is not offered.
        """
        check_resolution(resolution)
        self.offers.check(self.name, intervention)
        cells, crop = self.fit(photo, resolution)
        pixels = self.pixels(photo, cells, crop)
        return self.trace_pixels(pixels, self.frame(cells, crop), intervention)

    @torch.inference_mode()
    def trace_pixels(
        self, pixels: Tensor, frame: PhotoFrame, intervention: Intervention = UNTOUCHED
    ) -> Trace:
        """The trace of prepared pixels (B, 3, rows, columns)."""
        start = time.perf_counter()
        changed = switches(intervention, self.gates, self.skips)
        with recording(needed=bool(self.gates), switches=changed) as calls:
            output = self.network(pixels)
        timings = {"forward_ms": (time.perf_counter() - start) * 1000}
        sites, network = self.sites(calls, pixels, frame), self.drawn(pixels, calls, frame)
        named = self.labels, self.colours
        made = Deferred(lambda: self.made(output, frame), output.nbytes, *named)
        outputs: dict[str, Deferred] = {self.output: made}
        return Trace(self.name, frame, sites, outputs, timings, intervention, self.offers, network)

    def sites(self, calls: Calls, pixels: Tensor, frame: PhotoFrame) -> tuple[Site, ...]:
        return gate_sites(self.gates, calls, pixels.shape[-1])

    def drawn(self, pixels: Tensor, calls: Calls, frame: PhotoFrame) -> Network:
        return drawn(self.parts, pixels, calls)

    @torch.inference_mode()
    def pictures(
        self, photo: Photo, resolution: int, intervention: Intervention = UNTOUCHED
    ) -> dict[str, Tensor]:
        """How strong each part's map is (rows, columns), by the parts' names."""
        cells, crop = self.fit(photo, resolution)
        pixels = self.pixels(photo, cells, crop)
        changed = switches(intervention, self.gates, self.skips)
        return pictures_of(self.parts, lambda: self.network(pixels), changed)

    def values(
        self, photo: Photo, resolution: int, site: str, intervention: Intervention = UNTOUCHED
    ) -> Values:
        """Raises InputError: a gate multiplies, and has no values."""
        raise InputError(f"site {site[:80]} of {self.name} has a gate and no values.", "site")
