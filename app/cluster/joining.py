"""Texts of several requests that wait at a model together, as one batch."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from functools import partial
from typing import Any

from foveate.app.cluster.calls import Answer, Call
from foveate.models.inputs.text import Text
from foveate.models.translation.guidance import FREE
from foveate.models.translation.search import batches


def alike(call: Call) -> Hashable | None:
    """What calls have in common that may run together; None for one that may not.

    Such are greedy translations in which nothing is pinned, of texts that are at most twice as long
    as each other, and readings of as many tokens each.
    """
    if call.what == "trace_several":
        return "trace_several", len(call.given[0][0].tokens)
    beam = call.given[1] if len(call.given) > 1 else call.named.get("beam", 1)
    free = beam == 1 and call.named.get("guidance", FREE) == FREE
    if call.what != "translate" or not free:
        return None
    return "translate", max(len(text.tokens) for text in call.given[0]).bit_length()


def together(model: Any, calls: Sequence[Call]) -> list[Answer]:
    """An answer to each of calls that are alike; what one cannot have, it alone is told."""
    if len(calls) > 1:
        texts = [text for call in calls for text in call.given[0]]
        found = Answer.of(partial(_done, model, calls[0].what, texts))
        if found.error is None:
            return list(_parted(calls, found.value))
    return [Answer.of(partial(call.on, model)) for call in calls]


def _done(model: Any, what: Any, texts: Sequence[Text]) -> list[Any]:
    """Those of like length together, as many as go through a model at a time."""
    found: dict[int, Any] = {}
    for chosen in batches([each.tokens for each in texts]):
        made = Call(what, ([texts[number] for number in chosen],)).on(model)
        found |= zip(chosen, made, strict=True)
    return [found[number] for number in range(len(texts))]


def _parted(calls: Sequence[Call], found: Sequence[Any]) -> Iterator[Answer]:
    """Each call's own."""
    start = 0
    for call in calls:
        end = start + len(call.given[0])
        yield Answer(found[start:end])
        start = end
