"""How the work of reading grows with a sentence's length.

Vaswani et al. 2017, table 1: a layer of self-attention takes n^2 d operations in one step, a
recurrent layer n d^2 in n steps. Here they are counted from a network's own matrices, and timed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor

from foveate.models.errors import InputError
from foveate.models.interruption import step

LENGTHS = (8, 16, 32, 64, 128, 256, 512)  # tokens
TRIES = 3  # of which the fastest counts: what else the machine does only makes it slower


@runtime_checkable
class Reader(Protocol):
    """An encoder's network that says what reading costs."""

    def read(self, ids: Tensor) -> Any: ...

    def multiplications(self, tokens: int) -> int: ...

    def steps(self, tokens: int) -> int: ...


@dataclass(frozen=True, slots=True)
class Growth:
    """Reading so many tokens: multiplications, steps that wait for one before, milliseconds."""

    tokens: int
    multiplications: int
    steps: int
    milliseconds: float


@torch.inference_mode()
def growth(model: Any, text: str) -> list[Growth]:
    """Of a text's tokens, over and over, up to each of LENGTHS. Raises InputError."""
    network = model.network
    if not isinstance(network, Reader):
        raise InputError(
            f"what reading costs {model.name} is not counted: choose a model of the sentence lab.",
            "model",
        )
    ids = model.read(text).ids
    return [_of(network, list(islice(cycle(ids), tokens))) for tokens in LENGTHS]


def _of(network: Reader, ids: list[int]) -> Growth:
    given, tokens = torch.tensor([ids]), len(ids)
    seconds = min(_timed(network, given) for _ in range(TRIES))
    work, steps = network.multiplications(tokens), network.steps(tokens)
    return Growth(tokens, work, steps, seconds * 1000)


def _timed(network: Reader, ids: Tensor) -> float:
    step()
    start = time.perf_counter()
    network.read(ids)
    return time.perf_counter() - start
