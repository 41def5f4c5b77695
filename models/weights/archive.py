"""The tensors of a file that torch.save wrote before torch 1.6, read without unpickling it.

Such a file is a row of pickles (magic number, protocol, byte order, the tensors' places, the names
of their storages), then the storages: a count as int64 and the numbers. A pickle is a program, and
this one is not run: its opcodes are read, and those that describe a dictionary of tensors are
understood, no other. Nothing is imported or called by a name that the file gives.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foveate.models.errors import WeightsError

MAGIC = 0x1950A86A20F9469CFC6C
DTYPES = {"torch FloatStorage": "<f4", "torch HalfStorage": "<f2", "torch LongStorage": "<i8"}
TENSOR, DICTIONARY = "torch._utils _rebuild_tensor_v2", "collections OrderedDict"
MARK = object()
CONSTANTS = {"NONE": None, "NEWFALSE": False, "NEWTRUE": True}
MADE: dict[str, Callable[[], Any]] = {
    "EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_TUPLE": tuple
}  # fmt: skip
PUSHED = ("BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE")


class _Storage(NamedTuple):
    """What the file calls a row of numbers, and their type."""

    key: str
    dtype: str


class _Place(NamedTuple):
    """Where in a storage a tensor lies."""

    storage: _Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The file's tensors by name. Raises WeightsError for a damaged or foreign file."""
    try:
        with path.open("rb") as file:
            return _tensors(file)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise _refused(path, str(error)) from error
    except RuntimeError as error:  # a view that reaches out of its storage
        raise _refused(path, str(error).splitlines()[0]) from error


def _refused(path: Path, reason: str) -> WeightsError:
    return WeightsError(
        f"{path} is no whole file of tensors as torch.save wrote them before torch 1.6 ({reason}): "
        "fetch it again, or write it as safetensors."
    )


def _tensors(file: BinaryIO) -> dict[str, Tensor]:
    if _Machine(file).result() != MAGIC:
        raise ValueError("it begins with another magic number")
    _ = _Machine(file).result(), _Machine(file).result()  # protocol, byte order
    places: dict[str, _Place] = _Machine(file).result()
    dtypes = {place.storage.key: place.storage.dtype for place in places.values()}
    storages = {key: _numbers(file, dtypes[key]) for key in _Machine(file).result()}
    return {name: _view(storages[place.storage.key], place) for name, place in places.items()}


def _numbers(file: BinaryIO, dtype: str) -> NDArray[Any]:
    """The next storage."""
    count = int(np.frombuffer(file.read(8), "<i8")[0])
    data = file.read(max(count, 0) * np.dtype(dtype).itemsize)
    found = np.frombuffer(data, dtype)
    if len(found) != count:
        raise ValueError(f"a storage of {count} numbers ends after {len(found)}")
    return found


def _view(numbers: NDArray[Any], place: _Place) -> Tensor:
    whole = torch.from_numpy(numbers.copy())
    return whole.as_strided(place.size, place.stride, place.offset).clone(
        memory_format=torch.contiguous_format
    )


class _Machine:
    """Reads one pickle's opcodes into dictionaries, lists, tuples, numbers and `_Place`s."""

    def __init__(self, file: BinaryIO) -> None:
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}
        self._ops: Iterator[Any] = pickletools.genops(file)

    def result(self) -> Any:
        """What the pickle describes. Raises ValueError for an opcode or name not known here."""
        for op, argument, _ in self._ops:
            self._step(op.name, argument)
        (found,) = self._stack
        return found

    def _step(self, name: str, argument: Any) -> None:
        if name in PUSHED:
            self._stack.append(argument)
        elif name in CONSTANTS:
            self._stack.append(CONSTANTS[name])
        elif name in MADE:
            self._stack.append(MADE[name]())
        elif name.endswith("BINPUT"):
            self._memo[argument] = self._stack[-1]
        elif name.endswith("BINGET"):
            self._stack.append(self._memo[argument])
        else:
            self._act(name, argument)

    def _act(self, name: str, argument: Any) -> None:
        stack = self._stack
        match name:
            case "PROTO" | "STOP":
                pass
            case "GLOBAL" if argument in (*DTYPES, TENSOR, DICTIONARY):
                stack.append(argument)
            case "MARK":
                stack.append(MARK)
            case "TUPLE":
                stack.append(tuple(self._marked()))
            case "TUPLE1" | "TUPLE2" | "TUPLE3":
                stack.append(tuple(self._last(int(name[-1]))))
            case _:
                self._gather(name, argument)

    def _gather(self, name: str, argument: Any) -> None:
        stack = self._stack
        match name:
            case "SETITEM" | "SETITEMS":
                pairs = self._last(2) if name == "SETITEM" else self._marked()
                stack[-1].update(zip(pairs[::2], pairs[1::2], strict=True))
            case "APPENDS":
                items = self._marked()
                stack[-1].extend(items)
            case "BUILD":  # attributes of the dictionary: versions of modules
                stack.pop()
            case "BINPERSID":
                kind, dtype, key, *_ = stack.pop()
                stack.append(_Storage(key, DTYPES[dtype]) if kind == "storage" else None)
            case "REDUCE":
                made, given = self._last(2)
                stack.append({} if made == DICTIONARY else _place(made, given))
            case _:
                raise ValueError(f"{name} {argument or ''} is no part of a file of tensors")

    def _marked(self) -> list[Any]:
        """What lies over the last mark, taken off with it."""
        begin = len(self._stack) - 1 - self._stack[::-1].index(MARK)
        return self._last(len(self._stack) - begin)[1:]

    def _last(self, count: int) -> list[Any]:
        if count > len(self._stack):
            raise ValueError("it takes more than there is")
        found = self._stack[-count:]
        del self._stack[-count:]
        return found


def _place(made: str, given: tuple[Any, ...]) -> _Place:
    if made != TENSOR:
        raise ValueError(f"{made!r} is called, which makes no tensor")
    return _Place(*given[:4])
