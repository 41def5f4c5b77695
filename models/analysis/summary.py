"""What a site gave to each of its keys, over all heads and queries: one row to draw or to judge."""

from __future__ import annotations

from torch import Tensor

from foveate.models.axis import Branches
from foveate.models.site import Site


def summary(site: Site) -> Tensor:
    """Of weights their mean over heads and queries (S,): what each place has of the whole. Of a
    gate its values (S,). Of branches the weights of every channel (channels, branches).
    """
    if isinstance(site.key, Branches):
        return site.weights().mean(0)
    total = sum(part.sum((0, 1)) for part in site.chunks())
    assert isinstance(total, Tensor)
    return total / (site.heads * site.query.size)
