"""What waits together is worked on together, and each keeps its own result, error and deadline."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from foveate.app.problems import Problem
from foveate.app.runtime.admission import Admission, Lane
from foveate.app.runtime.host import ModelHost
from foveate.app.runtime.readings import Readings
from foveate.app.runtime.store import MemoryStore, Stored
from foveate.app.runtime.translations import Translations
from foveate.app.runtime.visits import Holdings, client
from foveate.app.wire.texts import SentenceRequest, TokensRequest
from foveate.app.wire.translations import TranslationRequest
from foveate.models import interruption
from foveate.models.catalog.catalog import Catalog
from foveate.models.errors import NotFinite
from tests.app.service import settings

pytestmark = pytest.mark.anyio
ONE = (Lane(0.0, 1),)
TOGETHER = 8


@asynccontextmanager
async def held(host: Admission) -> AsyncIterator[None]:
    """The only lane is taken until the block ends: what is asked for in it waits."""
    begun, go = threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        go.wait(10)

    holding = asyncio.create_task(host.run("hold", 0.01, hold))
    await asyncio.to_thread(begun.wait, 10)
    try:
        yield
        await asyncio.sleep(0)
    finally:
        go.set()
        await holding


async def one(host: Admission, item: Any, work: Any, alike: str = "a", name: str = "") -> Any:
    client.set(name or str(item))
    with host.admit("work", 0.01) as job:
        return await job.together(alike, item, work)


def tasks(host: Admission, items: Sequence[Any], work: Any) -> list[asyncio.Task[Any]]:
    return [asyncio.create_task(one(host, item, work)) for item in items]


async def test_what_waits_goes_along_eight_at_most_and_in_the_order_of_fairness() -> None:
    host, seen = Admission(ONE, 10, 5, 60), list[list[int]]()

    def squared(items: list[int]) -> list[int]:
        seen.append(items)
        return [item * item for item in items]

    async with held(host):
        made = tasks(host, range(TOGETHER + 2), squared)
        other = asyncio.create_task(one(host, 100, squared, "b"))
        await asyncio.sleep(0)
    assert await asyncio.gather(*made) == [number**2 for number in range(TOGETHER + 2)]
    assert await other == 10_000
    assert seen == [[*range(TOGETHER)], [8, 9], [100]]
    assert host.jobs == 0


async def test_who_has_had_less_goes_along_first() -> None:
    host, seen = Admission(ONE, 100, 50, 60), list[list[int]]()

    def kept(items: list[int]) -> list[int]:
        seen.append(items)
        return items

    for _ in range(3):
        await one(host, 0, kept, name="greedy")
    async with held(host):
        many = [asyncio.create_task(one(host, n, kept, name="greedy")) for n in range(TOGETHER)]
        await asyncio.sleep(0)
        new = asyncio.create_task(one(host, 99, kept, name="new"))
        await asyncio.sleep(0)
    await asyncio.gather(*many, new)
    assert 99 in seen[3]
    assert len(seen[3]) == TOGETHER


async def test_what_comes_while_two_like_it_run_is_the_next_ones_company() -> None:
    host, seen = Admission((Lane(0.0, 4),), 10, 5, 60), list[list[int]]()
    begun, go = threading.Event(), threading.Event()

    def work(items: list[int]) -> list[int]:
        seen.append(items)
        begun.set()
        go.wait(10)
        return items

    first = tasks(host, [7, 8], work)
    await asyncio.to_thread(begun.wait, 10)
    await asyncio.sleep(0)
    later = tasks(host, [1, 2, 3], work)
    assert await one(host, 9, lambda items: items, "b") == 9  # what is unlike waits for none of it
    go.set()
    assert await asyncio.gather(*first, *later) == [7, 8, 1, 2, 3]
    assert sorted(seen) == [[1, 2, 3], [7], [8]]


async def test_where_nothing_is_done_together_all_run_side_by_side() -> None:
    host, barrier = Admission((Lane(0.0, 3),), 10, 5, 60, together=1), threading.Barrier(3)

    def work(items: list[int]) -> list[int]:
        barrier.wait(10)
        return items

    assert await asyncio.gather(*tasks(host, range(3), work)) == [0, 1, 2]


async def test_a_lone_request_waits_for_no_company() -> None:
    host = Admission(ONE, 10, 5, 60)
    assert await one(host, "x", lambda items: [items]) == ["x"]
    start = time.perf_counter()
    for _ in range(50):
        await one(host, "x", lambda items: items)
    assert (time.perf_counter() - start) / 50 < 0.1  # there is no timer: a fraction of it


async def test_an_error_is_its_own_requests_alone() -> None:
    host = Admission(ONE, 10, 5, 60)

    def work(items: list[int]) -> list[int]:
        if 2 in items:
            raise NotFinite("what 2 computed")
        return items

    async with held(host):
        made = tasks(host, range(4), work)
        await asyncio.sleep(0)
    found = await asyncio.gather(*made, return_exceptions=True)
    assert isinstance(found.pop(2), NotFinite)
    assert found == [0, 1, 3]


async def test_who_leaves_ends_nothing_of_the_others() -> None:
    host, begun, go = Admission(ONE, 10, 5, 60), threading.Event(), threading.Event()
    runs = []

    def work(items: list[int]) -> list[int]:
        runs.append(items)
        begun.set()
        go.wait(10)
        interruption.step()
        return items

    async with held(host):
        made = tasks(host, range(3), work)
        await asyncio.sleep(0)
    await asyncio.to_thread(begun.wait, 10)
    made[0].cancel()
    await asyncio.wait(made[:1])
    go.set()
    assert await asyncio.gather(*made[1:]) == [1, 2]
    assert made[0].cancelled()
    assert runs == [[0, 1, 2]]


async def test_who_is_late_is_told_so_and_the_others_are_served() -> None:
    host, begun, go = Admission(ONE, 10, 5, 60), threading.Event(), threading.Event()

    def work(items: list[int]) -> list[int]:
        begun.set()
        go.wait(10)
        interruption.step()
        return items

    async with held(host):
        hurried = host.admit("work", 0.01)
        hurried.stop(0.05)
        late = asyncio.create_task(hurried.together("a", 0, work))
        made = tasks(host, [1], work)
        await asyncio.sleep(0)
    await asyncio.to_thread(begun.wait, 10)
    with pytest.raises(Problem, match="stopping"):
        await late
    go.set()
    assert await made[0] == 1


async def test_a_batch_that_nobody_waits_for_ends_at_its_next_step() -> None:
    host, begun, go = Admission(ONE, 10, 5, 60), threading.Event(), threading.Event()
    steps: list[str] = []

    def work(items: list[int]) -> list[int]:
        begun.set()
        go.wait(10)
        interruption.step()
        steps.append("a step too many")
        return items

    async with held(host):
        made = tasks(host, range(3), work)
        await asyncio.sleep(0)
    await asyncio.to_thread(begun.wait, 10)
    for each in made:
        each.cancel()
    await asyncio.gather(*made, return_exceptions=True)
    go.set()
    assert await host.run("next", 0.01, lambda: "free") == "free"
    assert steps == []


@pytest.fixture
def host() -> ModelHost:
    made = ModelHost(Catalog(), settings())
    made.admission = Admission(ONE, 100, 50, 60)
    return made


TEXTS = ("the cat sat down", "a dog ran away", "two birds flew home", "one fish swam off")


def noted(host: ModelHost, name: str, method: str) -> list[int]:
    """How many texts come together from now on at each call of a model's method."""
    model, sizes = host._model(host.cards[name]), list[int]()
    usual = getattr(model, method)

    def counted(texts: Any, *given: Any) -> Any:
        sizes.append(len(texts))
        return usual(texts, *given)

    setattr(model, method, counted)
    return sizes


