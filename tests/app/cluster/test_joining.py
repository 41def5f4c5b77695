"""Texts of several requests as one batch: each gets its own, and is told of its own faults."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from foveate.app.cluster.calls import Call
from foveate.app.cluster.joining import alike, together
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
