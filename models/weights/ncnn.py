"""ncnn's files: a text graph (.param), one layer a line, and its weights in that order (.bin).

Of each layer that has weights: four bytes that say how they are kept, the weights, padded to four
bytes, and the bias as float32. https://github.com/Tencent/ncnn/wiki/param-and-model-file-structure
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foveate.models.errors import WeightsError

MAGIC = "7767517"
HALF, SINGLE = 0x01306B47, 0  # what the four bytes say
COUNTS = {"Convolution": 6, "Deconvolution": 6, "InnerProduct": 2}  # which setting counts weights
BIASED = {"Convolution": 5, "Deconvolution": 5, "InnerProduct": 1}  # and which says there is a bias
OUTPUTS = 0


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer with weights, flat as they lie there, and its bias, in float32."""

    kind: str
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]


def layers(param: str, content: bytes) -> list[Layer]:
    """The layers that have weights, in their order. Raises WeightsError for what is no such pair of
    files, or where something is left over.
    """
    try:
        lines = param.split("\n")
        if lines[0].strip() != MAGIC:
            raise ValueError(f"it begins with {lines[0][:20]!r} and not with {MAGIC!r}")
        return list(_layers(lines[2:], content))
    except (ValueError, LookupError) as error:
        raise WeightsError(f"This is no pair of ncnn's files to be read: {error}.") from error


def _layers(lines: list[str], content: bytes) -> Iterator[Layer]:
    place = 0
    for line in lines:
        kind, settings = _settings(line)
        if kind not in COUNTS:
            continue
        if not settings.get(BIASED[kind]):
            raise ValueError(f"a {kind} without bias is not known here")
        flag = int(np.frombuffer(content, "<u4", 1, place)[0])
        count, size = int(settings[COUNTS[kind]]), {HALF: 2, SINGLE: 4}[flag]
        weight = np.frombuffer(content, f"<f{size}", count, place + 4)
        place += 4 + -(-count * size // 4) * 4
        bias = np.frombuffer(content, "<f4", int(settings[OUTPUTS]), place)
        place += bias.nbytes
        yield Layer(kind, weight.astype(np.float32), bias.copy())
    if place != len(content):
        raise ValueError(f"{len(content) - place} bytes are left over")


def _settings(line: str) -> tuple[str, dict[int, float]]:
    """A layer's kind, and its settings by number; arrays, which no weights need, are left out."""
    kind, *rest = line.split() or [""]
    pairs = (part.split("=", 1) for part in rest if "=" in part)
    return kind, {int(key): float(value) for key, value in pairs if not key.startswith("-233")}
