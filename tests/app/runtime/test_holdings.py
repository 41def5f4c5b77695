"""What visitors make the service hold is counted before it is there, whoever holds it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from foveate.app.problems import Problem
from foveate.app.runtime.host import ModelHost
from foveate.app.runtime.store import MemoryStore, Stored
from foveate.app.runtime.translations import FIRST_SIZE, Translations
from foveate.app.runtime.visits import PIECE, Holdings, Passage, Visit, visit
from foveate.app.wire.translations import TranslationRequest
from foveate.models.catalog.catalog import Catalog
from tests.app.service import settings

MEBIBYTE = 1024 * 1024
PARAGRAPH = "The cat sat on the mat. The dog slept by the door. The bird sang in the tree."


@contextmanager
def visiting(holdings: Holdings, client: str) -> Iterator[Visit]:
    here = Visit(client)
    token = visit.set(here)
    try:
        yield here
    finally:
        holdings.release(here)
        visit.reset(token)


def refusal(holdings: Holdings, nbytes: int) -> Problem:
    with pytest.raises(Problem) as refused:
        holdings.hold(nbytes)
    assert refused.value.status_code == 503
    return refused.value


def test_what_somebody_else_holds_for_visitors_is_in_the_budget() -> None:
    beside = [0]
    holdings = Holdings(100, beside=lambda: beside[0])
    with visiting(holdings, "a"):
        holdings.hold(90)
    beside[0] = 20
    with visiting(holdings, "a"):
        refusal(holdings, 90)
        holdings.hold(80)
    assert holdings.bytes == 0


@pytest.mark.parametrize(("left", "seconds"), [(0.0, 5), (40.0, 20), (1000.0, 500), (1e4, 600)])
def test_a_refusal_says_when_there_will_be_room(left: float, seconds: int) -> None:
    """Half of what is held is needed, and goes in half of the time."""
    holdings = Holdings(100, left=lambda: left)
    with visiting(holdings, "a"):
        holdings.hold(40)
        with visiting(holdings, "c"):
            holdings.hold(40)
            with visiting(holdings, "b"):
                found = refusal(holdings, 60)
                assert found.headers == {"Retry-After": str(seconds)}
                assert f"try again in {seconds} seconds" in found.detail
            assert holdings.bytes == 80


@pytest.mark.parametrize(("pace", "seconds"), [(64, 32), (1024, 5), (1, 64)])
def test_it_says_so_of_answers_that_are_taken_slowly(pace: int, seconds: int) -> None:
    """Two mebibytes too many are held: a phone takes them at its pace, nobody at less than 32 KiB
    a second, or it would be dropped.
    """
    holdings = Holdings(10 * MEBIBYTE)
    with visiting(holdings, "a"):
        holdings.hold(5 * MEBIBYTE)
        passed = 60 * pace * 1024
        since = time.monotonic() - (passed + PIECE) / (pace * 1024)
        holdings.under_way(Passage(passed + 5 * MEBIBYTE, out=True, passed=passed, since=since))
        with visiting(holdings, "b"):
            found = refusal(holdings, 7 * MEBIBYTE)
    assert abs(int((found.headers or {})["Retry-After"]) - seconds) <= 1


def test_it_says_so_of_bodies_that_come_slowly() -> None:
    holdings = Holdings(100, left=lambda: 3.0)
    with visiting(holdings, "a"):
        holdings.hold(50)
        left = 640 * 1024
        for ago, seconds in ((0, 5), (100, 40)):  # at once, or at 16 KiB a second
            holdings.under_way(Passage(left, out=False, since=time.monotonic() - ago))
            with visiting(holdings, "b"):
                found = refusal(holdings, 60)
            assert abs(int((found.headers or {})["Retry-After"]) - seconds) <= 1


def test_who_alone_may_exceed_it_leaves_a_half_to_the_others() -> None:
    holdings = Holdings(100)
    with visiting(holdings, "a"):
        holdings.hold(500)
        with visiting(holdings, "a"):
            refusal(holdings, 1)
        with visiting(holdings, "b"):
            holdings.hold(30)
            with visiting(holdings, "c"):
                refusal(holdings, 30)
                holdings.hold(20)
        holdings.let_go(480)
        with visiting(holdings, "a"):
            holdings.hold(30)
        with visiting(holdings, "b"):
            holdings.hold(80)
    assert holdings.bytes == 0


def test_what_the_store_counts_is_held_no_more() -> None:
    holdings = Holdings(100)
    with visiting(holdings, "a"):
        holdings.hold(90)
        with visiting(holdings, "b"):
            refusal(holdings, 60)
        holdings.let_go(60)
        with visiting(holdings, "b"):
            holdings.hold(50)
        assert holdings.bytes == 30
    holdings.let_go(30)
    assert holdings.bytes == 0


@pytest.mark.anyio
async def test_a_paragraph_is_refused_before_it_is_translated() -> None:
    host = ModelHost(Catalog(), settings())
    holdings = Holdings(20 * FIRST_SIZE)
    held: list[int] = []

    class Noting(MemoryStore):
        def put(self, stored: Stored) -> None:
            held.append(holdings.bytes)
            super().put(stored)

    translations = Translations(host, Noting(10**8), holdings, settings())
    lone, paragraph = (TranslationRequest(text=text) for text in ("The cat sat.", PARAGRAPH))
    with visiting(holdings, "a"):
        await translations.translate(lone)
        assert holdings.bytes == 0, "a sentence alone is kept when its turn ends"
        holdings.hold(5 * FIRST_SIZE)
        begun = host.admission.begun
        with visiting(holdings, "b"), pytest.raises(Problem, match="Too much is held"):
            await translations.translate(paragraph)
        assert host.admission.begun == begun
    with visiting(holdings, "b"):  # there is room now: a known model's translations take less
        held.clear()
        stored = await translations.translate(paragraph)
        assert len(held) == 3
        assert stored.nbytes < min(held) <= max(held) < FIRST_SIZE * 30
        assert holdings.bytes == 0, "the store counts them now"
    assert (holdings.bytes, host.admission.jobs) == (0, 0)
    host.close()
