"""What the queries or keys of a site are: tokens, patches, channels or branches.

Every axis knows how many entries it has (`size`), which one a name means (`index`) and what an
entry is called (`place`); `index(place(i))` is i.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from foveate.models.errors import InputError


@dataclass(frozen=True, slots=True)
class Grid:
    """Patches of `patch_size` x `patch_size` pixels of the model's input, counted row by row."""

    rows: int
    columns: int
    patch_size: int

    @property
    def size(self) -> int:
        return self.rows * self.columns


@dataclass(frozen=True, slots=True)
class Crop:
    """The part of a photo that the patch grid covers, in pixels of the upright original."""

    left: float
    top: float
    width: float
    height: float

    def scaled(self, factor: float) -> tuple[float, float, float, float]:
        """(left, top, right, bottom) in a photo that is `factor` times the original."""
        right, bottom = self.left + self.width, self.top + self.height
        return self.left * factor, self.top * factor, right * factor, bottom * factor


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a text, each with its label: two may have the same one."""

    labels: tuple[str, ...]
    kind: ClassVar[Literal["token"]] = "token"

    @property
    def size(self) -> int:
        return len(self.labels)

    def index(self, name: str) -> int:
        """The token of that number from 0; `cls` is the first. Raises InputError."""
        return 0 if name.strip().lower() == "cls" else _number(name, self.size)

    def place(self, index: int) -> str:
        return str(index)

    def label(self, index: int) -> str:
        """What is shown of a token."""
        return self.labels[index]


@dataclass(frozen=True, slots=True)
class Patches:
    """The patches of one picture or of several frames, row by row, frame after frame.

    `prefix` and `suffix` name the entries before and after them that are no patches: CLS and
    registers, detection tokens.
    """

    grid: Grid
    prefix: tuple[str, ...] = ()
    suffix: tuple[str, ...] = ()
    frames: int = 1
    kind: ClassVar[Literal["patch"]] = "patch"

    @property
    def size(self) -> int:
        return len(self.prefix) + self.count + len(self.suffix)

    @property
    def count(self) -> int:
        """How many entries are patches."""
        return self.frames * self.grid.size

    @property
    def patches(self) -> slice:
        """Where on the axis the patches are."""
        return slice(len(self.prefix), len(self.prefix) + self.count)

    def index(self, name: str) -> int:
        """The entry of a prefix or suffix name, of `row,column` (`frame,row,column` where there are
        several frames), or of a number from 0. Raises InputError.
        """
        word = name.strip().lower()
        if word in self.prefix:
            return self.prefix.index(word)
        if word in self.suffix:
            return len(self.prefix) + self.count + self.suffix.index(word)
        numbers = _whole(word)
        place = [0, *numbers] if len(numbers) == 2 and self.frames == 1 else numbers
        if len(place) == 3 and self._holds(*place):
            frame, row, column = place
            inside = row * self.grid.columns + column
            return len(self.prefix) + frame * self.grid.size + inside
        return _number(name, self.size, self._names())

    def place(self, index: int) -> str:
        """A prefix or suffix name, or `row,column` (with the frame first where there are more)."""
        position = self.position(index)
        if position is not None:
            return ",".join(map(str, position[self.frames == 1 :]))
        if index < len(self.prefix):
            return self.prefix[index]
        return self.suffix[index - len(self.prefix) - self.count]

    label = place

    def position(self, index: int) -> tuple[int, int, int] | None:
        """Frame, row and column of a patch; None for an entry that is none."""
        if not self.patches.start <= index < self.patches.stop:
            return None
        frame, inside = divmod(index - len(self.prefix), self.grid.size)
        return frame, *divmod(inside, self.grid.columns)

    def seen_from(self, other: Patches, name: str) -> int:
        """The entry that a name of another axis over the same picture means here: the patch under
        the middle of that one where the grids differ. Raises InputError.
        """
        if self.grid == other.grid or name.strip().lower() in (*self.prefix, *self.suffix):
            return self.index(name)
        position = other.position(other.index(name))
        if position is None:
            return self.index(name)
        frame, row, column = position
        row = (2 * row + 1) * self.grid.rows // (2 * other.grid.rows)
        column = (2 * column + 1) * self.grid.columns // (2 * other.grid.columns)
        return len(self.prefix) + frame * self.grid.size + row * self.grid.columns + column

    def _holds(self, frame: int, row: int, column: int) -> bool:
        inside = 0 <= row < self.grid.rows and 0 <= column < self.grid.columns
        return inside and 0 <= frame < self.frames

    def _names(self) -> tuple[str, ...]:
        last = f"{self.grid.rows - 1},{self.grid.columns - 1}"
        corner = f"'row,column' from '0,0' to '{last}'"
        if self.frames > 1:
            corner = f"'frame,row,column' from '0,0,0' to '{self.frames - 1},{last}'"
        return (*map(repr, self.prefix), corner, *map(repr, self.suffix))


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels of a feature map, by number."""

    size: int
    kind: ClassVar[Literal["channel"]] = "channel"

    def index(self, name: str) -> int:
        """The channel of that number from 0. Raises InputError."""
        return _number(name, self.size)

    def place(self, index: int) -> str:
        return str(index)

    label = place


@dataclass(frozen=True, slots=True)
class Branches:
    """The branches of a layer, each with its name: kernels of several sizes, as in SK."""

    labels: tuple[str, ...]
    kind: ClassVar[Literal["branch"]] = "branch"

    @property
    def size(self) -> int:
        return len(self.labels)

    def index(self, name: str) -> int:
        """The branch of that name or number from 0. Raises InputError."""
        if name.strip() in self.labels:
            return self.labels.index(name.strip())
        return _number(name, self.size, tuple(map(repr, self.labels)))

    def place(self, index: int) -> str:
        return self.labels[index]

    label = place


Axis = Tokens | Patches | Channels | Branches


def _whole(text: str) -> list[int]:
    """The whole numbers between commas; none where one of them is no number."""
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        return []


def _number(name: str, size: int, names: tuple[str, ...] = ()) -> int:
    """A number from 0 to size - 1. Raises InputError, which also tells the `names` there are."""
    numbers = _whole(name.strip())
    if len(numbers) == 1 and 0 <= numbers[0] < size:
        return numbers[0]
    given = f"a number from 0 to {size - 1}"
    expected = f"{', '.join(names)} or {given}" if names else given
    raise InputError(f"query {name[:40]!r} is not on this axis: give {expected}.", "query")
