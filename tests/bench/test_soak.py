"""Which promises the soak says are broken."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from bench.soak import broken
from bench.visitors import Tally

KEPT = Tally(
    asked=Counter(photo=5, sentence=5),
    served=Counter(photo=4, sentence=3),
    refused=3,
    health=[0.01] * 100,
    sipped=1,
    stalled=[22.0],
)


def test_nothing_is_broken_where_all_are_served_or_told_when_to_come_back() -> None:
    assert list(broken(KEPT, peak=100, most=100)) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"gone": 1}, "1 traces were gone"),
        ({"wrong": ["photo: another"]}, "1 answers were wrong or lost, the first: photo: another"),
        ({"refused": 2}, "some requests got no answer"),
        ({"served": Counter(), "refused": 10}, "nobody was served"),
        ({"health": [0.01] * 97 + [0.2] * 3}, "at the 99th percentile"),
        ({"sipped": 0}, "was never begun"),
        ({"stalled": [22.0, 1300.0]}, "was kept for 1300 s"),
    ],
)
def test_what_is_broken_is_said(change: dict[str, object], sentence: str) -> None:
    (said,) = broken(replace(KEPT, **change), peak=100, most=100)
    assert sentence in said


def test_so_is_memory_that_grows() -> None:
    (said,) = broken(KEPT, peak=200 << 20, most=100 << 20)
    assert "had 200 MiB" in said
