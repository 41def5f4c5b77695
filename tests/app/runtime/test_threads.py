"""The store, the host and the metrics from many threads at once."""

from __future__ import annotations

import contextlib
import itertools
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from foveate.app.metrics import Metrics
from foveate.app.problems import Problem
from foveate.app.runtime import host as hosting
from foveate.app.runtime.host import ModelHost
from foveate.app.runtime.store import MemoryStore, Stored
from foveate.models.catalog.catalog import Catalog
from tests.app.service import settings

CARDS = Catalog()


@dataclass
class Sized:
    """What the store and the host ask of a trace, a source or a model: its size."""

    nbytes: int


def stored(name: str, nbytes: int = 100) -> Stored:
    size: Any = Sized(nbytes)
    return Stored(name, size, Sized(0), b"", time.time() + 60)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def impatient() -> Iterator[None]:
    """Threads change as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def at_once(*works: Callable[[], object], seconds: float = 0.5) -> list[BaseException]:
    """Runs all of them over and over side by side; returns what they raised."""
    end, raised = time.monotonic() + seconds, []

    def again(work: Callable[[], object]) -> None:
        try:
            while time.monotonic() < end:
                work()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=again, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_a_store_knows_of_what_it_let_go_and_somebody_still_has() -> None:
    store = MemoryStore(150)
    for number in range(3):
        store.put(stored(str(number)))
    assert (len(store), store.lingering) == (1, 0)
    had = store.get("2")
    store.put(stored("3"))
    assert (len(store), store.lingering) == (1, had.nbytes)
    del had
    assert store.lingering == 0


def test_a_store_counts_right_whoever_uses_it() -> None:
    store, numbers = MemoryStore(5_000), itertools.count()

    def put() -> None:
        store.put(stored(str(next(numbers) % 80)))

    def get() -> None:
        number = str(next(numbers) % 80)
        with contextlib.suppress(Problem):  # it is not there yet, or gone
            assert store.get(number).id == number

    assert at_once(put, put, put, get, get) == []
    assert store.bytes == 100 * len(store) <= 5_000


def test_a_host_loads_a_model_once_and_counts_right(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[str] = []

    def slow_load(card: Any, *_: Any, **__: Any) -> Sized:
        loads.append(card.name)
        time.sleep(0.01)
        return Sized(1000)

    monkeypatch.setattr(hosting, "load", slow_load)
    host = ModelHost(CARDS, settings())

    def whole_catalog() -> None:
        for card in CARDS.values():
            host._model(card)

    assert at_once(*[whole_catalog] * 6, lambda: host.bytes) == []
    assert sorted(loads) == sorted(CARDS)
    assert host.bytes == 1000 * len(CARDS)


def test_metrics_are_read_while_models_come_and_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosting, "load", lambda *_, **__: Sized(1000))
    host, store = ModelHost(CARDS, settings(model_bytes=3000)), MemoryStore(5_000)
    metrics, cards = Metrics(host, store), itertools.cycle(list(CARDS.values()))

    def count() -> None:
        metrics.requests.labels("GET", "/", "200").inc()
        store.put(stored("a"))

    works = (lambda: host._model(next(cards)), lambda: host._model(next(cards)))
    assert at_once(metrics.text, metrics.text, count, *works) == []
    assert re.search(rb"^foveate_traces 1.0$", metrics.text(), re.MULTILINE)


def test_a_model_that_loads_holds_up_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go = threading.Event(), threading.Event()

    def stuck(*_: Any, **__: Any) -> Sized:
        begun.set()
        go.wait(10)
        return Sized(1)

    host = ModelHost(CARDS, settings())
    monkeypatch.setattr(hosting, "load", lambda *_, **__: Sized(1000))
    host._model(CARDS["minilm"])
    monkeypatch.setattr(hosting, "load", stuck)
    loading = threading.Thread(target=host._model, args=(CARDS["dinov2-small"],))
    loading.start()
    begun.wait(10)
    assert (host.bytes, host.is_loaded("dinov2-small")) == (1000, False)
    assert host._model(CARDS["minilm"]) is not None
    go.set()
    loading.join()


def test_names_are_the_same_in_one_store_and_unlike_in_two() -> None:
    card = CARDS["minilm"]
    first, second = MemoryStore(1), MemoryStore(1)
    assert first.name(card, "a", "b") == first.name(card, "a", "b")
    assert re.fullmatch("[0-9a-f]{32}", first.name(card, "a", "b"))
    assert first.name(card, "a", "b") != second.name(card, "a", "b")
    others = [("ab",), ("a", "b", ""), ("ab", ""), ("a\0b",)]
    assert len({first.name(card, *parts) for parts in (("a", "b"), *others)}) == 5
    assert first.name(card, "a") != first.name(CARDS["dinov2-small"], "a")
