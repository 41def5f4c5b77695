"""From sentences to stored traces: cleaned, split, translated or read, aligned, streamed."""

from __future__ import annotations

import asyncio
import hashlib
import threading
import time
from collections.abc import AsyncGenerator
from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool

from app import schemas, wire, wire_text
from app.host import ModelHost
from app.settings import Settings
from app.traces import Stored, TextSource, TraceStore
from models import alignment
from models import text as texts
from models.catalog import Aligner, Card, SentenceModel, TranslationModel
from models.text import Text
from models.trace import InputError, OversizedInput, Trace
from models.translation import Guidance, Live, Reading, Translation

MAX_SENTENCES = 64
Event = schemas.StreamSentence | schemas.StreamStep | schemas.TranslationTrace
Words = str | list[str]


class Gone(Exception):
    """The client of a stream has left: the work stops at its next step."""


class Texts:
    """Makes traces of texts and keeps them; the same request is the same trace."""

    def __init__(self, host: ModelHost, store: TraceStore, settings: Settings) -> None:
        self._host = host
        self._store = store
        self._settings = settings

    async def translate(self, request: schemas.TranslationRequest) -> schemas.TranslationTrace:
        """A translation of every sentence, each kept as a trace; returns the first one's.

        Raises InputError, or Problem 503 when too many wait.
        """
        card = self._host.cards.card(request.model, "translation")
        start = time.perf_counter()
        parts = self._sentences(request, card)
        found = await self._host.run(card, lambda model: _translate(model, parts, request))
        paragraph = _paragraph(card, found, request)
        made = [
            await self._keep(card, each, request, start, paragraph, number)
            for number, each in enumerate(found)
        ]
        return made[0]

    async def stream(self, request: schemas.TranslationRequest) -> AsyncGenerator[Event]:
        """The same step by step. What is wrong with the request is raised before it streams."""
        card = self._host.cards.card(request.model, "translation")
        if request.target is not None or request.beam != 1:
            raise InputError("a stream decodes greedily: leave target and beam out.", "beam")
        parts = self._sentences(request, card)
        sources = await self._host.run(card, lambda model: [model.read(part) for part in parts])
        _guidance(request).check([len(source.tokens) for source in sources])
        return self._events(card, sources, request)

    async def _events(
        self, card: Card, sources: list[Text], request: schemas.TranslationRequest
    ) -> AsyncGenerator[Event]:
        gone = threading.Event()
        try:
            for number, source in enumerate(sources):
                yield schemas.StreamSentence(
                    sentence=number, sentences=len(sources), source=wire_text.text(source)
                )
                async for event in self._steps(card, source, number, request, gone):
                    yield event
        finally:
            gone.set()

    async def _steps(
        self,
        card: Card,
        source: Text,
        number: int,
        request: schemas.TranslationRequest,
        gone: threading.Event,
    ) -> AsyncGenerator[Event]:
        """One sentence's steps as the worker thread makes them, then its trace."""
        loop, queue = asyncio.get_running_loop(), asyncio.Queue[Live | None]()
        start = time.perf_counter()

        def watch(live: Live) -> None:
            if gone.is_set():
                raise Gone
            loop.call_soon_threadsafe(queue.put_nowait, live)

        guidance = _guidance(request)

        def work(model: TranslationModel) -> Translation:
            return model.translate([source], watch=watch, guidance=guidance)[0]

        task = asyncio.create_task(self._host.run(card, work))

        def ended(done: asyncio.Task[Translation]) -> None:
            queue.put_nowait(None)
            if not done.cancelled():
                done.exception()  # looked at, so that a client's leaving is no error in the log

        task.add_done_callback(ended)
        guide = card.aligner
        while (live := await queue.get()) is not None:
            guide = _last_cross(live) if guide is None else guide
            yield wire_text.live(live, number, guide)
        found = await task
        yield await self._keep(card, found, request, start, _paragraph(card, [found], request))

    async def tokens(self, request: schemas.TokensRequest) -> schemas.Tokens:
        """How the model reads a text, without running it. Raises InputError."""
        cards = self._host.cards
        named = cards.get(request.model or "")
        reads = named is not None and named.task == "sentence"
        card = cards.card(request.model, "sentence" if reads else "translation")
        whole = texts.clean(request.text)
        parts = self._parts(whole, card) if card.task == "translation" else [whole]
        found = await self._host.run(card, lambda model: [model.read(part) for part in parts])
        return schemas.Tokens(model=card.name, sentences=[wire_text.text(each) for each in found])

    async def read(self, request: schemas.SentenceRequest) -> Stored:
        """The trace of a text or a pair. Raises InputError."""
        card = self._host.cards.card(request.model, "sentence")
        start = time.perf_counter()
        text = texts.clean(request.text)
        pair = None if request.pair is None else texts.clean(request.pair, "pair")

        def run(model: SentenceModel) -> Reading:
            return model.trace(model.read(text, pair))

        reading = await self._host.run(card, run)
        return self._keep_reading(card, reading, start)

    async def align(self, request: schemas.AlignmentRequest) -> schemas.Alignment:
        """Word alignment of a pair, or of a sentence and its own translation."""
        card = self._host.cards.card(request.model, "translation")
        reverse = self._reverse(card)
        forward = await self._host.run(card, lambda model: _pair(model, request))
        backward = None
        if reverse is not None:
            spans = _spans(forward.source, forward.target)
            backward = await self._host.run(reverse, lambda model: _back(model, forward, *spans))
        return _alignment(card, reverse, forward, backward, request)

    def _reverse(self, card: Card) -> Card | None:
        return self._host.cards.card(card.reverse, "translation") if card.reverse else None

    def _sentences(self, request: schemas.TranslationRequest, card: Card) -> list[str]:
        """The clean text's sentences; with a target it is one."""
        text = texts.clean(request.text)
        if request.target is not None:
            return [" ".join(text.split("\n"))]
        return self._parts(text, card)

    def _parts(self, text: str, card: Card) -> list[str]:
        """A clean text's sentences. Raises OversizedInput."""
        parts = texts.sentences(text, card.languages[0] if card.languages else "en")
        if len(parts) > MAX_SENTENCES:
            raise OversizedInput(
                f"text has {len(parts)} sentences: give at most {MAX_SENTENCES}.", "text"
            )
        return parts

    async def _keep(
        self,
        card: Card,
        found: Translation,
        request: schemas.TranslationRequest,
        start: float,
        paragraph: list[schemas.Part],
        number: int = 0,
    ) -> schemas.TranslationTrace:
        """Keeps one sentence of a paragraph, its number from 0."""
        expires = time.time() + self._settings.trace_seconds
        body = await run_in_threadpool(
            _described, card, found, request, start, expires, paragraph, number
        )
        description = body.model_dump_json().encode()
        source = TextSource(found.source, found.target, _guidance(request))
        self._store.put(Stored(body.id, found.trace, source, description, expires))
        return body

    def _keep_reading(self, card: Card, found: Reading, start: float) -> Stored:
        expires = time.time() + self._settings.trace_seconds
        trace_id = _id(card, found.text.text, str(found.text.second))
        body = schemas.SentenceTrace(
            id=trace_id,
            model=card.name,
            text=wire_text.text(found.text),
            sites=[wire.site(site) for site in found.trace.sites],
            next=[wire_text.step(each) for each in found.next],
            timings=_timings(found.trace, start),
            expires_at=datetime.fromtimestamp(expires, UTC),
        )
        description = body.model_dump_json().encode()
        stored = Stored(trace_id, found.trace, TextSource(found.text), description, expires)
        self._store.put(stored)
        return stored


