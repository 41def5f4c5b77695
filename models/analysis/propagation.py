"""Label propagation: a mask in one frame of a clip, carried to the others by what patches resemble.

The protocol is that of DINO's authors (Caron et al. 2021, section 4.2.2, after Jabri et al. 2020):
every patch takes the labels of those patches of earlier frames that are most like it. Axis sizes in
comments: F frames, N patches a frame, C frames of context, H heads, D width.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, Protocol

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from foveate.models.attention import QueryKey
from foveate.models.axis import Grid, Patches
from foveate.models.errors import InputError
from foveate.models.interruption import step
from foveate.models.site import Site
from foveate.models.trace import Trace

By = Literal["keys", "features", "attention"]
FEATURES: Final = "features"


@dataclass(frozen=True, slots=True)
class Carrying:
    """How a mask is carried: the defaults are those of DINO's authors.

    A patch looks at the labelled frame and at the last `context` frames, there at patches no more
    than `radius` rows or columns away, and takes the labels of the `top` most alike of them all,
    weighted by exp(cosine / `temperature`).
    """

    context: int = 7
    radius: int = 12
    top: int = 5
    temperature: float = 0.1


class Likeness(Protocol):
    """What tells how much the patches of one frame are like those of others."""

    def scores(self, frame: int, context: list[int], near: Tensor) -> Tensor:
        """(N, C, N), the more the liker, and less than any other where `near` (N, N) is False."""

    def weights(self, scores: Tensor) -> Tensor:
        """What scores weigh, not negative; 0 for what is not near."""


@dataclass(frozen=True, slots=True, eq=False)
class ByCosine:
    """Cosines of one vector a patch, `vectors` (F, N, D): its features, or its keys."""

    vectors: Tensor
    temperature: float

    def scores(self, frame: int, context: list[int], near: Tensor) -> Tensor:
        keys = F.normalize(self.vectors[context].float(), dim=-1).flatten(0, 1)  # (C * N, D)
        query = F.normalize(self.vectors[frame].float(), dim=-1)
        cosine = (query @ keys.T).view(len(query), len(context), -1)  # (N, C, N)
        return cosine.masked_fill_(~near[:, None], float("-inf"))

    def weights(self, scores: Tensor) -> Tensor:
        return (scores / self.temperature).exp()


@dataclass(frozen=True, slots=True, eq=False)
class ByAttention:
    """One layer's queries of a frame on its keys of others: the mean over heads of their softmax.

    `patches` is where on the axis the patches of the frames are.
    """

    attention: QueryKey
    frames: int
    patches: slice

    def scores(self, frame: int, context: list[int], near: Tensor) -> Tensor:
        query, key = (
            part[:, self.patches].reshape(len(part), self.frames, -1, part.shape[2])
            for part in (self.attention.query, self.attention.keys())
        )  # (H, F, N, D)
        whole = torch.zeros(query.shape[2], len(context), query.shape[2])
        far = ~near[:, None].expand_as(whole)
        for q, k in zip(query[:, frame].float(), key[:, context].float(), strict=True):
            scores = (q @ k.flatten(0, 1).T * self.attention.scale).view_as(whole)
            whole += scores.masked_fill_(far, float("-inf")).flatten(1).softmax(1).view_as(whole)
        return whole / len(query)

    def weights(self, scores: Tensor) -> Tensor:
        return scores


def likeness_of(trace: Trace, by: By, site: Site, temperature: float) -> Likeness:
    """What the patches of a clip are compared by: cosines of the model's features, cosines of the
    keys of `site` (its heads joined), or its attention. Raises InputError where there are none.
    """
    if by == FEATURES:
        return ByCosine(features_of(trace), temperature)
    if not looks_everywhere(site):
        raise InputError(
            f"site {site.name} does not look at all frames by queries and keys alone: give "
            "by=features, or another site.",
            "site",
        )
    axis, held = trace.clip.axis, site.query_key
    if by == "attention":
        return ByAttention(held, axis.frames, axis.patches)
    keys = held.keys()[:, axis.patches].transpose(0, 1)  # (F * N, H, D)
    return ByCosine(keys.reshape(axis.frames, axis.grid.size, -1), temperature)


def looks_everywhere(site: Site) -> bool:
    """Whether every patch of a clip has a query and a key there, and all see all of them."""
    held = site.attention
    plain = isinstance(held, QueryKey) and not held.beside
    return plain and isinstance(site.key, Patches) and site.key == site.query


def features_of(trace: Trace) -> Tensor:
    """The last layer's patch tokens (F, N, D). Raises InputError where the model shows none."""
    if FEATURES not in trace.outputs:
        raise InputError(f"{trace.model} shows no features: give by=keys and a mask.", "by")
    axis = trace.clip.axis
    return trace.outputs[FEATURES].value().view(axis.frames, axis.grid.size, -1)


