"""Which row a shard's worker is at, beside the shard, so that a row that ends its worker is known.

`000012.at` has the rows, one a line, at which a worker was ended before, and last the one that it
is at; a run begins without. `000012.trouble` has those that could not be read for a reason that may
pass (a disk, a network), each of which has ended a run.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

MOST_ENDED = 2  # in company first, then alone


class Journal:
    """Of one shard, for the worker that is at it."""

    def __init__(self, shard: Path) -> None:
        self._at, self._trouble = shard.with_suffix(".at"), shard.with_suffix(".trouble")
        self._ended = _rows(self._at)
        self._troubled = _rows(self._trouble)

    def ends(self, row: int) -> bool:
        """Whether a row has ended so many workers that it gets no other."""
        return self._ended[row] >= MOST_ENDED

    def troubled(self, row: int) -> bool:
        """Whether a row has ended a run before."""
        return self._troubled[row] > 0

    def at(self, row: int) -> None:
        """Before a row is worked out."""
        _write(self._at, [*self._ended.elements(), row])

    def trouble(self, row: int) -> None:
        """Before a row ends the run."""
        _write(self._trouble, [*self._troubled, row])

    def close(self) -> None:
        """Once the shard is there."""
        self._at.unlink(missing_ok=True)
        self._trouble.unlink(missing_ok=True)


def _rows(file: Path) -> Counter[int]:
    try:
        return Counter(int(line) for line in file.read_text().split())
    except (FileNotFoundError, ValueError):
        return Counter()


def _write(file: Path, rows: list[int]) -> None:
    file.write_text("".join(f"{row}\n" for row in rows))
