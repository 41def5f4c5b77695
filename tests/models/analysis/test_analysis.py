"""What is read off a trace, against the plain definitions."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from foveate.models.analysis.heatmap import heatmap, kept, query_heatmaps
from foveate.models.analysis.rollout import chain, rollout
from foveate.models.analysis.statistics import entropy_bits, head_statistics
from foveate.models.attention import QueryKey
from foveate.models.axis import Crop, Grid, Patches, Tokens
from foveate.models.errors import InputError, NoAttention
from foveate.models.inputs.photo import Photo
from foveate.models.site import Site
from foveate.models.trace import PhotoFrame, Trace
from foveate.models.zoo.image.dinov2 import Dinov2

GRID = Grid(3, 4, 14)
AXIS = Patches(GRID, ("cls",))
FRAME = PhotoFrame(AXIS, Crop(0, 0, 56, 42))


def random_site(layer: int, sharpness: float = 1.0) -> Site:
    q, k = torch.randn(2, 13, 8) * sharpness, torch.randn(2, 13, 8)
    return Site(f"encoder.{layer}.self", "self", layer, AXIS, AXIS, QueryKey(q, k, 8**-0.5))


def causal_site(layer: int, axis: Tokens) -> Site:
    q, k = torch.randn(2, axis.size, 8), torch.randn(2, axis.size, 8)
    held = QueryKey(q, k, 8**-0.5, causal=True)
    return Site(f"decoder.{layer}.self", "self", layer, axis, axis, held)


def test_a_heatmap_is_the_patches_row_by_row() -> None:
    weights = torch.arange(13.0)
    assert torch.equal(heatmap(weights, AXIS), torch.arange(1.0, 13.0).reshape(3, 4))
    with pytest.raises(InputError, match="these are tokens"):
        heatmap(weights, Tokens(("a",) * 13))


def test_query_heatmaps_are_heads_then_mean_then_maximum() -> None:
    site = random_site(1)
    maps = query_heatmaps(site, 3)
    assert maps.shape == (4, 3, 4)
    for index, head in enumerate((0, 1, "mean", "max")):
        torch.testing.assert_close(maps[index], heatmap(site.weights(head, 3), AXIS))


@pytest.mark.parametrize("query", [0, 7])
def test_rollout_of_one_query_is_a_row_of_the_whole_product(query: int) -> None:
    trace = Trace("vit", FRAME, tuple(random_site(layer) for layer in (1, 2, 3)))
    product: Tensor = torch.eye(13)
    for site in trace.sites:
        product = (0.5 * torch.eye(13) + 0.5 * site.weights("mean")) @ product
    torch.testing.assert_close(rollout(trace, query), product[query])


def test_rollout_on_a_photo_sums_to_one(dinov2: Dinov2, cat: Photo) -> None:
    share = rollout(dinov2.trace(cat, 224), 0)
    assert share.sum() == pytest.approx(1, abs=1e-4)
    assert share.min() >= 0


def test_rollout_of_what_is_not_there() -> None:
    with pytest.raises(InputError, match="query 13 .* 0 to 12"):
        rollout(Trace("vit", FRAME, (random_site(1),)), 13)
    with pytest.raises(NoAttention, match="vit has no attention"):
        rollout(Trace("vit", FRAME, ()), 0)
    cross = Site("decoder.1.cross", "cross", 1, AXIS, AXIS, random_site(1).attention)
    with pytest.raises(InputError, match="needs self-attention; additive has none"):
        rollout(Trace("additive", FRAME, (cross,)), 0)


@pytest.mark.parametrize("target", [9, 13])
def test_rollout_is_of_one_stack_and_never_multiplies_two_together(target: int) -> None:
    written = Tokens(tuple("abcdefghijklm"[:target]))
    encoder = tuple(random_site(layer) for layer in (1, 2))
    decoder = tuple(causal_site(layer, written) for layer in (1, 2))
    trace = Trace("transformer", FRAME, encoder + decoder)
    for stack, own in (("encoder", encoder), ("decoder", decoder)):
        alone = rollout(Trace("alone", FRAME, own), 5)
        assert torch.equal(rollout(trace, 5, stack), alone)
        assert alone.sum() == pytest.approx(1, abs=1e-5)
        assert chain(trace, stack) == own
    assert not rollout(trace, 5, "decoder")[6:].any()  # a decoder sees what it has written
    with pytest.raises(InputError, match=r"2 stacks .*: give stack=encoder or stack=decoder") as e:
        rollout(trace, 5)
    assert e.value.parameter == "stack"
    with pytest.raises(InputError, match="stack 'middle' is not .*: it has encoder, decoder"):
        rollout(trace, 5, "middle")


def test_a_layer_is_of_one_stack() -> None:
    written = Tokens(tuple("abcd"))
    sites = (random_site(1), random_site(2), causal_site(1, written))
    trace = Trace("transformer", FRAME, sites)
    assert trace.layer(1, stack="encoder") is sites[0]
    assert trace.layer(1, stack="decoder") is sites[2]
    with pytest.raises(InputError, match="give stack=encoder or stack=decoder"):
        trace.layer(1)
    with pytest.raises(InputError, match="layer 2 .* from 1 to 1"):
        trace.layer(2, stack="decoder")
    found = {s.stack for site in sites for s in head_statistics(site)}
    assert found == {"encoder", "decoder"}


def test_the_stages_of_one_backbone_are_one_stack() -> None:
    attention = random_site(1).attention
    stages = [Site(f"stage{n}.{n}.self", "self", n, AXIS, AXIS, attention) for n in (1, 2)]
    assert [site.stack for site in stages] == ["stage", "stage"]
    assert chain(Trace("swin", FRAME, tuple(stages))) == tuple(stages)


def test_entropy_runs_from_none_to_that_of_an_even_spread() -> None:
    assert entropy_bits(torch.tensor([1.0, 0, 0])) == 0
    assert entropy_bits(torch.full((8,), 1 / 8)) == pytest.approx(3)


def test_head_statistics_equal_the_plain_definition() -> None:
    site = random_site(4, sharpness=3.0)
    weights = site.weights()[:, 1:, 1:]  # patches to patches
    weights = weights / weights.sum(-1, keepdim=True)
    places = [(14 * (i // 4), 14 * (i % 4)) for i in range(12)]
    apart = torch.tensor([[math.dist(a, b) for b in places] for a in places])
    found = head_statistics(site)
    assert [(s.site, s.layer, s.head) for s in found] == [
        ("encoder.4.self", 4, 0),
        ("encoder.4.self", 4, 1),
    ]
    for s in found:
        assert s.distance == pytest.approx(
            float((weights[s.head] * apart).sum(-1).mean()), rel=1e-4
        )
        rows = entropy_bits(site.weights(s.head))[1:]
        assert s.entropy == pytest.approx(float(rows.mean()), rel=1e-4)


def test_a_head_that_looks_at_itself_alone_has_no_distance() -> None:
    eye = torch.eye(13)[None] * 100
    site = Site("encoder.1.self", "self", 1, AXIS, AXIS, QueryKey(eye, eye, 1.0))
    assert head_statistics(site)[0].distance == pytest.approx(0, abs=1e-4)


def test_kept_is_the_fewest_patches_that_hold_the_share() -> None:
    weights = torch.tensor([[0.1, 0.4], [0.1, 0.4]])
    assert kept(weights, 0.4).tolist() == [[False, True], [False, False]]
    assert kept(weights, 0.41).tolist() == [[False, True], [False, True]]
    assert kept(weights, 0.9).tolist() == [[True, True], [False, True]]
    assert kept(weights, 1).all()
    with pytest.raises(InputError, match="keep 0 is out of range"):
        kept(weights, 0)
