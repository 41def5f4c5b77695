"""A clip through a model without a server, and what is written of it."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from foveate.app import footage, render
from foveate.app.runtime.decoding import ClipDecoder
from foveate.app.wire.choices import By, Choice, Look
from foveate.app.wire.propagation import Click, PropagationRequest
from foveate.app.wire.sheet import csv_of
from foveate.app.wire.videos import step_times
from foveate.app.wire.view import site_of
from foveate.models.analysis.spacetime import middle, space_time, usual_query, when
from foveate.models.catalog.card import Card
from foveate.models.catalog.load import Precision, load
from foveate.models.errors import InputError
from foveate.models.inputs.clip import Clip, Sampling
from foveate.models.site import Site, parse_head
from foveate.models.trace import Trace
from foveate.models.zoo.clips import clip_model


class Clips:
    """One model for any number of clips, decoded as the service does."""

    def __init__(self, card: Card, precision: Precision, report: Callable[[str], None]) -> None:
        self._decoder = ClipDecoder(1)
        self._model = clip_model(load(card, precision, report))

    def seen(self, data: bytes, sampling: Sampling, resolution: int) -> Seen:
        """Raises InputError."""
        clip = self._decoder.sampled(data, sampling)
        trace = self._model.trace(clip, resolution)
        return Seen(clip, trace, resolution, self._model.precision)


@dataclass(frozen=True)
class Seen:
    """A clip and its trace; every method gives files by their names."""

    clip: Clip
    trace: Trace
    resolution: int
    precision: str

    def site(self, name: str | None, layer: int | None) -> Site:
        """The last one where neither is given. Raises InputError."""
        return site_of(self.trace, Choice(site=name, layer=layer))

    def files(self, found: Site, query: str | None, head: str, look: Look) -> dict[str, bytes]:
        """Frames under their maps, `weights.npy` (steps, rows, columns), `when.csv`. InputError."""
        number = found.query.index(query or usual_query(found))
        maps = space_time(found, parse_head(head), number)
        said = f"{self.trace.model}, {found.name}, head {head}, query {found.query.place(number)}"
        by_head = when(found, number).numpy()
        header = ["time", *map(str, range(found.heads)), "mean"]
        rows = zip(step_times(self.trace, self.clip), *by_head.tolist(), strict=True)
        pictures = {
            f"frame-{n:02d}.png": render.png(self._picture(n, maps, look), f"{said}, frame {n}")
            for n in range(len(self.clip.frames))
        }
        table = csv_of(header, rows).encode()
        return {**pictures, "weights.npy": _npy(maps.numpy()), "when.csv": table}

    def view(self, found: Site, query: str | None, head: str, look: Look) -> dict[str, bytes]:
        """`view.html`, which opens anywhere: the site's layer with all its heads. InputError."""
        from foveate.views import ClipView  # pages too, which the rest does without

        seen = ClipView(self.trace, self.clip, self.resolution, self.precision)
        choice = {"site": found.name, "query": query, "head": head}
        return {"view.html": seen.document(**choice, **look.model_dump()).encode()}

    def _picture(self, number: int, maps: Tensor, look: Look) -> Image.Image:
        clip = self.trace.clip
        step = min(number // clip.tubelet, len(maps) - 1)
        return render.frame_picture(self.clip.frames[number], clip.crop, maps, step, look)

    def carried(
        self, site: Site, query: str | None, by: By | None, similarity: float
    ) -> dict[str, bytes]:
        """What is around a patch, carried through the clip: masks and the clip under them.

        Raises InputError for a query that is no patch.
        """
        axis = self.trace.clip.axis
        place = axis.position(axis.index(query or middle(axis)))
        if place is None:
            raise InputError(f"query {query} is no patch: give frame,row,column.", "query")
        step, row, column = place
        asked = PropagationRequest(
            frame=step * self.trace.clip.tubelet,
            click=Click(row=row, column=column, similarity=similarity),
            by=by,
            site=site.name,
        )
        soft = footage.soft_by_frame(self.clip, self.trace, asked.carried(self.trace))
        masks = footage.masks_of(self.clip, self.trace.clip.crop, soft, asked.least)
        return {
            "masks.zip": footage.png_sequence(masks),
            "carried.webp": footage.webp(self.clip, masks),
            "carried.mp4": footage.mp4(self.clip, masks),
        }


def _npy(array: NDArray[np.float32]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()
