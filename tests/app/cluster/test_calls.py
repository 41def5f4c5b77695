"""What crosses between processes: calls of models, and answers, errors among them."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest
import torch

from foveate.app.cluster.calls import METHODS, Answer, Call, Facts
from foveate.app.runtime.job import Gone
from foveate.models.axis import Tokens
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.errors import InputError, NoAttention, NotFinite, OversizedInput
from foveate.models.trace import Deferred, TextFrame, Trace
from foveate.models.translation.result import Live, Reading


def sent(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))


@pytest.fixture(scope="module")
def translator() -> Any:
    return load(Catalog()["additive-en-fr"], "float32", fetch=False)


def test_all_that_models_do_can_be_asked_and_nothing_else() -> None:
    assert {"trace", "values", "class_maps", "pictures", "read", "translate", "force"} <= METHODS
    said = {"nbytes", "labels", "frames", "embeddings", "piece", "__init__", "network"}
    assert not METHODS & said


def test_a_model_says_what_it_is_and_does(translator: Any) -> None:
    facts = sent(Facts.of(translator))
    assert facts.values == {"name": "additive-en-fr", "precision": "float32"} | facts.values
    assert {"translate", "force", "read"} <= facts.methods
    assert "pictures" not in facts.methods


def test_a_call_is_done_where_the_model_is(translator: Any) -> None:
    text = sent(Answer.of(lambda: Call("read", ("The cat sat.",)).on(translator))).opened()
    assert text == translator.read("The cat sat.")
    heard: list[Live] = []
    call = sent(Call("translate", ([text],))).watched(heard.append)
    (found,) = sent(Answer.of(lambda: call.on(translator))).opened()
    (same,) = translator.translate([text])
    assert found.target == same.target
    assert torch.equal(found.trace.sites[0].rows(), same.trace.sites[0].rows())
    assert len(heard) == len(found.steps)
    assert sent(Call(name_of, ("!",))).on(translator) == "additive-en-fr!"
    with pytest.raises(TypeError, match="'__class__' is no method"):
        Call("__class__").on(translator)


def name_of(model: Any, more: str) -> str:
    return f"{model.name}{more}"


@pytest.mark.parametrize(
    "error",
    [
        InputError("No.", "text"),
        OversizedInput("Too large: 3."),
        NotFinite("what it saw"),
        NoAttention("selfie"),
    ],
)
def test_an_error_is_the_same_one_there(error: InputError) -> None:
    with pytest.raises(type(error)) as caught:
        sent(Answer.of(raising(error))).opened()
    assert (str(caught.value), caught.value.parameter) == (str(error), error.parameter)


def test_an_unforeseen_error_tells_no_message(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(RuntimeError, match="in the model's process: KeyError at ") as caught:
        sent(Answer.of(raising(KeyError("what a visitor sent")))).opened()
    assert "visitor" not in str(caught.value)
    assert "A model could not be run" in caplog.text
    with pytest.raises(Gone):
        sent(Answer.of(raising(Gone()))).opened()


def raising(error: Exception) -> Callable[[], Any]:
    def work() -> Any:
        raise error

    return work


def test_what_waits_to_be_worked_out_is_so_before_it_crosses() -> None:
    asked: list[int] = []

    def work() -> torch.Tensor:
        asked.append(1)
        return torch.ones(2)

    colours = ((1, 2, 3), (4, 5, 6))
    outputs = {"classes": Deferred(work, 8, ("sky", "road"), colours)}
    trace = Trace("m", TextFrame(Tokens(("a",))), (), outputs)
    answer = Answer.of(lambda: Reading(None, trace))  # type: ignore[arg-type]
    assert asked == [1]
    output = sent(answer).opened().trace.outputs["classes"]
    assert (output.labels, output.colours) == (("sky", "road"), colours)
    assert output.value().tolist() == [1, 1]
    bad = Trace("m", trace.frame, (), {"x": Deferred(lambda: torch.tensor(torch.nan), 4)})
    with pytest.raises(NotFinite):
        sent(Answer.of(lambda: bad)).opened()