async def test_texts_read_together_are_as_those_read_alone_and_what_is_not_finite_is_refused(
    host: ModelHost,
) -> None:
    store = MemoryStore(10**8)
    readings, card = Readings(host, store, settings()), host.cards["minilm"]
    requests = [SentenceRequest(text=text, model=card.name) for text in TEXTS]
    alone = [await readings.read(request) for request in requests]
    model, sizes = host._model(card), noted(host, card.name, "trace_several")
    model.embeddings()[model.tokenizer.token_to_id("fish")] = float("nan")
    found = await asyncio.gather(*map(readings.read, requests), return_exceptions=True)
    assert max(sizes) > 1
    assert isinstance(found[3], NotFinite)
    for before, after in zip(alone[:3], found[:3], strict=True):
        assert before.id == after.id
        for site, other in zip(before.trace.sites, after.trace.sites, strict=True):
            assert (site.rows() - other.rows()).abs().max() < 1e-5
            kept = other.query_key.query
            assert kept.untyped_storage().nbytes() == kept.nbytes  # nothing of its company's


async def test_a_short_text_is_read_at_once_and_a_long_one_in_a_turn(host: ModelHost) -> None:
    readings = Readings(host, MemoryStore(10**8), settings())
    short, long = (TokensRequest(text="cat " * count) for count in (50, 100))
    await readings.tokens(short)  # a model that is not loaded yet takes a turn too
    before = host.admission.begun
    assert len((await readings.tokens(short)).sentences[0].words) > 50
    assert host.admission.begun == before
    await readings.tokens(long)
    assert host.admission.begun == before + 1


async def test_sentences_translated_together_are_as_those_translated_alone(
    host: ModelHost,
) -> None:
    model = "bergamot-en-pt"
    translations = Translations(host, MemoryStore(10**8), Holdings(10**9), settings())
    requests = [TranslationRequest(text=text.capitalize() + ".", model=model) for text in TEXTS]
    alone = [await translations.translate(request) for request in requests]
    before, sizes = host.admission.begun, noted(host, model, "translate")
    together = await asyncio.gather(*map(translations.translate, requests))
    assert host.admission.begun - before == sum(sizes) == len(TEXTS)
    assert max(sizes) > 1
    for lone, other in zip(alone, together, strict=True):
        assert lone.id == other.id
        assert lone.source.target == other.source.target  # type: ignore[union-attr]
        for site, same in zip(lone.trace.sites, other.trace.sites, strict=True):
            assert (site.rows() - same.rows()).abs().max() < 1e-5


async def test_what_cannot_be_kept_fails_alone_and_nothing_is_translated_twice(
    host: ModelHost,
) -> None:
    class Forgetful(MemoryStore):
        def put(self, stored: Stored) -> None:
            if stored.text.text.text.startswith("A dog"):
                raise Problem(503, "The store does not answer.")
            super().put(stored)

    model = "bergamot-en-pt"
    translations = Translations(host, Forgetful(10**8), Holdings(10**9), settings())
    requests = [TranslationRequest(text=text.capitalize() + ".", model=model) for text in TEXTS]
    await translations.translate(requests[0])
    sizes = noted(host, model, "translate")
    found = await asyncio.gather(*map(translations.translate, requests), return_exceptions=True)
    assert [isinstance(each, Problem) for each in found] == [False, True, False, False]
    assert sum(sizes) == len(TEXTS) > len(sizes)