def _described(
    card: Card,
    found: Translation,
    request: schemas.TranslationRequest,
    start: float,
    expires: float,
    paragraph: list[schemas.Part],
    number: int,
) -> schemas.TranslationTrace:
    guide = wire_text.aligner(card, found)
    return schemas.TranslationTrace(
        id=paragraph[number].id,
        model=card.name,
        languages=list(card.languages or ()),
        source=wire_text.text(found.source),
        target=wire_text.text(found.target),
        forced=found.forced,
        sites=[wire.site(site) for site in found.trace.sites],
        outputs=list(found.trace.outputs),
        alignment=wire_text.alignment_weights(found, guide, request.threshold),
        steps=[wire_text.step(each) for each in found.steps],
        beam=wire_text.beam(found, request.beam),
        paragraph=paragraph,
        timings=_timings(found.trace, start),
        expires_at=datetime.fromtimestamp(expires, UTC),
    )


def _paragraph(
    card: Card, found: list[Translation], request: schemas.TranslationRequest
) -> list[schemas.Part]:
    """A paragraph's sentences and the names of their traces.

    A sentence is named by its text; among others also by theirs and its place, since its
    description names them.
    """
    choices = request.model_dump_json(include={"beam", "threshold", "pins", "attention"})
    whole = [each.source.text for each in found] if len(found) > 1 else []
    parts = []
    for number, each in enumerate(found):
        place = [str(number), *whole] if whole else []
        forced = each.target.text if each.forced else ""
        trace_id = _id(card, each.source.text, forced, choices, *place)
        parts.append(schemas.Part(id=trace_id, source=each.source.text, target=each.target.text))
    return parts


