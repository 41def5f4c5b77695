"""How many threads torch takes for the work of this one.

Each thread that calls torch has helpers of its own. Once a process has more of them all than there
are cores, OpenMP's wait for each other asleep and not in a loop, so that a step of less than a
tenth of a millisecond takes twice as long on two threads as on one (measured: a translator's 1.3 to
2.1 times, a mask of a portrait 1.8 times). Small models say so, by `threads` (zoo/base.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def at_most(count: int | None) -> Iterator[None]:
    """At most so many inside it, or as many as there are: the setting is each thread's own."""
    before = torch.get_num_threads()
    if count is None or count >= before:
        yield
        return
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
