"""A clip: the frames that were taken of a video, each at its time, and how they are chosen."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from foveate.models.errors import InputError
from foveate.models.inputs.photo import Photo

FEWEST_FRAMES, MOST_FRAMES = 8, 48
RESOLUTIONS = (224, 336, 448, 616)
KEPT_SIDE = 672  # pixels: a frame is kept no larger than it is drawn
MAX_PIXELS = 9_500_000  # of a frame: 4K, of which a decoder keeps up to seventeen


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Frames of one size in their order; `times` are their seconds from the video's start.

    `duration` is that of the whole video in seconds, `notes` are sentences on what was changed.
    """

    frames: tuple[Photo, ...]
    times: tuple[float, ...]
    duration: float
    notes: tuple[str, ...] = ()

    @property
    def nbytes(self) -> int:
        return sum(frame.nbytes for frame in self.frames)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the upright original in pixels."""
        return self.frames[0].width, self.frames[0].height


@dataclass(frozen=True, slots=True)
class Sampling:
    """How many frames are taken, evenly in time, between two times in seconds or of the whole.

    Raises InputError for a number of frames or times that cannot be.
    """

    frames: int = 24
    start: float | None = None
    end: float | None = None

    def __post_init__(self) -> None:
        if not FEWEST_FRAMES <= self.frames <= MOST_FRAMES:
            raise InputError(
                f"frames {self.frames} is out of range: give {FEWEST_FRAMES} to {MOST_FRAMES}.",
                "frames",
            )
        if self.start is not None and not 0 <= self.start < float("inf"):
            raise InputError(f"start {self.start:g} is no time: give seconds from 0.", "start")
        if self.end is not None and not (self.start or 0.0) < self.end < float("inf"):
            raise InputError(
                f"end {self.end:g} is not after start {self.start or 0:g}: give seconds.", "end"
            )

    def choose(self, times: Sequence[float]) -> list[int]:
        """Which of the frames at these times (seconds, rising) are taken: numbers, rising.

        Those nearest to even times from the first to the last of the part, none twice; all, where
        there are no more. Raises InputError where the part has fewer than two.
        """
        first = bisect_left(times, self.start or 0.0)
        last = len(times) if self.end is None else bisect_left(times, self.end + 1e-9)
        count = last - first
        if count < 2:
            raise InputError(self._too_few(count, times), "file" if self._whole else "start")
        if count <= self.frames:
            return list(range(first, last))
        step = (times[last - 1] - times[first]) / (self.frames - 1)
        found: list[int] = []
        for number in range(self.frames):
            least = found[-1] + 1 if found else first
            most = last - (self.frames - number)
            wanted = _nearest(times, times[first] + number * step)
            found.append(min(max(wanted, least), most))
        return found

    @property
    def _whole(self) -> bool:
        return self.start is None and self.end is None

    def _too_few(self, count: int, times: Sequence[float]) -> str:
        frames = f"{'one frame' if count else 'no frame'}"
        if self._whole:
            return (
                f"The file has {frames}, and attention over time needs two at least: send a video, "
                "or a single picture to /images/traces."
            )
        part = f"from {self.start or 0:g} seconds " + (
            "on" if self.end is None else f"to {self.end:g}"
        )
        return (
            f"The video has {frames} {part}: its frames go from {times[0]:.2f} to "
            f"{times[-1]:.2f} seconds. Choose a longer part."
        )


def _nearest(times: Sequence[float], time: float) -> int:
    after = min(bisect_left(times, time), len(times) - 1)
    before = max(after - 1, 0)
    return before if time - times[before] < times[after] - time else after


def kept_size(width: float, height: float) -> tuple[int, int]:
    """The size that a frame is kept at: its longest side at most `KEPT_SIDE`."""
    scale = min(1.0, KEPT_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))
