"""Sites, traces and what callers may ask of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from foveate.models.attention import QueryKey, Weights
from foveate.models.axis import Crop, Grid, Patches
from foveate.models.errors import InputError
from foveate.models.site import Site, parse_head
from foveate.models.trace import Deferred, PhotoFrame, Trace

GRID = Grid(3, 4, 14)
AXIS = Patches(GRID, ("cls",))
FRAME = PhotoFrame(AXIS, Crop(0, 0, 56, 42))


def site(layer: int = 1, heads: int = 2) -> Site:
    recorded = QueryKey(torch.randn(heads, 13, 8), torch.randn(heads, 13, 8), 8**-0.5)
    return Site(f"encoder.{layer}.self", "self", layer, AXIS, AXIS, recorded)


def test_weights_are_softmax_of_scaled_scores() -> None:
    found = site()
    q, k = found.query_key.query, found.query_key.key
    expected = (q @ k.mT / 8**0.5).softmax(-1)
    torch.testing.assert_close(found.weights(), expected)
    torch.testing.assert_close(found.weights(head=1), expected[1])
    torch.testing.assert_close(found.weights(query=5), expected[:, 5])
    torch.testing.assert_close(found.weights("mean", 5), expected[:, 5].mean(0))
    torch.testing.assert_close(found.weights("max"), expected.amax(0))


def test_chunks_are_the_whole_in_parts() -> None:
    found = site()
    parts = torch.cat(list(found.chunks(size=5)), dim=1)
    torch.testing.assert_close(parts, found.weights())
    rest = torch.cat(list(found.chunks(slice(4, None), size=5)), dim=1)
    torch.testing.assert_close(rest, found.weights()[:, 4:])


def test_given_weights_are_returned_as_they_are() -> None:
    weights = torch.rand(2, 13, 13)
    found = Site("decoder.1.cross", "cross", 1, AXIS, AXIS, Weights(weights))
    assert torch.equal(found.weights(1, 3), weights[1, 3])
    assert found.nbytes == weights.nbytes


def test_a_bias_and_the_future_change_the_weights() -> None:
    q, k = torch.randn(1, 4, 8), torch.randn(1, 4, 8)
    bias = torch.zeros(1, 1, 4)
    bias[..., 2] = -1e9
    assert QueryKey(q, k, 1.0, bias).rows(slice(None), slice(None))[..., 2].max() == 0
    causal = QueryKey(q, k, 1.0, causal=True).rows(slice(None), slice(None))
    assert torch.equal(causal, causal.tril())
    last = QueryKey(q, k, 1.0, causal=True).rows(slice(None), slice(3, 4))
    torch.testing.assert_close(last[:, 0], causal[:, 3])


@pytest.mark.parametrize(
    ("query", "index"), [("cls", 0), ("CLS ", 0), ("0,0", 1), ("2,3", 12), ("7", 7)]
)
def test_a_query_is_a_name_a_patch_or_a_number(query: str, index: int) -> None:
    assert AXIS.index(query) == index


@pytest.mark.parametrize("query", ["3,0", "0,4", "-1,0", "13", "-1", "", "1,2,3", "nose", "1.5"])
def test_a_query_off_the_axis_says_what_there_is(query: str) -> None:
    with pytest.raises(InputError, match=r"'cls', 'row,column' from '0,0' to '2,3'") as raised:
        AXIS.index(query)
    assert repr(query) in str(raised.value)
    assert raised.value.parameter == "query"


@pytest.mark.parametrize(("text", "head"), [("3", 3), ("mean", "mean"), (" MAX", "max")])
def test_a_head_is_a_number_mean_or_max(text: str, head: object) -> None:
    assert parse_head(text) == head


@pytest.mark.parametrize("text", ["", "-1", "1.0", "median", "²", "9" * 50])
def test_another_head_is_refused_with_its_name(text: str) -> None:
    with pytest.raises(InputError, match="is unknown: give a number from 0"):
        parse_head(text)


def test_what_is_not_in_a_trace_is_named_with_what_is() -> None:
    trace = Trace("vit", FRAME, tuple(site(layer) for layer in range(1, 6)))
    assert trace.site("encoder.3.self").layer == 3
    assert trace.layer(5).name == "encoder.5.self"
    with pytest.raises(InputError, match=r"'encoder.9.self' is not .* encoder.1.self, "):
        trace.site("encoder.9.self")
    with pytest.raises(InputError, match="layer 0 .* from 1 to 5"):
        trace.layer(0)
    with pytest.raises(InputError, match="head 99 .* from 0 to 1, 'mean' or 'max'"):
        trace.layer(1).weights(99, 0)
    with pytest.raises(InputError, match="query 13 .* from 0 to 12"):
        trace.layer(1).weights(0, 13)


def test_half_precision_repeats_shared_keys() -> None:
    grouped = QueryKey(torch.randn(4, 5, 8), torch.randn(2, 5, 8), 1.0)
    half = grouped.half()
    assert half.shape == (2, 4, 5, 8)
    assert half.dtype == torch.float16
    assert torch.equal(half[1, 0], half[1, 1])


def test_half_precision_fills_the_shorter_of_queries_and_keys_with_zeros() -> None:
    query, key = torch.randn(2, 3, 8), torch.randn(2, 5, 8)
    for first, second in ((query, key), (key, query)):
        half = QueryKey(first, second, 1.0).half()
        assert half.shape == (2, 2, 5, 8)
        for part, given in zip(half, (first, second), strict=True):
            assert torch.equal(part[:, : given.shape[1]], given.half())
            assert not part[:, given.shape[1] :].any()


def test_a_deferred_output_is_worked_out_once_whoever_asks() -> None:
    asked: list[int] = []

    def work() -> torch.Tensor:
        asked.append(1)
        return torch.ones(2)

    output = Deferred(work, 8)
    assert asked == []
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: output.value(), range(8)))
    assert all(value is found[0] for value in found)
    assert asked == [1]
