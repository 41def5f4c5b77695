"""What a patch of a clip sees: where in every frame, and when.

Axis sizes in comments: H heads, T queries, F frames (or tubelets).
"""

from __future__ import annotations

import torch
from torch import Tensor

from foveate.models.analysis.heatmap import patches_of
from foveate.models.axis import Patches
from foveate.models.site import Head, Site


def space_time(site: Site, head: Head, query: int) -> Tensor:
    """One query's weights on the patches of all frames: (F, rows, columns).

    They sum to 1 where every key is a patch: what goes to a class token is left out. Raises
    InputError for a head or query that is not there.
    """
    return _laid(site.weights(head, query), patches_of(site.key))


def when(site: Site, query: int) -> Tensor:
    """How much of one query's weight falls on each frame: (H + 1, F), the heads, then their mean.

    Raises InputError for a query that is not there.
    """
    weights = site.weights(query=query)  # (H, S)
    by_frame = _laid(weights, patches_of(site.key)).sum((-2, -1))  # (H, F)
    return torch.cat([by_frame, by_frame.mean(0, keepdim=True)])


def usual_query(site: Site) -> str:
    """The query that a site is looked at from before anybody has chosen: the patch in the middle of
    the clip, or the only one there is.
    """
    return middle(site.query) if isinstance(site.query, Patches) else site.query.place(0)


def middle(axis: Patches) -> str:
    """The name of the patch in the middle of the middle frame."""
    grid = axis.grid
    return f"{axis.frames // 2},{grid.rows // 2},{grid.columns // 2}"


def _laid(weights: Tensor, axis: Patches) -> Tensor:
    """Weights (..., S) as (..., F, rows, columns)."""
    shape = axis.frames, axis.grid.rows, axis.grid.columns
    return weights[..., axis.patches].reshape(*weights.shape[:-1], *shape)
