"""Class activation maps: which places of a layer's map speak for a class.

Each weighs a layer's activations A (C channels, rows, columns) by the gradient of a class's logit
y with respect to them, dy/dA. They differ in where the gradient is averaged and cut off.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import torch
from torch import Tensor

CamMethod = Literal["grad-cam", "hirescam", "layercam"]


def grad_cam(activations: Tensor, gradient: Tensor) -> Tensor:
    """relu(sum_c mean(dy/dA_c) A_c): one weight a channel, the gradient's mean over its places.

    Selvaraju et al. 2017 (arXiv 1610.02391), equations 1 and 2. (C, rows, columns) twice to (rows,
    columns).
    """
    weights = gradient.mean((1, 2), keepdim=True)  # (C, 1, 1)
    return (weights * activations).sum(0).relu()


def hirescam(activations: Tensor, gradient: Tensor) -> Tensor:
    """sum_c dy/dA_c A_c, place by place, with its sign: what speaks against the class is negative.

    Draelos and Carin 2020 (arXiv 2011.08891). Where a mean over all places and one
    linear layer follow, it sums to the logit less its bias. Shapes as in `grad_cam`.
    """
    return (gradient * activations).sum(0)


def layercam(activations: Tensor, gradient: Tensor) -> Tensor:
    """relu(sum_c relu(dy/dA_c) A_c): only what would raise the logit, place by place.

    Jiang et al. 2021 (IEEE Transactions on Image Processing 30): of use in early layers, whose
    gradients differ from place to place. Shapes as in `grad_cam`.
    """
    return (gradient.relu() * activations).sum(0).relu()


METHODS: Mapping[CamMethod, Callable[[Tensor, Tensor], Tensor]] = {
    "grad-cam": grad_cam,
    "hirescam": hirescam,
    "layercam": layercam,
}


def gradient_of(activations: Tensor, rest: Callable[[Tensor], Tensor], number: int) -> Tensor:
    """dy/dA of a class's logit: `rest` makes logits (1, classes) of activations (1, C, rows,
    columns), of whose shape the gradient is.
    """
    with torch.inference_mode(False), torch.enable_grad():
        leaf = activations.clone().requires_grad_()
        logit = rest(leaf)[0, number]
        return torch.autograd.grad(logit, leaf)[0]
