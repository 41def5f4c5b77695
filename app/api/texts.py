"""Routes of texts: translations, their stream, sentences, word alignment."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from foveate.app.api.answer import Answer
from foveate.app.api.responses import PREFIX, TEXT_PROBLEMS, created, json_response
from foveate.app.problems import problem_of
from foveate.app.runtime.alignments import Alignments, values_of
from foveate.app.runtime.readings import Readings
from foveate.app.runtime.store import Stored
from foveate.app.runtime.translations import Event, Translations
from foveate.app.wire.alignments import Alignment, AlignmentRequest
from foveate.app.wire.texts import (
    Embeddings,
    EmbeddingsRequest,
    SentenceRequest,
    SentenceTrace,
    Tokens,
    TokensRequest,
)
from foveate.app.wire.translations import (
    StreamSentence,
    StreamStep,
    TranslationRequest,
    TranslationTrace,
)

router = APIRouter(prefix=PREFIX)
WRITTEN = 16  # bytes of a weight in JSON


async def _translations(request: Request) -> Translations:
    return request.app.state.translations  # type: ignore[no-any-return]


async def _readings(request: Request) -> Readings:
    return request.app.state.readings  # type: ignore[no-any-return]


async def _alignments(request: Request) -> Alignments:
    return request.app.state.alignments  # type: ignore[no-any-return]


Translating = Annotated[Translations, Depends(_translations)]
Reading = Annotated[Readings, Depends(_readings)]
Aligning = Annotated[Alignments, Depends(_alignments)]


@router.post(
    "/tokens",
    response_model=Tokens,
    responses=TEXT_PROBLEMS,
    tags=["sentences"],
    summary="The tokens and words of a text as a model reads it, while it is typed",
)
async def tokens(request: TokensRequest, readings: Reading) -> Response:
    return await run_in_threadpool(json_response, await readings.tokens(request))


@router.get(
    "/models/{name}/embeddings",
    response_model=Embeddings,
    responses=TEXT_PROBLEMS,
    tags=["sentences"],
    summary="A word in a model's table of embeddings: its numbers, and the words nearest to it",
)
async def embeddings(
    name: Annotated[str, Path(max_length=100, examples=["additive-en-fr"])],
    asked: Annotated[EmbeddingsRequest, Query()],
    readings: Reading,
) -> Response:
    return await run_in_threadpool(json_response, await readings.embeddings(name, asked))


@router.post(
    "/translations/traces",
    status_code=201,
    response_model=TranslationTrace,
    responses=TEXT_PROBLEMS,
    tags=["sentences"],
    summary="Translate, or force a translation, and keep the trace of every sentence",
)
async def trace_translation(request: TranslationRequest, translations: Translating) -> Response:
    return created(await translations.translate(request))


@router.post(
    "/translations/stream",
    response_class=StreamingResponse,
    responses=TEXT_PROBLEMS | {200: {"content": {"text/event-stream": {}}}},
    tags=["sentences"],
    summary="The same one step at a time, as server-sent events: sentence, step, trace, done",
)
async def stream_translation(request: TranslationRequest, translations: Translating) -> Response:
    events = await translations.stream(request)
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(_sent(events), media_type="text/event-stream", headers=headers)


async def _sent(events: AsyncGenerator[Event]) -> AsyncIterator[bytes]:
    """Events as they go over the wire. The status is sent by now: an error is an event too."""
    try:
        async with aclosing(events):  # or a client that leaves is only noticed by the collector
            async for event in events:
                yield _named(event)
    except Exception as error:
        yield _event("problem", problem_of(error).model_dump_json().encode())
    yield _event("done", b"{}")


def _named(event: Event) -> bytes:
    match event:
        case Stored():
            return _event("trace", event.description)
        case StreamSentence():
            return _event("sentence", event.model_dump_json().encode())
        case StreamStep():
            return _event("step", event.model_dump_json().encode())


def _event(name: str, data: bytes) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), data)


@router.post(
    "/sentences/traces",
    status_code=201,
    response_model=SentenceTrace,
    responses=TEXT_PROBLEMS,
    tags=["sentences"],
    summary="Let an encoder or a language model read a text, or a pair, and keep the trace",
)
async def trace_sentence(request: SentenceRequest, readings: Reading) -> Response:
    return created(await readings.read(request))


@router.post(
    "/alignment",
    response_model=Alignment,
    responses=TEXT_PROBLEMS,
    tags=["scripts"],
    summary="One call for scripts: words, weights of both directions, links",
)
async def align(http: Request, request: AlignmentRequest, alignments: Aligning) -> Response:
    holdings, before = http.app.state.holdings, WRITTEN * values_of(request)
    holdings.hold(before)
    answer = await alignments.align(request, lambda found: Answer(json_response(found)))
    answer.counted(holdings, before)
    return answer
