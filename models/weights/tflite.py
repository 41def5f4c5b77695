"""TensorFlow Lite's files: the operations of a graph in their order, with their constants.

A file is one FlatBuffer. A table begins with the distance back to its vtable, which has the place
of every field or 0; vectors and tables lie at a distance from where they are named. The numbers of
fields are those of TensorFlow's `schema.fbs`, version 3.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foveate.models.errors import WeightsError

NAMES = {3: "conv", 4: "depthwise", 6: "dequantize", 32: "custom"}  # of what is asked for here
KINDS: dict[int, np.dtype[Any]] = {
    0: np.dtype("<f4"),
    1: np.dtype("<f2"),
    2: np.dtype("<i4"),
}  # a tensor's type
OPERATOR_CODES, SUBGRAPHS, BUFFERS = 1, 2, 4  # fields of the model
TENSORS, OPERATORS = 0, 3  # of a subgraph
SHAPE, TYPE, BUFFER = 0, 1, 2  # of a tensor
CODE, INPUTS, OUTPUTS = 0, 1, 2  # of an operator


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of the graph: its name, or `other`, and those of its inputs that are constants."""

    name: str
    constants: tuple[NDArray[Any], ...]


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of a FlatBuffer, at its place."""

    content: bytes
    place: int

    def field(self, number: int) -> int | None:
        """Where a field lies; None where it has its default."""
        vtable = self.place - self._number("<i", self.place)
        if 4 + 2 * number >= self._number("<H", vtable):
            return None
        offset = self._number("<H", vtable + 4 + 2 * number)
        return self.place + offset if offset else None

    def scalar(self, number: int, kind: str) -> int:
        place = self.field(number)
        return 0 if place is None else self._number(kind, place)

    def vector(self, number: int, kind: str) -> NDArray[Any]:
        """A vector of numbers; empty where there is none."""
        place = self.field(number)
        if place is None:
            return np.empty(0, kind)
        start = place + self._number("<I", place)
        return np.frombuffer(self.content, kind, self._number("<I", start), start + 4)

    def tables(self, number: int) -> list[_Table]:
        place = self.field(number)
        if place is None:
            return []
        start = place + self._number("<I", place)
        places = (start + 4 + 4 * i for i in range(self._number("<I", start)))
        return [_Table(self.content, at + self._number("<I", at)) for at in places]

    def _number(self, kind: str, place: int) -> int:
        found: int = struct.unpack_from(kind, self.content, place)[0]
        return found


def operations(content: bytes) -> list[Operation]:
    """The first graph of a file, step by step; half precision constants are given as float32.

    Raises WeightsError for what is no such file.
    """
    try:
        return list(_operations(content))
    except (struct.error, ValueError, LookupError) as error:
        raise WeightsError(
            f"This is no TensorFlow Lite file that can be read ({error})."
        ) from error


def _operations(content: bytes) -> Iterator[Operation]:
    if content[4:8] != b"TFL3":
        raise ValueError(f"it begins with {content[4:8]!r} and not with b'TFL3'")
    model = _Table(content, struct.unpack_from("<I", content)[0])
    codes = [_code(table) for table in model.tables(OPERATOR_CODES)]
    (graph, *_), buffers = model.tables(SUBGRAPHS), model.tables(BUFFERS)
    constants = {n: _constant(t, buffers) for n, t in enumerate(graph.tables(TENSORS))}
    for operator in graph.tables(OPERATORS):
        name = codes[operator.scalar(CODE, "<I")]
        given = [constants.get(int(n)) for n in operator.vector(INPUTS, "<i4")]
        known = tuple(each for each in given if each is not None)
        if name == "dequantize" and known:
            made = int(operator.vector(OUTPUTS, "<i4")[0])
            constants[made] = known[0].astype(np.float32)
        else:
            yield Operation(name, known)


def _code(table: _Table) -> str:
    """An operator's name: its number once had one byte, and later four."""
    return NAMES.get(max(table.scalar(0, "<b"), table.scalar(3, "<i")), "other")


def _constant(tensor: _Table, buffers: list[_Table]) -> NDArray[Any] | None:
    """A tensor's values; None for one that a pass makes."""
    kind = KINDS.get(tensor.scalar(TYPE, "<b"))
    held = buffers[tensor.scalar(BUFFER, "<I")].vector(0, "u1")
    if kind is None or not held.size:
        return None
    return np.frombuffer(held, kind).reshape(tensor.vector(SHAPE, "<i4"))
