"""Models of photos that transformers loads from a folder, whatever their family.

Vision transformers above all: an image is worth 16 x 16 words (Dosovitskiy et al. 2021, arXiv
2010.11929). The image is cut into patches, each becomes a token, and every layer lets each token
attend to others. What a family's tokens are and how they attend is in `families`: add a table to
the catalog, no code.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor

from foveate.models.analysis.verdict import not_classified
from foveate.models.attention import Values
from foveate.models.axis import Crop, Grid
from foveate.models.inputs.patches import cut, fit
from foveate.models.inputs.photo import Photo
from foveate.models.inputs.preparation import Preparation, square
from foveate.models.intervention import UNTOUCHED, Intervention, Offers
from foveate.models.recording import Calls, recording
from foveate.models.site import Site
from foveate.models.trace import Deferred, PhotoFrame, Trace, finite
from foveate.models.weights.folder import configuration
from foveate.models.zoo.embedding import EmbeddedByProducts, EmbeddedPatch
from foveate.models.zoo.gates import pictures_of
from foveate.models.zoo.image.families.table import built, family_of
from foveate.models.zoo.pretrained import pretrained, values_at


class VisionTransformer:
    """A vision model of transformers, loaded from a folder; `trace` may run in any thread.

    It computes in the `dtype` asked for, and in float32 where it keeps a convolution. Raises
    WeightsError for a folder that cannot be loaded, Unrecordable for a model that has nothing to
    show.
    """

    def __init__(self, name: str, folder: Path, dtype: torch.dtype) -> None:
        self.name = name
        self.embedded: Callable[[], AbstractContextManager[Any]] = nullcontext
        config = configuration(name, folder)
        self.family = family_of(config["model_type"])
        kind = self.family.structure
        architecture = kind.architecture(config)
        loaded = pretrained(name, architecture, folder, dtype, kind.check, kind.unused)
        self.dtype: torch.dtype = loaded.dtype
        self.structure = self.family.build(loaded)
        self.model = self.structure.model
        self.preparation = Preparation.of(folder)

    @classmethod
    def of(cls, model: Any, preparation: Preparation) -> Self:
        """A model of transformers that is in memory. Raises Unrecordable as a folder does."""
        found = cls.__new__(cls)
        found.name, found.dtype = model.config.model_type, model.dtype
        found.family = family_of(found.name)
        found.family.structure.check(model)
        found.embedded = EmbeddedByProducts  # the module is its owner's, and stays as it is
        found.structure = built(model)
        found.model, found.preparation = found.structure.model, preparation
        return found

    @property
    def precision(self) -> str:
        return str(self.dtype).removeprefix("torch.")

    @property
    def nbytes(self) -> int:
        whole = self.structure.whole
        return sum(t.nbytes for t in (*whole.parameters(), *whole.buffers()))

    def trace(self, photo: Photo, resolution: int, intervention: Intervention = UNTOUCHED) -> Trace:
        """Where the model looks in a photo.

        The grid and its place on the photo are those of `inputs.patches.fit`. Raises InputError for
        a resolution that is not offered or a photo thinner than a patch, and for an intervention
        that the model does not offer.
        """
        self.offers.check(self.name, intervention)
        return self.trace_pixels(*self._pixels(photo, resolution), intervention)

    @property
    def offers(self) -> Offers:
        """What an intervention may change, and what comes out that can be compared."""
        return self.structure.offers

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes of a classifier by name, else nothing."""
        return self.structure.labels

    @torch.inference_mode()
    def probabilities(self, photos: Sequence[Photo], resolution: int) -> Tensor:
        """The classes' probabilities of photos of one size (photos, classes). InputError."""
        if not self.labels:
            raise not_classified(self.name)
        pixels = torch.cat([self._pixels(photo, resolution)[0] for photo in photos])
        found: Tensor = self.forward(pixels).logits
        return finite(found.float().softmax(-1), f"what {self.name} computed")

    @torch.inference_mode()
    def values(
        self, photo: Photo, resolution: int, site: str, intervention: Intervention = UNTOUCHED
    ) -> Values:
        """The values and output projection at one site, from a pass of its own. InputError."""
        pixels, cells, _ = self._pixels(photo, resolution)
        made: list[Any] = []

        def sites(calls: Calls) -> tuple[Site, ...]:
            return self.structure.sites(cells, calls, made[0])

        partitions = self.structure.partitions(cells)
        changed = self.structure.switches(intervention)
        return values_at(
            self.name, site, lambda: made.append(self.forward(pixels)), sites, partitions, changed
        )

    @torch.inference_mode()
    def embedding(
        self, photo: Photo, resolution: int, patch: tuple[int, int], channel: int
    ) -> EmbeddedPatch:
        """How a patch (row, column) becomes a token, with the kernel of one channel. InputError."""
        pixels, cells, _ = self._pixels(photo, resolution)
        return self.structure.embedded(pixels.to(self.dtype), cells, patch, channel)

    @torch.inference_mode()
    def pictures(
        self, photo: Photo, resolution: int, intervention: Intervention = UNTOUCHED
    ) -> dict[str, Tensor]:
        """How strong each part's map is (rows, columns), where the family is drawn part by part."""
        pixels, _, _ = self._pixels(photo, resolution)
        changed = self.structure.switches(intervention)
        parts = self.structure.parts
        return pictures_of(parts, lambda: self.forward(pixels), changed) if parts else {}

    def _pixels(self, photo: Photo, resolution: int) -> tuple[Tensor, Grid, Crop]:
        cell, side = self.structure.cell, self.structure.side
        cells, crop = fit(photo.width, photo.height, resolution, cell)
        if side is not None:
            cells, crop = Grid(side // cell, side // cell, cell), square(photo)
        size = cells.columns * cell, cells.rows * cell
        return self.preparation.pixels(cut(photo, crop, *size)), cells, crop

    @torch.inference_mode()
    def trace_pixels(
        self, pixels: Tensor, cells: Grid, crop: Crop, intervention: Intervention = UNTOUCHED
    ) -> Trace:
        """The trace of normalised pixels (1, 3, rows * cell, columns * cell) cut from `crop`."""
        start = time.perf_counter()
        partitions, changed = (
            self.structure.partitions(cells),
            self.structure.switches(intervention),
        )
        with recording(partitions=partitions, switches=changed) as calls:
            output = self.forward(pixels)
        timings = {"forward_ms": (time.perf_counter() - start) * 1000}
        frame = PhotoFrame(self.structure.frame(cells), crop, self._notes(cells))
        sites = self.structure.sites(cells, calls, output)
        outputs, network = self.outputs(output, cells, crop), self.structure.drawn(pixels, calls)
        return Trace(self.name, frame, sites, outputs, timings, intervention, self.offers, network)

    def forward(self, pixels: Tensor) -> Any:
        """Normalised pixels (B, 3, height, width) to what the model gives."""
        with self.embedded():
            return self.structure.run(pixels.to(self.dtype))

    def outputs(self, output: Any, cells: Grid, crop: Crop) -> dict[str, Deferred]:
        """What else the model says of a photo: classes, boxes, depth, or nothing."""
        return self.structure.outputs(output, cells, crop)

    def _notes(self, cells: Grid) -> tuple[str, ...]:
        side = self.structure.side
        if side is None:
            return self.preparation.notes
        fixed = (
            f"{self.family.title} takes {side} x {side} pixels alone, whatever the resolution: it "
            "saw the square in the middle of the photo."
        )
        return (*self.preparation.notes, fixed)
