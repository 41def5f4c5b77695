"""A mask that is carried through a clip: what is asked, and what came of it."""

from __future__ import annotations

import base64
from typing import Annotated, Literal, Self

import numpy as np
import torch
from pydantic import ConfigDict, Field, StringConstraints
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from foveate.app.wire.base import Sent, Wire
from foveate.app.wire.videos import SiteName
from foveate.models.analysis.propagation import (
    FEATURES,
    By,
    Carrying,
    features_of,
    likeness_of,
    looks_everywhere,
    propagate,
    region,
)
from foveate.models.errors import InputError
from foveate.models.site import Site
from foveate.models.trace import Trace

MOST_SIDE = 720
Bits = Annotated[str, StringConstraints(pattern=r"^[01]+$", max_length=MOST_SIDE)]


class Click(Sent):
    """A patch, and how alike (cosine of features) what is grown around it must be to it."""

    row: Annotated[int, Field(ge=0, examples=[4])]
    column: Annotated[int, Field(ge=0, examples=[3])]
    similarity: Annotated[float, Field(ge=-1, le=1)] = 0.5


class PropagationRequest(Sent):
    """A mask in one frame, by a click or as it was brushed, and how it is carried.

    `mask` has rows of 0 and 1, of any size, laid on the crop that the patches cover. `least`: where
    no patch of a frame has more of the mask, the thing is not there.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"frame": 5, "click": {"row": 4, "column": 3}}]}
    )

    frame: Annotated[int, Field(ge=0, description="Number of the frame", examples=[0])] = 0
    click: Click | None = None
    mask: Annotated[list[Bits] | None, Field(min_length=1, max_length=MOST_SIDE)] = None
    by: Annotated[
        By | None,
        Field(
            description="Cosines of a site's keys, cosines of the last layer's features, or a "
            "site's attention; else keys, and features where the site has no keys that all "
            "frames see"
        ),
    ] = None
    site: SiteName = None
    context: Annotated[int, Field(ge=0, le=47, description="Frames looked back at")] = 7
    radius: Annotated[int, Field(ge=1, le=64, description="Patches a mask may move")] = 12
    top: Annotated[int, Field(ge=1, le=100, description="Most alike patches that count")] = 5
    temperature: Annotated[float, Field(ge=0.01, le=10, description="Of the cosines")] = 0.1
    least: Annotated[float, Field(ge=0, le=1)] = 0.2
    format: Annotated[
        Literal["json", "npy", "zip", "webp", "mp4"],
        Field(description="Numbers (json, npy), masks as PNG (zip), or the clip with them"),
    ] = "json"

    @property
    def how(self) -> Carrying:
        return Carrying(self.context, self.radius, self.top, self.temperature)

    def carried(self, trace: Trace) -> Tensor:
        """Soft masks of the steps of the clip: (F, rows, columns). Raises InputError."""
        frame, axis = trace.clip, trace.clip.axis
        step = self.frame // frame.tubelet
        if step >= axis.frames:
            raise InputError(
                f"frame {self.frame} is not in this clip: give a number from 0 to "
                f"{axis.frames * frame.tubelet - 1}.",
                "frame",
            )
        mask = self._mask(trace, step)
        by, site = self.compared(trace)
        likeness = likeness_of(trace, by, site, self.temperature)
        return propagate(likeness, mask, step, axis.frames, self.how)

    def compared(self, trace: Trace) -> tuple[By, Site]:
        """What patches are compared by, and the site of keys or attention. Raises InputError."""
        site = trace.attended[-1] if self.site is None else trace.site(self.site)
        usual: By = "keys" if looks_everywhere(site) else FEATURES
        return self.by or usual, site

    def _mask(self, trace: Trace, step: int) -> Tensor:
        """The mask of the frame on the patch grid: (rows, columns), 0 to 1."""
        if (self.click is None) == (self.mask is None):
            raise InputError("give either click (a patch) or mask (rows of 0 and 1).", "mask")
        grid = trace.clip.grid
        if self.click is not None:
            features = features_of(trace)[step]
            return region(features, grid, self.click.row, self.click.column, self.click.similarity)
        assert self.mask is not None
        if len({len(row) for row in self.mask}) > 1:
            raise InputError("the rows of mask are not of one length.", "mask")
        bits = torch.tensor([[int(bit) for bit in row] for row in self.mask]).float()
        found = F.interpolate(bits[None, None], (grid.rows, grid.columns), mode="area")[0, 0]
        if not found.any():
            raise InputError("mask has no 1: brush over something.", "mask")
        return found


class CarriedFrame(Wire):
    """A frame: its highest value of the mask, where it is parted (a pixel is in the mask above it,
    between patches bilinear), and the share of the crop that is in it.
    """

    number: int
    time: float
    peak: float
    threshold: float
    share: float


class Propagation(Wire):
    """A mask carried through a clip, softly: `data` is base64 of uint8 (steps, rows, columns), 255
    for 1; frames without the thing have a share of 0. `by` is what patches were compared by, and
    `site` whose keys or attention: null for features.
    """

    frame: int
    by: By
    site: str | None
    steps: int
    rows: int
    columns: int
    frames: list[CarriedFrame]
    data: str

    @classmethod
    def of(
        cls, trace: Trace, asked: PropagationRequest, soft: Tensor, frames: list[CarriedFrame]
    ) -> Self:
        levels = (soft * 255).round().to(torch.uint8).numpy()
        steps, rows, columns = levels.shape
        by, site = asked.compared(trace)
        return cls(
            frame=asked.frame,
            by=by,
            site=None if by == FEATURES else site.name,
            steps=steps,
            rows=rows,
            columns=columns,
            frames=frames,
            data=base64.b64encode(np.ascontiguousarray(levels).tobytes()).decode(),
        )
