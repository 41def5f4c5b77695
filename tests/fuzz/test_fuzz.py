"""A few seconds of each fuzzer, the same at every run; `make fuzz` goes on for longer."""

from __future__ import annotations

import random

import pytest

from foveate.app.main import create_app
from foveate.models.inputs.formats import OWN
from tests.app.service import served, settings
from tests.fuzz import requests, texts, uploads
from tests.videos import ANIMATED

SEED = 20


def test_texts() -> None:
    counts = texts.fuzz(SEED, lambda rounds: rounds < 1, examples=60)
    assert counts.faults == []
    assert counts.outcomes["read"] > 200 < counts.outcomes.total()


@pytest.mark.slow
def test_uploads() -> None:
    counts = uploads.fuzz(SEED, lambda number: number < 300)
    assert counts.faults == []
    assert counts.outcomes["photos"] > 0 < counts.outcomes["refused photos"]
    assert counts.outcomes["clips"] > 0 < counts.outcomes["refused clips"]


def test_there_is_a_file_of_every_format_and_damage_is_the_same_for_a_seed() -> None:
    whole = uploads.seeds()
    assert set(OWN) <= set(whole)
    assert {"mp4", "mov", "webm", *ANIMATED} <= set(uploads.clips())
    data = whole["JPEG"][0]
    assert uploads.damaged(data, random.Random(1)) == uploads.damaged(data, random.Random(1))
    assert uploads.damaged(data, random.Random(1)) != uploads.damaged(data, random.Random(2))


@pytest.mark.slow
def test_requests() -> None:
    with served(create_app(settings())) as address:
        counts = requests.fuzz(address, SEED, lambda rounds: rounds < 1, examples=2)
    assert counts.faults == []
    assert counts.outcomes["200"] > 10 < counts.outcomes["422"]


def test_a_fuzzer_that_finds_something_says_so() -> None:
    from tests.fuzz.counts import Counts

    def broken(text: str) -> None:
        assert "a" not in text

    counts = Counts("texts")
    texts._hold(broken, SEED, 50, counts)
    (fault,) = counts.faults
    assert fault.startswith("broken, seed 20: AssertionError")
