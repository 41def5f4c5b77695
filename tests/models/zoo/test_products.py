"""A layer's product is the layer's own, whichever kernel does it."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from foveate.models.zoo.translation.products import Normed, Product


@pytest.mark.parametrize("rows", [1, 2, 33])
@pytest.mark.parametrize(("taken", "made"), [(64, 96), (96, 64)], ids=["wide", "narrow"])
@torch.inference_mode()
def test_a_laid_out_product_is_the_layers(rows: int, taken: int, made: int) -> None:
    layer = nn.Linear(taken, made).requires_grad_(False)
    x = torch.randn(rows, taken)
    expected = layer(x)
    product = Product(layer)
    torch.testing.assert_close(product(x), expected)
    product.lay_out()
    torch.testing.assert_close(product(x), expected)
    torch.testing.assert_close(layer(x), expected)


@torch.inference_mode()
def test_what_is_laid_out_counts_as_the_layers_memory() -> None:
    layer = nn.Linear(64, 64).requires_grad_(False)
    Product(layer).lay_out()
    blocks = 4 * 64 * 64 if torch.backends.mkldnn.is_available() else 0  # type: ignore[no-untyped-call]
    assert sum(buffer.nbytes for buffer in layer.buffers()) == blocks


@torch.inference_mode()
def test_a_norm_is_the_layers() -> None:
    layer = nn.LayerNorm(64, 1e-6).requires_grad_(False)
    nn.init.normal_(layer.weight)
    x = torch.randn(3, 64)
    torch.testing.assert_close(Normed(layer)(x), layer(x))
