"""A clip: the frames that were taken of a video, each at its time."""

from __future__ import annotations

from dataclasses import dataclass

from foveate.models.inputs.photo import Photo


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Frames of one size in their order; `times` are their seconds from the video's start."""

    frames: tuple[Photo, ...]
    times: tuple[float, ...]

    @property
    def nbytes(self) -> int:
        return sum(frame.nbytes for frame in self.frames)
