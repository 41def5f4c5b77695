"""A layer's product with few rows and with many: what a small network spends its time on.

One row is bound by reading the matrix. Of several, oneDNN takes a fifth to two fifths less time
than BLAS, which turns the matrix into blocks of its own again in every call.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

ROWS = 32  # for which blocks are chosen; others take the same


class Product:
    """x W^T + b of a layer: (rows, in) -> (rows, out).

    A module looks its parameters up by name whenever it is called, which for one row takes about as
    long as a small product itself; this holds them.
    """

    __slots__ = ("bias", "blocks", "layer", "weight")

    def __init__(self, layer: nn.Linear) -> None:
        self.layer, self.weight, self.bias = layer, layer.weight, layer.bias
        self.blocks: Tensor | None = None

    def __call__(self, x: Tensor) -> Tensor:
        if self.blocks is None or x.shape[0] == 1:
            return F.linear(x, self.weight, self.bias)
        found: Tensor = torch.ops.mkldnn._linear_pointwise(
            x, self.blocks, self.bias, "none", (), ""
        )
        return found

    def lay_out(self) -> None:
        """Stores the loaded matrix as each kernel reads it: blocks, and a wide one by columns."""
        weight = self.weight.data
        if torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
            self.blocks = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), ROWS)
            self.layer.register_buffer("blocks", self.blocks, persistent=False)
        if weight.shape[0] >= weight.shape[1]:
            self.weight.data = weight.T.contiguous().T


class Normed:
    """Layer normalisation over the last axis, its parameters held as a product's are."""

    __slots__ = ("epsilon", "parameters", "shape")

    def __init__(self, layer: nn.LayerNorm) -> None:
        self.shape, self.parameters = layer.normalized_shape, (layer.weight, layer.bias)
        self.epsilon = layer.eps

    def __call__(self, x: Tensor) -> Tensor:
        return torch.layer_norm(x, self.shape, *self.parameters, self.epsilon)
