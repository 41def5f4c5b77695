"""Where a trained decoder decides, some of the extra weight of rare classes is undone.

A class that counts w times in the loss is said with w times its odds. That helps to learn it, but
where the likeliest class is taken it is said too often; so the logits lose a share of log w
(Saerens, Latinne and Decaestecker 2002, "Adjusting the outputs of a classifier to new a priori
probabilities", with the whole; Menon et al. 2021, https://arxiv.org/abs/2007.07314, with a share).
A constant by class: it goes into the classifier's bias and costs nothing.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor
from torch.nn import Module

UNDONE = 0.75  # the share; of quarters the best on validation, for each of three U-Nets


@torch.no_grad()
def decided(decoder: Module, weights: Tensor, undone: float = UNDONE) -> Module:
    """A copy whose logits are less by `undone` of the logarithms of the classes' weights."""
    found = copy.deepcopy(decoder).eval()
    found.get_submodule("classifier").get_parameter("bias").sub_(undone * weights.log())
    return found
