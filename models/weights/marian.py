"""Marian's binary files: a model's tensors and its lexical shortlist (Junczys-Dowmunt et al. 2018).

https://arxiv.org/abs/1804.00344. Little-endian throughout. Read with bounds checked: a damaged or
foreign file raises WeightsError and nothing is ever executed.
"""

from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foveate.models.errors import WeightsError

FLOAT32, INTGEMM8 = 0x404, 0x4101
SHORTLIST_MAGIC = 0xF11A48D5013417F5
SETTINGS = "special:model.yml"


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = path.read_bytes()
        self.at = 0

    def take(self, count: int) -> bytes:
        if count < 0 or self.at + count > len(self.data):
            raise WeightsError(f"{self.path} ends early: it is no whole file of Marian's.")
        self.at += count
        return self.data[self.at - count : self.at]

    def integers(self, count: int, kind: str) -> tuple[int, ...]:
        return struct.unpack(f"<{count}{kind}", self.take(count * struct.calcsize(kind)))


def read_model(path: Path) -> tuple[dict[str, Tensor], str]:
    """The tensors of a model, int8 matrices as float32 (in, out), and its settings (YAML).

    Version 1: n headers (name length, type, shape length, data length), names, shapes, padding,
    data. An intgemm matrix is its int8 values and, after them, one float32 that divides them; all
    but the embedding are stored transposed.
    """
    reader = _Reader(path)
    version, count = reader.integers(2, "Q")
    if version != 1 or count > 100_000:
        raise WeightsError(f"{path} is version {version}: this reads Marian's binary version 1.")
    headers = [reader.integers(4, "Q") for _ in range(count)]
    names = [reader.take(header[0])[:-1].decode() for header in headers]
    shapes = [reader.integers(header[2], "i") for header in headers]
    reader.take(reader.integers(1, "Q")[0])
    tensors, settings = {}, ""
    for (_, kind, _, size), name, shape in zip(headers, names, shapes, strict=True):
        data = reader.take(size)
        if name == SETTINGS:
            settings = data.rstrip(b"\0").decode()
        elif not name.endswith("QuantMultA"):
            tensors[name] = _tensor(path, name, kind, shape, data)
    return tensors, settings


def _tensor(path: Path, name: str, kind: int, shape: tuple[int, ...], data: bytes) -> Tensor:
    size = math.prod(shape)
    if kind == FLOAT32 and len(data) >= 4 * size:
        return _own(np.frombuffer(data, "<f4", size).reshape(shape))
    if kind != INTGEMM8 or len(shape) != 2 or len(data) < size + 4:
        raise WeightsError(
            f"{path}: {name} is of type {kind:#x}: float32 and intgemm int8 are read."
        )
    values = np.frombuffer(data, np.int8, size).astype(np.float32)
    values /= np.frombuffer(data, "<f4", 1, offset=size)
    rows, columns = shape
    return _own(
        values.reshape(rows, columns) if name == "Wemb" else values.reshape(columns, rows).T
    )


def _own(array: NDArray[np.float32]) -> Tensor:
    return torch.from_numpy(np.array(array, np.float32, order="C"))


def read_shortlist(path: Path) -> tuple[int, Tensor, Tensor]:
    """How many of the first target ids are always allowed, then offsets (V + 1,) and ids.

    The likeliest translations of source id s are `ids[offsets[s]:offsets[s + 1]]`.
    """
    reader = _Reader(path)
    magic, _, first, _, offsets, ids = reader.integers(6, "Q")
    if magic != SHORTLIST_MAGIC:
        raise WeightsError(f"{path} is no binary lexical shortlist: its magic is {magic:#x}.")
    starts = np.frombuffer(reader.take(8 * offsets), "<u8").astype(np.int64)
    entries = np.frombuffer(reader.take(4 * ids), "<u4").astype(np.int64)
    if len(starts) == 0 or starts.max(initial=0) > ids:
        raise WeightsError(f"{path} points outside itself: it is damaged.")
    return first, torch.from_numpy(starts), torch.from_numpy(entries)
