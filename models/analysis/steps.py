"""One query of one head from its scores to the layer's output, step by step."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from foveate.models.attention import Values
from foveate.models.errors import InputError
from foveate.models.site import Site
from foveate.models.trace import finite


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """One query of one head, step by step (Vaswani et al. 2017, equation 1), in float32.

    `query` (D); `keys` and `values` (S, D); `scores` = keys . query, `scaled` = scores * scale with
    mask and bias, `weights` = softmax(scaled) (S each); `weighted_sum` = weights . values (D);
    `output` (width): what this head alone adds; `layer_output` (width): all heads and the bias.
    """

    query: Tensor
    keys: Tensor
    scores: Tensor
    scale: float
    scaled: Tensor
    weights: Tensor
    values: Tensor
    weighted_sum: Tensor
    output: Tensor
    layer_output: Tensor


def check_stepwise(site: Site) -> None:
    """Raises InputError for a site that cannot be gone through step by step, whoever made it."""
    if site.query_key.partition is not None:
        raise InputError(f"site {site.name} attends in windows: it has no steps here.", "site")


def steps(site: Site, head: int, query: int, values: Values) -> Steps:
    """The numbers of one query and head. Raises InputError where the site has no Q and K, NotFinite
    where its values are.
    """
    check_stepwise(site)
    finite(values.value, f"values at {site.name}")
    found = site.query_key
    weights = site.weights(query=query)  # (H, S)
    chosen = site.weights(head, query)
    q, keys = found.query[head, query].float(), found.keys()[head].float()
    scores = keys @ q
    sums = (weights[:, None] @ values.value)[:, 0]  # (H, 1, S) x (H, S, D) -> (H, D)
    width = sums.shape[1]
    output = values.weight[:, head * width : (head + 1) * width] @ sums[head]
    layer_output = values.weight @ sums.flatten()
    if values.bias is not None:
        layer_output = layer_output + values.bias
    finite(layer_output, f"what comes out at {site.name}")
    return Steps(
        q,
        keys,
        scores,
        found.scale,
        found.scaled(slice(head, head + 1), slice(query, query + 1))[0, 0],
        chosen,
        values.value[head],
        sums[head],
        output,
        layer_output,
    )
