"""Weights over a patch axis laid out on its grid, and the patches that hold most of them."""

from __future__ import annotations

import torch
from torch import Tensor

from foveate.models.axis import Axis, Grid, Patches
from foveate.models.errors import InputError
from foveate.models.site import Site


def heatmap(weights: Tensor, axis: Axis) -> Tensor:
    """Weights (..., S) over a patch axis laid out on its grid, what is no patch left out.

    Returns (..., rows, columns), of several frames (..., F, rows, columns). Raises InputError where
    the keys are no patches.
    """
    found = patches_of(axis)
    patches = weights[..., found.patches]
    shape = found.frames, found.grid.rows, found.grid.columns
    whole = patches.reshape(*patches.shape[:-1], *shape)
    return whole.squeeze(-3) if found.frames == 1 else whole


def patches_of(axis: Axis) -> Patches:
    """The axis, which must be one of patches. Raises InputError."""
    if isinstance(axis, Patches):
        return axis
    plural = {"token": "tokens", "channel": "channels", "branch": "branches"}[axis.kind]
    raise InputError(f"a heatmap needs keys that are patches; these are {plural}.", "site")


def query_heatmaps(site: Site, query: int) -> Tensor:
    """What one query sees: heatmaps of every head, then their mean, then their maximum.

    Returns (H + 2, rows, columns).
    """
    weights = site.weights(query=query)  # (H, S)
    both = torch.stack([weights.mean(0), weights.amax(0)])
    return heatmap(torch.cat([weights, both]), site.key)


def by_patch(values: Tensor, grid: Grid) -> Tensor:
    """The mean of a patch's pixels: (rows * side, columns * side) -> (rows, columns)."""
    return values.reshape(grid.rows, -1, grid.columns, values.shape[1] // grid.columns).mean((1, 3))


def kept(weights: Tensor, share: float) -> Tensor:
    """The fewest entries that together hold `share` (0 to 1) of the weight, as a mask.

    Works over all axes of `weights`; ties go to the earlier entry. At least one entry is kept.
    """
    if not 0 < share <= 1:
        raise InputError(f"keep {share * 100:g} is out of range: give 1 to 100 percent.", "keep")
    flat = weights.flatten()
    order = flat.argsort(descending=True, stable=True)
    total = flat[order].double().cumsum(0)
    count = int((total < share * total[-1] * (1 - 1e-9)).sum()) + 1
    mask = torch.zeros_like(flat, dtype=torch.bool)
    mask[order[:count]] = True
    return mask.reshape(weights.shape)