def propagate(likeness: Likeness, mask: Tensor, frame: int, frames: int, how: Carrying) -> Tensor:
    """A soft mask (rows, columns) of one frame carried forwards and backwards: (F, rows, columns).

    Values are 0 to 1; those of the frame itself are as given. It may be stopped before each frame.
    """
    rows, columns = mask.shape
    near = neighbours(rows, columns, how.radius)
    found = torch.zeros(frames, rows * columns)
    found[frame] = mask.flatten()
    for target, context in _order(frame, frames, how.context):
        step()
        scores = likeness.scores(target, context, near).flatten(1)  # (N, C * N)
        best = scores.topk(min(how.top, scores.shape[1]), dim=1)
        share = likeness.weights(best.values)
        share /= share.sum(1, keepdim=True).clamp_min(1e-12)
        labels = found[context].flatten()  # (C * N,)
        found[target] = (share * labels[best.indices]).sum(1)
    return found.view(frames, rows, columns)


def _order(frame: int, frames: int, context: int) -> Iterator[tuple[int, list[int]]]:
    """Frames after the labelled one, then those before it, each with its context: the labelled one
    and the last that were done.
    """
    for way in (1, -1):
        done = [frame]
        last = frames if way > 0 else -1
        for target in range(frame + way, last, way):
            yield target, list(dict.fromkeys([frame, *done[-context:]] if context else [frame]))
            done.append(target)


def neighbours(rows: int, columns: int, radius: int) -> Tensor:
    """Which patches are no more than so many rows and columns apart: (N, N)."""
    row, column = torch.arange(rows), torch.arange(columns)
    near_rows = (row[:, None] - row).abs() <= radius
    near_columns = (column[:, None] - column).abs() <= radius
    return torch.kron(near_rows.byte(), near_columns.byte()).bool()


def region(features: Tensor, grid: Grid, row: int, column: int, similarity: float) -> Tensor:
    """The patches around one that are like it: a mask (rows, columns) of 0 and 1.

    Grown from the patch at `row`, `column` over neighbours (of four) whose `features` (N, D) have a
    cosine of `similarity` with its own. Raises InputError for a patch that is not there.
    """
    if not (0 <= row < grid.rows and 0 <= column < grid.columns):
        raise InputError(
            f"there is no patch {row},{column}: give '0,0' to "
            f"'{grid.rows - 1},{grid.columns - 1}'.",
            "click",
        )
    alike = F.normalize(features.float(), dim=-1)
    cosine = (alike @ alike[row * grid.columns + column]).view(grid.rows, grid.columns)
    like = cosine >= similarity
    grown = torch.zeros_like(like)
    grown[row, column] = True
    while True:
        wider = _spread(grown) & like | grown
        if torch.equal(wider, grown):
            return grown.float()
        grown = wider


def _spread(mask: Tensor) -> Tensor:
    """The mask with the neighbours above, below and beside it."""
    padded = F.pad(mask, (1, 1, 1, 1))
    up, down = padded[:-2, 1:-1], padded[2:, 1:-1]
    return mask | up | down | padded[1:-1, :-2] | padded[1:-1, 2:]


def thresholds(soft: Tensor, least: float = 0.0) -> Tensor:
    """Where the soft mask of each frame is parted: (F,).

    At the middle between its lowest and highest value, as by DINO's authors: each label is brought
    to 0..1 and the greater one taken. Where no value is over `least` the thing is not there, and
    nothing is above 1.
    """
    flat = soft.flatten(1)
    low, high = flat.amin(1), flat.amax(1)
    return torch.where(high > least, (low + high) / 2, 1.0)


def sharp(soft: Tensor, size: tuple[int, int], least: float = 0.0) -> Tensor:
    """Soft masks (F, rows, columns) as masks of pixels (F, height, width), True where the thing is:
    what is above the threshold of its frame, between patches bilinear.
    """
    fine = F.interpolate(soft[:, None], size, mode="bilinear", align_corners=False)[:, 0]
    return fine > thresholds(soft, least)[:, None, None]
