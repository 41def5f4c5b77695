"""Patch embeddings as matrix products.

A convolution whose kernels do not overlap is a linear layer on each patch (Dosovitskiy et al. 2021,
equation 1). torch 2.13's bfloat16 convolution gives wrong numbers on some processors (AMX) where
its output is one column wide, which a photo one patch wide makes it; a matrix product has no such
case, and is as fast.
"""

from __future__ import annotations

from itertools import chain
from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

CONVOLUTIONS = {nn.Conv2d, nn.Conv3d}


class PatchEmbedding(nn.Module):
    """What a convolution of that kernel and stride gives, worked out as one matrix product."""

    def __init__(self, convolution: nn.Conv2d | nn.Conv3d) -> None:
        super().__init__()
        self.kernel_size: tuple[int, ...] = convolution.kernel_size
        self.weight, self.bias = convolution.weight, convolution.bias

    def forward(self, pixels: Tensor) -> Tensor:
        """Pixels (B, C, height, width) to (B, width of a token, rows, columns); frames likewise."""
        counts = [n // k for n, k in zip(pixels.shape[2:], self.kernel_size, strict=True)]
        sides = list(zip(counts, self.kernel_size, strict=True))
        for axis, (count, kernel) in enumerate(sides, start=2):
            pixels = pixels.narrow(axis, 0, count * kernel)
        split = pixels.reshape(*pixels.shape[:2], *chain.from_iterable(sides))
        places, inside = range(2, split.ndim, 2), range(3, split.ndim, 2)
        patches = split.permute(0, *places, 1, *inside).flatten(1 + len(sides))
        tokens = F.linear(patches, self.weight.flatten(1), self.bias)  # (B, rows, columns, width)
        return tokens.movedim(-1, 1)


def embed_by_products(model: Any) -> Any:
    """The same model with every patch embedding in it as a matrix product."""
    for name, module in list(model.named_modules()):
        if type(module) in CONVOLUTIONS and _is_embedding(module):
            model.set_submodule(name, PatchEmbedding(module))
    return model


def _is_embedding(module: Any) -> bool:
    """Whether a convolution's kernels lie side by side, each patch seen once."""
    plain = module.groups == 1 and set(module.dilation) == {1}
    beside = module.kernel_size == module.stride and max(module.kernel_size) > 1
    return plain and beside and module.padding in (0, (0,) * len(module.kernel_size), "valid")
