"""From sentences to stored translations: cleaned, split, translated, described, streamed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator

from starlette.concurrency import run_in_threadpool

from foveate.app.runtime import costs
from foveate.app.runtime.host import ModelHost
from foveate.app.runtime.job import Job
from foveate.app.runtime.sentences import sentences_of
from foveate.app.runtime.store import Stored, TextSource, TraceStore
from foveate.app.runtime.visits import Holdings, at_end
from foveate.app.settings import Settings
from foveate.app.wire.translations import (
    Part,
    StreamSentence,
    StreamStep,
    TranslationRequest,
    TranslationTrace,
)
from foveate.models.catalog.card import Card
from foveate.models.errors import InputError
from foveate.models.inputs.text import Text, clean
from foveate.models.translation import alignment
from foveate.models.translation.guidance import FREE, Guidance
from foveate.models.translation.result import Live, Translation
from foveate.models.translation.search import batches
from foveate.models.zoo.base import TranslationModel

FIRST_SIZE = 32_000  # bytes of a trace for each token of the source, before one is known
BESIDE = 1.4  # times its tensors: words, steps and candidates are Python's objects
Event = StreamSentence | StreamStep | Stored


class Translations:
    """Makes traces of translations and keeps them; the same request is the same trace."""

    def __init__(
        self, host: ModelHost, store: TraceStore, holdings: Holdings, settings: Settings
    ) -> None:
        self._host = host
        self._store = store
        self._settings = settings
        self._room = Room(holdings)

    async def translate(self, request: TranslationRequest) -> Stored:
        """A translation of every sentence, each kept as a trace; returns the first one.

        Raises InputError, or Problem 503 when too many wait.
        """
        card = self._host.cards.card(request.model, "translation")
        start = time.perf_counter()
        sources = await self._read(card, request)
        with self._admit(card, sources, request) as job:
            self._room.hold(card, sources)
            found = await self._translated(job, card, sources, request)
            self._room.learn(card, found)
            paragraph = await self._named(card, found, request)
            first = await self._keep(job, card, found[0], request, start, paragraph)
            for number, each in enumerate(found[1:], start=1):
                await self._keep(job, card, each, request, start, paragraph, number)
        return first

    async def stream(self, request: TranslationRequest) -> AsyncGenerator[Event]:
        """The same step by step. What is wrong with the request is raised before it streams."""
        card = self._host.cards.card(request.model, "translation")
        if request.target is not None or request.beam != 1:
            given = f"beam {request.beam}" if request.target is None else "target"
            raise InputError(
                f"{given} cannot be streamed, which decodes greedily: leave target and beam out.",
                "beam" if request.target is None else "target",
            )
        sources = await self._read(card, request)
        job = self._admit(card, sources, request)
        at_end(job.close)  # a client may have left before the first event is asked for
        return self._events(job, card, sources, request)

    async def _read(self, card: Card, request: TranslationRequest) -> list[Text]:
        """The sentences as the model reads them. Raises InputError."""

        def work(model: TranslationModel) -> list[Text]:
            return [model.read(part) for part in _sentences(request, card)]

        cost = costs.reading(len(request.text) + len(request.target or ""))
        sources = await self._host.run(card, "read", cost, work)
        _guidance(request).check([len(source.tokens) for source in sources])
        return sources

    def _admit(self, card: Card, sources: list[Text], request: TranslationRequest) -> Job:
        """A place for the decoding of all sentences. Raises Problem 503."""
        cost = costs.translating(sources, request.beam) + costs.describing(sources)
        # Hypotheses are decoded side by side: a wide beam costs less a token than its width says.
        verb = "force" if request.target is not None else f"translate by {request.beam}"
        return self._host.admit(card, verb, cost)

    async def _translated(
        self, job: Job, card: Card, sources: list[Text], request: TranslationRequest
    ) -> list[Translation]:
        """All sentences in turns, between which others have theirs."""
        if request.target is not None:
            part = costs.translating(sources, request.beam)
            return await self._host.turn(
                job, card, lambda model: _force(model, sources, request), part
            )
        found: dict[int, Translation] = {}
        for chosen in batches([source.tokens for source in sources], request.beam):
            batch = [sources[number] for number in chosen]
            found |= zip(chosen, await self._batch(job, card, batch, request), strict=True)
        return [found[number] for number in range(len(sources))]

    async def _batch(
        self, job: Job, card: Card, batch: list[Text], request: TranslationRequest
    ) -> list[Translation]:
        """One turn. A sentence that is translated as usual takes along others of like length."""
        guidance, part = _guidance(request), costs.translating(batch, request.beam)
        if len(batch) == 1 and request.beam == 1 and guidance == FREE:
            alike = "translate", len(batch[0].tokens).bit_length()  # at most twice as long
            return [await self._host.together(job, card, alike, batch[0], _translated, part)]

        def work(model: TranslationModel) -> list[Translation]:
            return model.translate(batch, request.beam, guidance=guidance)

        return await self._host.turn(job, card, work, part)

    async def _events(
        self, job: Job, card: Card, sources: list[Text], request: TranslationRequest
    ) -> AsyncGenerator[Event]:
        with job:
            for number, source in enumerate(sources):
                yield StreamSentence(sentence=number, sentences=len(sources), source=source)
                async for event in self._steps(job, card, source, number, request):
                    yield event

    async def _steps(
        self, job: Job, card: Card, source: Text, number: int, request: TranslationRequest
    ) -> AsyncGenerator[Event]:
        """One sentence's steps as the worker thread makes them, then its trace."""
        loop, queue = asyncio.get_running_loop(), asyncio.Queue[Live | None]()
        start = time.perf_counter()

        def watch(live: Live) -> None:
            loop.call_soon_threadsafe(queue.put_nowait, live)

        guidance = _guidance(request)

        def work(model: TranslationModel) -> Translation:
            return model.translate([source], watch=watch, guidance=guidance)[0]

        part = costs.translating([source])
        task = asyncio.create_task(self._host.turn(job, card, work, part))

        def ended(done: asyncio.Task[Translation]) -> None:
            queue.put_nowait(None)
            if not done.cancelled():
                done.exception()  # looked at, so that a client's leaving is no error in the log

        task.add_done_callback(ended)
        while (live := await queue.get()) is not None:
            aligner = alignment.aligner(card.aligner, list(live.weights))
            yield StreamStep.of(live, number, aligner)
        found = await task
        paragraph = await self._named(card, [found], request)
        yield await self._keep(job, card, found, request, start, paragraph)

    async def _named(
        self, card: Card, found: list[Translation], request: TranslationRequest
    ) -> list[Part]:
        """In a thread: the names' secret may be on another machine."""
        return await run_in_threadpool(_paragraph, self._store, card, found, request)

    async def _keep(
        self,
        job: Job,
        card: Card,
        found: Translation,
        request: TranslationRequest,
        start: float,
        paragraph: list[Part],
        number: int = 0,
    ) -> Stored:
        """Keeps one sentence of a paragraph, its number from 0."""
        expires = time.time() + self._settings.trace_seconds

        def work() -> Stored:
            described = TranslationTrace.of(
                card,
                found,
                id=paragraph[number].id,
                languages=card.languages or (),
                threshold=request.threshold,
                beam=request.beam,
                paragraph=paragraph,
                begun=start,
                expires=expires,
            )
            body = described.model_dump_json().encode()
            source = TextSource(found.source, found.target, _guidance(request))
            stored = Stored(paragraph[number].id, found.trace, source, body, expires)
            self._store.put(stored)
            return stored

        return await job.turn(work, costs.describing([found.source]))


