"""Patch embeddings as matrix products.

A convolution whose kernels do not overlap is a linear layer on each patch (Dosovitskiy et al. 2021,
equation 1). torch 2.13's bfloat16 convolution gives wrong numbers on some processors (AMX) where
its output is one column wide, which a photo one patch wide makes it; a matrix product has no such
case, and is as fast. Of other convolutions nobody has tried every shape: a network that keeps one
computes in float32.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.nn.modules.conv import _ConvNd
from torch.overrides import TorchFunctionMode

from foveate.models.trace import finite

CONVOLUTIONS = {nn.Conv2d, nn.Conv3d}
FUNCTIONS = {torch.conv2d, torch.conv3d}


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedPatch:
    """How one patch becomes a token, z = x E + e_pos (Dosovitskiy et al. 2021, equation 1).

    `pixels` x are normalised (3, side, side); `kernel`, of the same size, and `bias` are of one
    channel, whose entry in `projected` x E (D,) is sum(kernel * pixels) + bias. `position` e_pos
    (D,) is added to it; `alike` is its cosine with that of every place (rows, columns).
    """

    pixels: Tensor
    kernel: Tensor
    bias: float
    projected: Tensor
    position: Tensor
    alike: Tensor

    def __post_init__(self) -> None:
        """Raises NotFinite."""
        for made in (self.kernel, self.projected, self.position, self.alike):
            finite(made, "the token of a patch")


class PatchEmbedding(nn.Module):
    """What a convolution of that kernel and stride gives, worked out as one matrix product."""

    def __init__(self, convolution: nn.Conv2d | nn.Conv3d) -> None:
        super().__init__()
        self.kernel_size: tuple[int, ...] = convolution.kernel_size
        self.weight, self.bias = convolution.weight, convolution.bias

    def forward(self, pixels: Tensor) -> Tensor:
        """Pixels (B, C, height, width) to (B, width of a token, rows, columns); frames likewise."""
        return product(pixels, self.weight, self.bias)


class EmbeddedByProducts(TorchFunctionMode):
    """The same for the passes inside it, of a model that is somebody's own and stays as it is."""

    def __torch_function__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if function in FUNCTIONS and _is_embedding(*args[1:], **kwargs):
            return product(*args[:3])
        return function(*args, **kwargs)


def product(pixels: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Pixels (B, C, height, width) in patches as large as the kernels (D, C, rows, columns), each
    times all of them: (B, D, height / rows, width / columns); of several frames likewise.
    """
    kernel = weight.shape[2:]
    counts = [n // k for n, k in zip(pixels.shape[2:], kernel, strict=True)]
    sides = list(zip(counts, kernel, strict=True))
    for axis, (count, side) in enumerate(sides, start=2):
        pixels = pixels.narrow(axis, 0, count * side)
    split = pixels.reshape(*pixels.shape[:2], *chain.from_iterable(sides))
    places, inside = range(2, split.ndim, 2), range(3, split.ndim, 2)
    patches = split.permute(0, *places, 1, *inside).flatten(1 + len(sides))
    tokens = F.linear(patches, weight.flatten(1), bias)  # (B, rows, columns, D)
    return tokens.movedim(-1, 1)


def embed_by_products(model: Any) -> Any:
    """The same model with every patch embedding in it as a matrix product."""
    for name, module in list(model.named_modules()):
        if type(module) in CONVOLUTIONS and _is_embedding(
            *(module.weight, module.bias, module.stride),
            *(module.padding, module.dilation, module.groups),
        ):
            model.set_submodule(name, PatchEmbedding(module))
    return model


def convolves(model: nn.Module) -> bool:
    """Whether a network has a convolution that looks at more than one place at once."""
    return any(isinstance(m, _ConvNd) and max(m.kernel_size) > 1 for m in model.modules())


def _is_embedding(
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> bool:
    """Whether a convolution's kernels lie side by side, each patch seen once."""
    kernel = tuple(weight.shape[2:])
    plain = groups == 1 and _each(dilation, kernel) == (1,) * len(kernel)
    beside = _each(stride, kernel) == kernel and max(kernel) > 1
    return plain and beside and padding in (0, (0,) * len(kernel), "valid")


def _each(sides: Any, kernel: tuple[int, ...]) -> tuple[int, ...]:
    """One number for every axis, of what torch takes as one or as several."""
    return (sides,) * len(kernel) if isinstance(sides, int) else tuple(sides)
