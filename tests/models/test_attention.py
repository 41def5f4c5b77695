"""What a site holds, against the plain definitions: windows, weights and gates."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from foveate.models.analysis.rollout import rollout
from foveate.models.analysis.statistics import head_statistics
from foveate.models.analysis.steps import steps
from foveate.models.attention import ALL, Gate, Partition, QueryKey, Values, Weights
from foveate.models.axis import Channels, Crop, Grid, Patches, Tokens
from foveate.models.errors import InputError, Unrecordable
from foveate.models.site import Site
from foveate.models.trace import PhotoFrame, Trace

GRID = Grid(4, 4, 8)
AXIS = Patches(GRID)


def windows(side: int = 2, shift: int = 0) -> Tensor:
    """Numbers of a 4 x 4 grid's patches by window, rolled as Swin rolls them: (W, side * side)."""
    numbers = torch.arange(16).reshape(4, 4).roll((-shift, -shift), (0, 1))
    parts = numbers.reshape(4 // side, side, 4 // side, side).transpose(1, 2)
    return parts.reshape(-1, side * side)


def windowed(heads: int = 2, bias: bool = False, shift: int = 0) -> QueryKey:
    places = windows(shift=shift)
    q, k = torch.randn(2, 4, heads, 4, 8)
    added = torch.randn(1, heads, 4, 4) if bias else None
    return QueryKey(q, k, 8**-0.5, added, partition=Partition(places, places, 16, 16))


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("shift", [0, 1])
def test_a_query_of_a_window_sees_its_window_alone(bias: bool, shift: int) -> None:
    found = windowed(bias=bias, shift=shift)
    expected = torch.zeros(2, 16, 16)
    for number, places in enumerate(windows(shift=shift)):
        scores = found.query[number] @ found.key[number].mT * found.scale
        if found.bias is not None:
            scores = scores + found.bias[0]
        for row, place in enumerate(places):
            expected[:, place, places] = scores.softmax(-1)[:, row]
    torch.testing.assert_close(found.rows(), expected)
    torch.testing.assert_close(found.rows(slice(1, 2), slice(5, 9)), expected[1:2, 5:9])
    torch.testing.assert_close(expected.sum(-1), torch.ones(2, 16))


def test_every_window_is_kept_and_counted() -> None:
    found = windowed()
    assert found.shape == (2, 16, 16)
    site = Site("stage1.1.self", "self", 1, AXIS, AXIS, found)
    assert site.weights("mean").shape == (16, 16)
    assert found.nbytes == found.query.nbytes + found.key.nbytes + 2 * 16 * 8


def test_padding_has_no_place_and_keeps_its_weight_to_itself() -> None:
    places = torch.tensor([[0, 1], [2, -1]])
    q = torch.zeros(2, 1, 2, 4)
    found = QueryKey(q, q, 1.0, partition=Partition(places, places, 3, 3)).rows()
    expected = torch.tensor([[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 0.5]])
    torch.testing.assert_close(found[0], expected)


def test_padding_with_an_entry_of_its_own_is_a_key_like_others() -> None:
    places, keys = torch.tensor([[0, 1, 2], [3, -1, -1]]), torch.tensor([[0, 1, 2], [3, 4, 4]])
    partition = Partition(places, keys, 4, 5)
    q, k = torch.randn(2, 2, 1, 3, 4)
    found = QueryKey(q, k, 1.0, partition=partition).rows()
    alone = (q[1, 0, 0] @ k[1, 0].mT).softmax(-1)
    expected = torch.tensor([0, 0, 0, alone[0], alone[1] + alone[2]])
    torch.testing.assert_close(found[0, 3], expected)
    weights = Weights((q @ k.mT).softmax(-1), partition)
    torch.testing.assert_close(weights.rows(), found)
    assert weights.shape == (1, 4, 5)
    assert weights.nbytes == 2 * 9 * 4 + partition.nbytes


@pytest.mark.parametrize("heavy", [0, 1])
def test_statistics_of_windows_are_those_of_whole_rows(heavy: int) -> None:
    places = windows(side=2, shift=1)
    partition = Partition(places, places.where(places != 5 * heavy, 16), 16, 17)
    q, k, bias = torch.randn(4, 2, 4, 8), torch.randn(4, 2, 4, 8), torch.randn(4, 2, 4, 4)
    held = QueryKey(q, k, 1.0, bias, partition=partition)
    whole = Weights(held.rows())
    key = Patches(AXIS.grid, suffix=("padding",))
    for one, other in zip(
        *(head_statistics(Site("a.1.self", "self", 1, AXIS, key, each)) for each in (held, whole)),
        strict=True,
    ):
        assert one.entropy == pytest.approx(other.entropy, abs=1e-5)
        assert one.distance == pytest.approx(other.distance, abs=1e-4)


def test_keys_may_be_in_several_windows_and_queries_in_one() -> None:
    query, key = torch.tensor([[0, 1], [2, 3]]), torch.tensor([[0], [0]])
    q, k = torch.randn(2, 1, 2, 4), torch.randn(2, 1, 1, 4)
    found = QueryKey(q, k, 1.0, partition=Partition(query, key, 4, 1))
    assert torch.equal(found.rows(), torch.ones(1, 4, 1))
    with pytest.raises(ValueError, match="every query into exactly one window"):
        Partition(torch.tensor([[0, 1], [1, 2]]), key, 4, 1)


def test_what_needs_plain_queries_and_keys_is_refused_to_windows() -> None:
    site = Site("stage1.1.self", "self", 1, AXIS, AXIS, windowed())
    with pytest.raises(InputError, match="attends in windows"):
        steps(site, 0, 0, Values(torch.zeros(2, 16, 8), torch.zeros(8, 16), None))
    assert site.query_key.beside == "attends in windows"


def gate(channels: int = 6) -> Site:
    values = torch.rand(1, 1, channels)
    return Site("stage3.2.channel", "gate", 3, Tokens(("image",)), Channels(channels), Gate(values))


def test_a_gate_has_a_scale_of_its_own_and_no_entropy() -> None:
    site = gate()
    assert (site.attention.normalised, site.attention.bounds) == (False, (0.0, 1.0))
    assert site.attention.neutral() == 0.5
    assert torch.equal(site.weights(0, 0), site.attention.rows(ALL, ALL)[0, 0])
    with pytest.raises(InputError, match="is a gate: its values need not sum to 1"):
        head_statistics(site)
    with pytest.raises(InputError, match="has a gate and no queries and keys"):
        _ = site.query_key


def test_a_gate_among_layers_of_attention_does_not_disturb_them() -> None:
    q, k = torch.randn(2, 2, 16, 8)
    attended = Site("stage3.2.self", "self", 3, AXIS, AXIS, QueryKey(q, k, 1.0))
    trace = Trace("cbam", PhotoFrame(AXIS, Crop(0, 0, 32, 32)), (gate(), attended))
    assert trace.layer(3) is attended
    assert trace.layer(3, "gate").key == Channels(6)
    expected = 0.5 * torch.eye(16)[3] + 0.5 * attended.weights("mean")[3]
    torch.testing.assert_close(rollout(trace, 3), expected)


def test_the_neutral_weight_is_an_even_share_of_the_keys() -> None:
    q = torch.randn(1, 3, 4)
    assert QueryKey(q, torch.randn(1, 5, 4), 1.0).neutral() == 1 / 5
    assert windowed().neutral() == 1 / 16
    assert Weights(torch.rand(1, 2, 4)).neutral() == 1 / 4


def test_an_attention_that_does_not_fit_its_axes_makes_no_site() -> None:
    q, k = torch.randn(1, 16, 4), torch.randn(1, 49, 4)
    with pytest.raises(Unrecordable, match="16 queries and 49 keys, .* 16 patch and 16 patch"):
        Site("stage1.1.self", "self", 1, AXIS, AXIS, QueryKey(q, k, 1.0))