def _translate(
    model: TranslationModel, parts: list[str], request: schemas.TranslationRequest
) -> list[Translation]:
    sources, guidance = [model.read(part) for part in parts], _guidance(request)
    if request.target is None:
        return model.translate(sources, request.beam, guidance=guidance)
    target = " ".join(texts.clean(request.target, "target").split("\n"))
    return [model.force(sources[0], model.read_target(target), guidance=guidance)]


def _pair(model: TranslationModel, request: schemas.AlignmentRequest) -> Translation:
    source = model.read(*_given(request.text, "text"))
    if request.target is None:
        return model.translate([source])[0]
    return model.force(source, model.read_target(*_given(request.target, "target")))


def _given(words: Words, parameter: str) -> tuple[str, list[tuple[int, int]] | None]:
    """A text as it was sent, or words put together and where each lies."""
    if isinstance(words, str):
        return " ".join(texts.clean(words, parameter).split("\n")), None
    if not words:
        raise InputError(f"{parameter} has no words: give at least one.", parameter)
    return texts.joined(words, parameter)


Spans = list[tuple[int, int]]


def _spans(source: Text, target: Text) -> tuple[Spans, Spans]:
    """The words of both texts, so that the other direction aligns the same ones."""
    found = [
        [(word.start, word.end) for word in alignment.real(text.words)] for text in (source, target)
    ]
    return found[0], found[1]


def _back(
    model: TranslationModel, forward: Translation, source: Spans, target: Spans
) -> Translation:
    """The same pair the other way round: the target is read and the source written."""
    read = model.read(forward.target.text, target)
    return model.force(read, model.read_target(forward.source.text, source))


def _alignment(
    card: Card,
    reverse: Card | None,
    forward: Translation,
    backward: Translation | None,
    request: schemas.AlignmentRequest,
) -> schemas.Alignment:
    guide = wire_text.needed_aligner(card, forward)
    ahead = wire_text.real_weights(forward, guide)  # (M, N)
    back = None
    if reverse is not None and backward is not None:
        back = wire_text.real_weights(backward, wire_text.needed_aligner(reverse, backward))
    strengths = ahead if back is None else alignment.symmetrise(ahead, back)
    found = alignment.links(strengths, request.threshold)
    return schemas.Alignment(
        model=card.name,
        reverse=reverse.name if reverse else None,
        translated=not forward.forced,
        source=wire_text.text(forward.source),
        target=wire_text.text(forward.target),
        source_words=[word.text for word in alignment.real(forward.source.words)],
        target_words=[word.text for word in alignment.real(forward.target.words)],
        tokens=wire_text.alignment_weights(forward, guide, request.threshold),
        forward=wire_text.matrix(ahead),
        backward=None if back is None else wire_text.matrix(back),
        strengths=wire_text.matrix(strengths),
        threshold=request.threshold,
        links=wire_text.links(found),
        pharaoh=alignment.pharaoh(found),
    )


def _last_cross(live: Live) -> Aligner | None:
    return Aligner(site=list(live.weights)[-1], head=0) if live.weights else None


def _guidance(request: schemas.TranslationRequest) -> Guidance:
    """Pins of the same step add up."""
    pins: dict[int | None, tuple[int, ...]] = {}
    for pin in request.pins:
        pins[pin.step] = (*pins.get(pin.step, ()), *pin.source)
    return Guidance(pins, request.attention)


def _id(card: Card, *parts: str) -> str:
    """Content-addressed: the same text, model and choices are one trace."""
    key = "\0".join((card.name, card.source.sha256, *parts))
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _timings(trace: Trace, start: float) -> schemas.TextTimings:
    total = (time.perf_counter() - start) * 1000
    return schemas.TextTimings(
        forward_ms=round(trace.timings["forward_ms"], 2), total_ms=round(total, 2)
    )
