"""From sentences to stored translations: cleaned, split, translated, described, streamed."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable

from foveate.app.runtime import costs
from foveate.app.runtime.host import ModelHost
from foveate.app.runtime.job import Job
from foveate.app.runtime.sentences import sentences_of
from foveate.app.runtime.store import Stored, TextSource, TraceStore
from foveate.app.runtime.turns import Failed, attempt
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
Alone = tuple[Text, Callable[[Translation], Stored]]  # and what is done once it is translated


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
            if len(sources) == 1:
                return await self._alone(job, card, sources[0], request, start)
            held = self._room.hold(card, sources)
            found = await self._translated(job, card, sources, request)
            self._room.learn(card, found)
            paragraph = await job.turn(lambda: _paragraph(self._store, card, found, request), 0.0)
            first = await self._keep(job, card, found[0], request, start, paragraph, 0)
            for number, each in enumerate(found[1:], start=1):
                await self._keep(job, card, each, request, start, paragraph, number)
            self._room.let_go(held)  # the store counts them all
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
        sources = await self._host.soon(card, "read", cost, work)
        _guidance(request).check([len(source.tokens) for source in sources])
        return sources

    def _admit(self, card: Card, sources: list[Text], request: TranslationRequest) -> Job:
        """A place for the decoding of all sentences. Raises Problem 503."""
        cost = costs.translating(sources, request.beam) + costs.describing(sources)
        # Hypotheses are decoded side by side: a wide beam costs less a token than its width says.
        verb = "force" if request.target is not None else f"translate by {request.beam}"
        return self._host.admit(card, verb, cost)

    async def _alone(
        self, job: Job, card: Card, source: Text, request: TranslationRequest, start: float
    ) -> Stored:
        """A sentence in one turn, from its tokens to its place in the store: a thread that hands
        over waits for Python's lock. As usual, it takes along others of like length.
        """

        def keep(found: Translation) -> Stored:
            self._room.learn(card, [found])
            return self._kept(card, found, request, start)

        if request.target is None and request.beam == 1 and _guidance(request) == FREE:
            alike = "translate", len(source.tokens).bit_length()  # at most twice as long
            alone: Alone = source, keep
            return await self._host.together(job, card, alike, alone, _each_kept)
        return await self._host.turn(job, card, lambda model: keep(_one(model, source, request)))

    async def _translated(
        self, job: Job, card: Card, sources: list[Text], request: TranslationRequest
    ) -> list[Translation]:
        """All sentences of a paragraph in turns, between which others have theirs."""
        found: dict[int, Translation] = {}
        for chosen in batches([source.tokens for source in sources], request.beam):
            batch = [sources[number] for number in chosen]
            found |= zip(chosen, await self._batch(job, card, batch, request), strict=True)
        return [found[number] for number in range(len(sources))]

    async def _batch(
        self, job: Job, card: Card, batch: list[Text], request: TranslationRequest
    ) -> list[Translation]:
        guidance, part = _guidance(request), costs.translating(batch, request.beam)

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

        def work(model: TranslationModel) -> Stored:
            (found,) = model.translate([source], watch=watch, guidance=guidance)
            return self._kept(card, found, request, start)

        part = costs.translating([source]) + costs.describing([source])
        task = asyncio.create_task(self._host.turn(job, card, work, part))

        def ended(done: asyncio.Task[Stored]) -> None:
            queue.put_nowait(None)
            if not done.cancelled():
                done.exception()  # looked at, so that a client's leaving is no error in the log

        task.add_done_callback(ended)
        while (live := await queue.get()) is not None:
            aligner = alignment.aligner(card.aligner, list(live.weights))
            yield StreamStep.of(live, number, aligner)
        yield await task

    async def _keep(
        self,
        job: Job,
        card: Card,
        found: Translation,
        request: TranslationRequest,
        start: float,
        paragraph: list[Part],
        number: int,
    ) -> Stored:
        """Keeps one sentence of a paragraph, its number from 0, in a turn."""

        def work() -> Stored:
            return self._kept(card, found, request, start, paragraph, number)

        return await job.turn(work, costs.describing([found.source]))

    def _kept(
        self,
        card: Card,
        found: Translation,
        request: TranslationRequest,
        start: float,
        paragraph: list[Part] | None = None,
        number: int = 0,
    ) -> Stored:
        """Describes and keeps a sentence. In a thread: the store may be on another machine."""
        parts = paragraph or _paragraph(self._store, card, [found], request)
        expires = time.time() + self._settings.trace_seconds
        described = TranslationTrace.of(
            card,
            found,
            id=parts[number].id,
            languages=card.languages or (),
            threshold=request.threshold,
            beam=request.beam,
            paragraph=parts,
            begun=start,
            expires=expires,
        )
        body = described.model_dump_json().encode()
        source = TextSource(found.source, found.target, _guidance(request))
        stored = Stored(parts[number].id, found.trace, source, body, expires)
        self._store.put(stored)
        return stored


class Room:
    """Memory for translations that wait for the rest of their paragraph, by the model."""

    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings
        self._lock = threading.Lock()
        self._sizes: dict[str, float] = {}  # bytes a token of the source

    def hold(self, card: Card, sources: list[Text]) -> int:
        """Before any of it is there: work that is done must not be refused. How many bytes it is.
        Raises Problem 503.
        """
        size = self._sizes.get(card.name, FIRST_SIZE)
        nbytes = int(size * sum(len(source.tokens) for source in sources))
        self._holdings.hold(nbytes)
        return nbytes

    def let_go(self, nbytes: int) -> None:
        self._holdings.let_go(nbytes)

    def learn(self, card: Card, found: list[Translation]) -> None:
        """How large they are: what is larger than usual counts at once."""
        tokens = sum(len(each.source.tokens) for each in found)
        size = BESIDE * sum(each.trace.nbytes for each in found) / tokens
        with self._lock:
            usual = 0.9 * self._sizes.get(card.name, size) + 0.1 * size
            self._sizes[card.name] = max(size, usual)


def _each_kept(model: TranslationModel, alone: list[Alone]) -> list[Stored | Failed]:
    """Sentences of several requests, translated together and kept one by one."""
    found = model.translate([source for source, _ in alone])
    return [attempt(keep, each) for (_, keep), each in zip(alone, found, strict=True)]


def _one(model: TranslationModel, source: Text, request: TranslationRequest) -> Translation:
    """A sentence by itself, as it is asked for. Raises InputError."""
    guidance = _guidance(request)
    if request.target is None:
        return model.translate([source], request.beam, guidance=guidance)[0]
    target = " ".join(clean(request.target, "target").split("\n"))
    return model.force(source, model.read_target(target), guidance=guidance)


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


def _guidance(request: TranslationRequest) -> Guidance:
    """Pins of the same step add up."""
    pins: dict[int | None, list[int]] = {}
    for pin in request.pins:
        pins.setdefault(pin.step, []).extend(pin.source)
    given = {step: tuple(tokens) for step, tokens in pins.items()}
    return Guidance(given, request.attention, request.others)
