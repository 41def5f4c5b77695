"""A stored trace as one safetensors file, and back: numbers as tensors, all the rest as JSON.

What is read was written by another process, maybe of another version, and is not believed: only the
types that the fields of `Stored` are annotated with are made, every value is compared with its
annotation, and whatever does not fit raises Unreadable. Nothing in it can name code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np
import safetensors.torch
import torch
from PIL import Image
from torch import Tensor

from foveate.app.runtime.store import Stored
from foveate.models.inputs.photo import KEPT_SIDE
from foveate.models.trace import Colour, Deferred, worked_out

HEAD = "head"  # the tensor of bytes that holds the JSON
IS, TENSOR = "is", "tensor"  # keys of what stands for a dataclass and for a tensor


class Unreadable(ValueError):
    """Bytes that are no trace of ours."""


def pack(stored: Stored) -> bytes:
    """A safetensors file. Outputs that wait to be worked out are so now, which raises NotFinite."""
    packer = _Packer()
    head = json.dumps(packer.plain(stored), separators=(",", ":")).encode()
    return safetensors.torch.save({HEAD: _bytes(head), **packer.tensors})


def unpack(content: bytes) -> Stored:
    """What was packed. Raises Unreadable."""
    try:
        tensors = safetensors.torch.load(content)
        plain = json.loads(tensors.pop(HEAD).numpy().tobytes())
        found: Stored = _Reader(tensors).read(Stored, plain)
    except Unreadable:
        raise
    except Exception as error:  # of safetensors, of JSON, and of every type that checks itself
        raise Unreadable(f"{type(error).__name__}: {error}") from error
    return found


class _Packer:
    """Values as what JSON can say, and the tensors that it leaves out."""

    def __init__(self) -> None:
        self.tensors: dict[str, Tensor] = {}
        self._names: dict[int, tuple[str, Tensor]] = {}  # the tensor is kept, so its id stays its

    def plain(self, value: Any) -> Any:
        match value:
            case None | bool() | int() | float() | str():
                return value
            case bytes():
                return self._named(_bytes(value))
            case Tensor():
                return self._named(value)
            case Image.Image():
                return self._named(torch.from_numpy(np.array(value)))
            case Deferred():
                words = [self.plain(value.labels), self.plain(value.colours)]
                return {"value": self._named(value.value()), "words": words}
            case Mapping():
                return [[self.plain(key), self.plain(each)] for key, each in value.items()]
            case tuple() | list():
                return [self.plain(each) for each in value]
        named = {field.name: self.plain(getattr(value, field.name)) for field in fields(value)}
        return {IS: type(value).__name__, **named}

    def _named(self, tensor: Tensor) -> dict[str, str]:
        """A tensor's name; what several hold is written once."""
        name, _ = self._names.setdefault(id(tensor), (str(len(self._names)), tensor))
        if name not in self.tensors:
            self.tensors[name] = tensor.detach().clone(memory_format=torch.contiguous_format)
        return {TENSOR: name}


class _Reader:
    """Values of the types that annotations say, and of no other."""

    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        self._tensors = tensors

    def read(self, kind: Any, plain: Any) -> Any:
        """A value of that type. Raises Unreadable."""
        origin = get_origin(kind)
        if origin in (Union, UnionType):
            return self._one_of(get_args(kind), plain)
        if origin is tuple:
            return self._tuple(get_args(kind), plain)
        if origin is Mapping:
            key, value = get_args(kind)
            return {self.read(key, k): self.read(value, v) for k, v in _pairs(plain)}
        if kind in _SPECIAL:
            return _SPECIAL[kind](self, plain)
        if is_dataclass(kind):
            return self._dataclass(kind, plain)  # type: ignore[arg-type]
        return _simple(kind, plain)

    def _one_of(self, kinds: tuple[Any, ...], plain: Any) -> Any:
        """A value of the first type that it fits."""
        for kind in kinds:
            try:
                return self.read(kind, plain)
            except Unreadable as error:
                last = error
        raise last

    def _tuple(self, kinds: tuple[Any, ...], plain: Any) -> tuple[Any, ...]:
        given = _list(plain)
        every = kinds[:1] * len(given) if kinds[1:] == (...,) else kinds
        if len(every) != len(given):
            raise Unreadable(f"{len(given)} values where there are {len(every)}")
        return tuple(self.read(kind, each) for kind, each in zip(every, given, strict=True))

    def _dataclass(self, kind: type, plain: Any) -> Any:
        given = _object(plain)
        if given.get(IS) != kind.__name__:
            raise Unreadable(f"{str(given.get(IS))[:40]} where {kind.__name__} is expected")
        hints = _hints(kind)
        if given.keys() - {IS} != hints.keys():
            raise Unreadable(f"a {kind.__name__} with other fields than ours")
        return kind(**{name: self.read(hint, given[name]) for name, hint in hints.items()})

    def tensor(self, plain: Any) -> Tensor:
        name = _object(plain).get(TENSOR)
        if not isinstance(name, str) or name not in self._tensors:
            raise Unreadable("a tensor that is not there")
        return self._tensors[name]

    def content(self, plain: Any) -> bytes:
        return _uint8(self.tensor(plain), 1).numpy().tobytes()

    def image(self, plain: Any) -> Image.Image:
        pixels = _uint8(self.tensor(plain), 3)
        height, width, channels = pixels.shape
        if not (0 < min(height, width) <= max(height, width) <= KEPT_SIDE and channels == 3):
            raise Unreadable(f"a photo of {width} x {height} and {channels} channels")
        return Image.fromarray(pixels.numpy())

    def deferred(self, plain: Any) -> Deferred:
        value = self.tensor(_object(plain).get("value"))
        words = self.read(tuple[tuple[str, ...], tuple[Colour, ...]], _object(plain).get("words"))
        return worked_out(value, *words)


_SPECIAL: dict[Any, Any] = {
    Tensor: _Reader.tensor,
    bytes: _Reader.content,
    Image.Image: _Reader.image,
    Deferred: _Reader.deferred,
}


@cache
def _hints(kind: type) -> dict[str, Any]:
    """The fields of a dataclass and their types."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _simple(kind: Any, plain: Any) -> Any:
    """A value that JSON knows. Raises Unreadable."""
    if get_origin(kind) is Literal:
        fits = isinstance(plain, str) and plain in get_args(kind)
    elif kind is NoneType:
        fits = plain is None
    elif kind is float:
        fits = isinstance(plain, int | float) and not isinstance(plain, bool)
    else:
        fits = kind in (int, str, bool) and type(plain) is kind
    if not fits:
        raise Unreadable(f"{str(plain)[:40]!r} is not of {kind}")
    return plain


def _list(plain: Any) -> list[Any]:
    if not isinstance(plain, list):
        raise Unreadable(f"{str(plain)[:40]!r} is no list")
    return plain


def _object(plain: Any) -> dict[str, Any]:
    if not isinstance(plain, dict):
        raise Unreadable(f"{str(plain)[:40]!r} is no object")
    return plain


def _pairs(plain: Any) -> list[list[Any]]:
    found = _list(plain)
    if not all(isinstance(each, list) and len(each) == 2 for each in found):
        raise Unreadable("a mapping that is no list of pairs")
    return found


def _uint8(tensor: Tensor, dimensions: int) -> Tensor:
    if tensor.dtype != torch.uint8 or tensor.dim() != dimensions:
        raise Unreadable(f"{tensor.dtype} {tuple(tensor.shape)} where bytes are expected")
    return tensor


def _bytes(content: bytes) -> Tensor:
    return torch.frombuffer(bytearray(content), dtype=torch.uint8)
