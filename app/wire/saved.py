"""A clip's saved view: which layers it holds, and what it opens with."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from foveate.app.wire.choices import Look
from foveate.app.wire.propagation import PropagationRequest
from foveate.app.wire.videos import SpaceTimeChoice
from foveate.models.analysis.spacetime import middle
from foveate.models.attention import QueryKey
from foveate.models.axis import Patches
from foveate.models.errors import InputError
from foveate.models.site import Site, parse_head
from foveate.models.trace import Trace

HALF = 2  # bytes of a float16


class SavedClip(Look, SpaceTimeChoice):
    """What is kept of a clip's trace in one HTML file, and how it is looked at when that is opened.

    All heads of the `layers` are kept, in float16; without them those of the `site`'s layer, and
    without a site of the last. `frame` is shown first, else the query's; `thing` is carried through
    the clip and kept too. Without a `query` the middle of the clip is looked from, until a pointer
    is over another patch.
    """

    layers: Annotated[
        list[int] | None,
        Field(description="From 1; else the site's", min_length=1, max_length=100, examples=[[12]]),
    ] = None
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
        there = sorted({site.layer for site in found})
        if self.layers is None:
            last = found[-1].layer
            wanted = {last if self.site is None else trace.site(self.site).layer}
        else:
            wanted = set(self.layers)
        if not wanted <= set(there):
            raise InputError(
                f"layers {sorted(wanted)} are not all in this trace: choose of {there}.", "layers"
            )
        return [site for site in found if site.layer in wanted]

    def nbytes(self, trace: Trace) -> int:
        """Of the numbers that are kept, before they are written as text, which adds a third."""
        return sum(map(_nbytes, self.sites(trace)))

    def view(self, trace: Trace) -> dict[str, Any]:
        """What a saved view opens with, in the words of its script. Raises InputError."""
        site = self._shown(trace)
        return {
            **{"site": site.name, "head": self.head, "query": self.query or ""},
            **{"follow": self.follow, "frame": -1 if self.frame is None else self.frame},
            **{"lens": self.lens, "colormap": self.colormap, "scale": self.scale},
            **{"opacity": round(100 * self.opacity), "floor": round(100 * self.floor)},
            **{"keep": round(self.keep), "smooth": self.smooth, "grid": self.grid},
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


def over_patches(site: Site) -> bool:
    """Whether it is attention from the patches of a clip to its patches."""
    axes = site.query, site.key
    return site.kind == "self" and all(isinstance(axis, Patches) for axis in axes)


def _nbytes(site: Site) -> int:
    attention, (heads, queries, keys) = site.attention, site.attention.shape
    if not isinstance(attention, QueryKey):
        return HALF * heads * queries * keys
    if attention.partition is None:
        return HALF * 2 * attention.query.numel()
    inside = attention.query.shape[:3], attention.key.shape[-2]
    return HALF * int(inside[0].numel()) * inside[1]
