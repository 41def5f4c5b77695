"""How one patch of a photo becomes a token, with its real numbers."""

from __future__ import annotations

from typing import Self

from foveate.app.wire.base import Wire
from foveate.app.wire.numbers import Matrix, Row
from foveate.models.zoo.embedding import EmbeddedPatch


class PatchToken(Wire):
    """A patch's normalised `pixels`, colour after colour and row after row (3 side^2), times the
    `kernel` of one `channel`, and `bias`, is that entry of `projected`; `position` is added to it.
    `alike` is the cosine of that position's embedding with those of all places.
    """

    row: int
    column: int
    side: int
    channel: int
    pixels: Row
    kernel: Row
    bias: float
    projected: Row
    position: Row
    alike: Matrix

    @classmethod
    def of(cls, found: EmbeddedPatch, patch: tuple[int, int], channel: int) -> Self:
        return cls(
            row=patch[0],
            column=patch[1],
            side=found.pixels.shape[-1],
            channel=channel,
            pixels=found.pixels.flatten(),
            kernel=found.kernel.flatten(),
            bias=found.bias,
            projected=found.projected,
            position=found.position,
            alike=found.alike,
        )
