"""Texts of several requests as one batch: each gets its own, and is told of its own faults."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Sequence
from typing import Any

import pytest
import torch

from foveate.app.cluster.calls import Answer, Call
from foveate.app.cluster.joining import Asked, Queue, alike, together
from foveate.app.runtime.job import Gone
from foveate.models import interruption
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.errors import InputError
from foveate.models.inputs.text import Text
from foveate.models.translation.guidance import Guidance

SENTENCES = ("The cat sat.", "The dog ran home.", "A bird sang in the tree.", "It is late.")


@pytest.fixture(scope="module")
def translator() -> Any:
    return load(Catalog()["additive-en-fr"], "float32", fetch=False)


def test_only_what_nothing_tells_apart_runs_together(translator: Any) -> None:
    short, like = translator.read("The dog ran home."), translator.read("A bird sang again.")
    long = translator.read("The dog ran home. " * 8)
    given = Call("translate", ([short],), {"guidance": Guidance()})
    assert alike(given) == alike(Call("translate", ([like], 1))) is not None
    assert alike(given) != alike(Call("translate", ([long], 1))) is not None
    assert alike(Call("translate", ([short, long],))) == alike(Call("translate", ([long],)))
    pinned = Call("translate", ([short],), {"guidance": Guidance({0: (0,)})})
    for other in (Call("translate", ([short], 4)), pinned, Call("read", ("It.",))):
        assert alike(other) is None
    assert alike(Call("trace_several", ([short],))) != alike(Call("trace_several", ([long],)))


def test_each_gets_its_own_translations(translator: Any) -> None:
    texts = [translator.read(each) for each in SENTENCES]
    calls = [Call("translate", (texts[:2],)), Call("translate", (texts[2:3],))]
    calls.append(Call("translate", (texts[3:] * 9,)))
    answers = [answer.opened() for answer in together(translator, calls)]
    assert [len(each) for each in answers] == [2, 1, 9]
    for call, found in zip(calls, answers, strict=True):
        for source, each in zip(call.given[0], found, strict=True):
            (alone,) = translator.translate([source])
            assert (each.source, each.target.text) == (source, alone.target.text)
            rows = each.trace.sites[0].rows()
            assert torch.allclose(rows, alone.trace.sites[0].rows(), atol=1e-5)


def test_what_one_cannot_have_it_alone_is_told(translator: Any) -> None:
    text = translator.read("The cat sat.")
    bad = Text("", (), ())  # nothing to look at
    with pytest.raises(Exception, match=r".") as caught:
        translator.translate([bad])
    good, refused = together(
        translator, [Call("translate", ([text],)), Call("translate", ([bad],))]
    )
    assert good.opened()[0].source == text
    assert refused.error is (
        type(caught.value) if caught.errisinstance(InputError) else RuntimeError
    )


def test_readings_of_one_length_go_through_together() -> None:
    reader = load(Catalog()["minilm"], "float32", fetch=False)
    texts = [reader.read(each) for each in ("A red cat.", "One blue dog.", "Two old birds.")]
    calls = [Call("trace_several", ([each],)) for each in texts]
    assert len({alike(each) for each in calls}) == 1
    for text, answer in zip(texts, together(reader, calls), strict=True):
        (found,) = answer.opened()
        assert found.text == text
        alone = reader.trace(text).trace.sites[-1].rows()
        assert torch.allclose(found.trace.sites[-1].rows(), alone, atol=1e-5)


def test_what_comes_while_a_batch_runs_is_the_next_one() -> None:
    batches = list[list[Any]]()

    async def work(asked: Sequence[Asked]) -> list[Answer]:
        batches.append([each.call.what for each in asked])
        await asyncio.sleep(0.01)  # the others come, or leave
        if "bad" in batches[-1]:
            raise OSError("no room")
        return [Answer(f"{each.call.what}, {each.left}") for each in asked]

    async def asked() -> list[Any]:
        queue = Queue(work, most=3)
        tasks = [asyncio.create_task(queue.answer(Call("0")))]
        await asyncio.sleep(0)
        tasks += [asyncio.create_task(queue.answer(Call(what))) for what in ("1", "2", "3", "4")]
        await asyncio.sleep(0)
        tasks[2].cancel()  # while it waits
        await tasks[0]
        await asyncio.sleep(0)
        tasks[1].cancel()  # while it is worked on
        tasks.append(asyncio.create_task(queue.answer(Call("bad"))))
        return await asyncio.gather(*tasks, return_exceptions=True)

    first, *gone, third, fourth, bad = asyncio.run(asked())
    assert batches == [["0"], ["1", "3"], ["4", "bad"]]
    assert (first.value, third.value) == ("0, False", "3, False")
    assert [type(each) for each in gone] == [asyncio.CancelledError] * 2
    assert [str(each) for each in (fourth, bad)] == ["no room"] * 2


def test_what_nobody_waits_for_ends_at_its_next_step(translator: Any) -> None:
    calls = [Call("translate", ([translator.read(each)],)) for each in SENTENCES]

    def check() -> None:
        raise Gone

    def left() -> list[Answer]:
        interruption.heed(check)
        return together(translator, calls)

    answers = contextvars.copy_context().run(left)
    assert [each.error for each in answers] == [Gone] * len(calls)