class Room:
    """Memory for translations that wait for the rest of their paragraph, by the model."""

    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings
        self._sizes: dict[str, float] = {}  # bytes a token of the source

    def hold(self, card: Card, sources: list[Text]) -> None:
        """Before any of it is there: work that is done must not be refused. Raises Problem 503."""
        size = self._sizes.get(card.name, FIRST_SIZE)
        self._holdings.hold(int(size * sum(len(source.tokens) for source in sources)))

    def learn(self, card: Card, found: list[Translation]) -> None:
        """How large they are: what is larger than usual counts at once."""
        tokens = sum(len(each.source.tokens) for each in found)
        size = BESIDE * sum(each.trace.nbytes for each in found) / tokens
        self._sizes[card.name] = max(size, 0.9 * self._sizes.get(card.name, size) + 0.1 * size)


def _translated(model: TranslationModel, sources: list[Text]) -> list[Translation]:
    return model.translate(sources)


def _sentences(request: TranslationRequest, card: Card) -> list[str]:
    """The clean text's sentences; with a target it is one. Raises InputError."""
    text = clean(request.text)
    if request.target is not None:
        return [" ".join(text.split("\n"))]
    return sentences_of(text, card)


def _paragraph(
    store: TraceStore, card: Card, found: list[Translation], request: TranslationRequest
) -> list[Part]:
    """A paragraph's sentences and the names of their traces.

    A sentence is named by its text; among others also by theirs and its place, since its
    description names them.
    """
    choices = request.model_dump_json(include={"beam", "threshold", "pins", "others", "attention"})
    whole = [each.source.text for each in found] if len(found) > 1 else []
    parts = []
    for number, each in enumerate(found):
        place = [str(number), *whole] if whole else []
        forced = each.target.text if each.forced else ""
        trace_id = store.name(card, each.source.text, forced, choices, *place)
        parts.append(Part(id=trace_id, source=each.source.text, target=each.target.text))
    return parts


def _force(
    model: TranslationModel, sources: list[Text], request: TranslationRequest
) -> list[Translation]:
    target = " ".join(clean(request.target or "", "target").split("\n"))
    read = model.read_target(target)
    return [model.force(sources[0], read, guidance=_guidance(request))]


def _guidance(request: TranslationRequest) -> Guidance:
    """Pins of the same step add up."""
    pins: dict[int | None, list[int]] = {}
    for pin in request.pins:
        pins.setdefault(pin.step, []).extend(pin.source)
    given = {step: tuple(tokens) for step, tokens in pins.items()}
    return Guidance(given, request.attention, request.others)
