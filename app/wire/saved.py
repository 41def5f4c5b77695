"""Saved views of photos, clips and texts: what each holds, and what it opens with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated, Any, Literal

import torch
from pydantic import Field

from foveate.app.wire.base import Sent
from foveate.app.wire.choices import MOST_LETTERS, Choice, Look
from foveate.app.wire.propagation import PropagationRequest
from foveate.app.wire.videos import SpaceTimeChoice
from foveate.app.wire.view import mapped_sites, query_of, site_of
from foveate.models.analysis.spacetime import middle
from foveate.models.attention import QueryKey
from foveate.models.axis import Patches
from foveate.models.errors import InputError
from foveate.models.site import Site, parse_head
from foveate.models.trace import Trace

HALF = 2  # bytes of a float16
Layers = Annotated[
    list[int] | None, Field(min_length=1, max_length=100, fail_fast=True, examples=[[11, 12]])
]
SiteName = Annotated[str | None, Field(max_length=MOST_LETTERS, examples=["encoder.12.self"])]
HeadName = Annotated[str, Field(max_length=MOST_LETTERS, examples=["mean"])]


class SavedPhoto(Look):
    """What is kept of a photo's trace in one HTML file, and how it is looked at when that opens.

    All heads of all layers are kept, in float16, or of those that are named. `layer` is the one
    that is shown first, else the last; `pins` are patches of the grid, "4,7;12,3".
    """

    layers: Annotated[Layers, Field(description="Kept, from 1; else all")] = None
    layer: Annotated[int | None, Field(description="Shown first; else the last")] = None
    head: Annotated[HeadName, Field(description="A number from 0, mean or max")] = "mean"
    query: Annotated[str, Field(max_length=MOST_LETTERS, description="cls or row,column")] = "cls"
    method: Annotated[
        Literal["weights", "rollout", "saliency"], Field(description="What is shown first")
    ] = "weights"
    scale: Annotated[
        Literal["head", "layer", "trace"], Field(description="What lowest and highest are taken of")
    ] = "head"
    grid: Annotated[bool, Field(description="Whether the patches' edges are drawn")] = False
    pins: Annotated[
        str, Field(pattern=r"^(\d{1,3},\d{1,3}(;\d{1,3},\d{1,3}){0,7})?$", description="Patches")
    ] = ""

    def sites(self, trace: Trace) -> list[Site]:
        """What is kept, in order of execution. Raises InputError for a layer that is not there."""
        if all(site.kind == "gate" for site in mapped_sites(trace)):
            raise InputError(f"{trace.model} attends to no patches: a saved view is of that.")
        return _of_layers(trace.sites, self.layers)

    def nbytes(self, trace: Trace) -> int:
        """Of the numbers that are kept, before they are written as text, which adds a third."""
        sites = self.sites(trace)
        tokens = sites[0].query.size  # of rollout, where there is any
        return sum(map(_nbytes, sites)) + HALF * tokens**2

    def view(self, trace: Trace) -> dict[str, Any]:
        """What a saved view opens with, in the words of its script. Raises InputError."""
        site = site_of(trace, Choice(layer=self.layer))
        whole = self.query == "cls"  # the script has another for it, where there is none
        query = 0 if whole else query_of(trace, site, self.query)
        site.weights(parse_head(self.head), query)
        return {
            **{"layer": site.layer, "head": self.head, "query": self.query, "pins": self.pins},
            **{"method": self.method, "scale": self.scale, "grid": self.grid},
            **look_of(self),
        }


class SavedText(Sent):
    """How a text's trace, kept whole, is looked at when the HTML file of it is opened.

    Without a `site` the head that was trained to align is shown, else the last; `query` is a token
    that is looked from, `step` a decoding step from 1 (0 shows all).
    """

    site: Annotated[SiteName, Field(description="Shown first")] = None
    head: Annotated[HeadName, Field(description="A number from 0, mean or max")] = ""
    level: Literal["token", "word"] = "word"
    view: Annotated[Literal["matrix", "ribbons"], Field(description="How it is drawn")] = "matrix"
    query: Annotated[int, Field(ge=-1, le=511, description="A token; -1 for none")] = -1
    step: Annotated[int, Field(ge=0, le=1600, description="A decoding step; 0 for all")] = 0
    threshold: Annotated[float, Field(ge=0, le=1, description="A link from")] = 0.3
    scale: Annotated[Literal["matrix", "one"], Field(description="Highest of it, or 1")] = "matrix"
    colormap: Literal["paper", "viridis", "inferno", "vik", "grey"] = "paper"
    fit: Annotated[bool, Field(description="Whether the whole matrix must be in sight")] = False

    def nbytes(self, trace: Trace) -> int:
        """Of the numbers that are kept, before they are written as text, which adds a third."""
        return sum(map(_nbytes, trace.sites))

    def opening(self, trace: Trace) -> dict[str, Any]:
        """What a saved view opens with, in the words of its script. Raises InputError."""
        if self.site is not None:
            trace.site(self.site).weights(parse_head(self.head or "mean"), 0)
        return self.model_dump() | {
            "site": self.site or "",
            "threshold": round(100 * self.threshold),
        }


class SavedClip(Look, SpaceTimeChoice):
    """What is kept of a clip's trace in one HTML file, and how it is looked at when that is opened.

    All heads of the `layers` are kept, in float16; without them those of the `site`'s layer, and
    without a site of the last. `frame` is shown first, else the query's; `thing` is carried through
    the clip and kept too. Without a `query` the middle of the clip is looked from, until a pointer
    is over another patch.
    """

    layers: Annotated[Layers, Field(description="Kept, from 1; else the site's")] = None
    frame: Annotated[int | None, Field(ge=0, description="Shown first; else the query's")] = None
    thing: Annotated[PropagationRequest | None, Field(description="Carried, and kept too")] = None
    follow: Annotated[
        Literal["stay", "thing"], Field(description="The query stays on its patch, or in the thing")
    ] = "stay"
    scale: Annotated[
        Literal["clip", "frame"], Field(description="Lowest and highest of all frames, or of each")
    ] = "clip"
    grid: Annotated[bool, Field(description="Whether the patches' edges are drawn")] = False

    def sites(self, trace: Trace) -> list[Site]:
        """What is kept, in order of execution. Raises InputError for a layer that is not there."""
        found = [site for site in trace.sites if over_patches(site)]
        if not found:
            raise InputError(
                f"{trace.model} has no attention from patches to patches: a saved view is of that."
            )
        if self.layers is not None:
            return _of_layers(found, self.layers)
        layer = found[-1].layer if self.site is None else trace.site(self.site).layer
        return _of_layers(found, [layer])

    def nbytes(self, trace: Trace) -> int:
        """Of the numbers that are kept, before they are written as text, which adds a third."""
        return sum(map(_nbytes, self.sites(trace)))

    def view(self, trace: Trace) -> dict[str, Any]:
        """What a saved view opens with, in the words of its script. Raises InputError."""
        site = self._shown(trace)
        return {
            **{"site": site.name, "head": self.head, "query": self.query or ""},
            **{"follow": self.follow, "frame": -1 if self.frame is None else self.frame},
            **{"scale": self.scale, "grid": self.grid},
            **look_of(self),
        }

    def _shown(self, trace: Trace) -> Site:
        """The site that is shown first. Raises InputError where it, head or query is not there."""
        kept = {site.name: site for site in self.sites(trace)}
        site = kept.get(self.site or next(reversed(kept)))
        if site is None:
            raise InputError(f"site {self.site} is in none of the layers that are kept.", "site")
        axis = site.query
        index = axis.index(self.query or middle(trace.clip.axis))
        if not isinstance(axis, Patches) or axis.position(index) is None:
            raise InputError(f"query {self.query} is no patch: give frame,row,column.", "query")
        site.weights(parse_head(self.head), index)
        return site


def look_of(look: Look) -> dict[str, Any]:
    """How a heatmap is drawn, in the words of the scripts, which count in percent."""
    return {
        **{"lens": look.lens, "colormap": look.colormap, "smooth": look.smooth},
        **{"opacity": round(100 * look.opacity), "floor": round(100 * look.floor)},
        "keep": round(look.keep),
    }


def _of_layers(sites: Sequence[Site], layers: Collection[int] | None) -> list[Site]:
    """Those of some layers, or all. Raises InputError for a layer that is not there."""
    there = sorted({site.layer for site in sites})
    if not set(layers or ()) <= set(there):
        raise InputError(
            f"layers {sorted(set(layers or ()))} are not all in this trace: choose of {there}.",
            "layers",
        )
    return [site for site in sites if layers is None or site.layer in layers]


def over_patches(site: Site) -> bool:
    """Whether it is attention from the patches of a clip to its patches."""
    axes = site.query, site.key
    return site.kind == "self" and all(isinstance(axis, Patches) for axis in axes)


def in_windows(site: Site) -> bool:
    """Whether queries see the keys of their own windows alone: weights inside them say it all."""
    attention = site.attention
    if not isinstance(attention, QueryKey) or attention.partition is None:
        return False
    return torch.equal(attention.partition.query, attention.partition.key)


def by_query_keys(site: Site) -> bool:
    """Whether queries and keys are all that weights are made of."""
    attention = site.attention
    return site.kind == "self" and isinstance(attention, QueryKey) and not attention.beside


def _nbytes(site: Site) -> int:
    attention, (heads, queries, keys) = site.attention, site.attention.shape
    if isinstance(attention, QueryKey) and by_query_keys(site):
        return HALF * 2 * max(attention.query.numel(), attention.key.numel())
    if isinstance(attention, QueryKey) and in_windows(site):
        inside = attention.query.shape[:3], attention.key.shape[-2]
        return HALF * int(inside[0].numel()) * inside[1]
    return HALF * heads * queries * keys
