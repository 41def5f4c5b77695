"""Routes of texts under /api/v1: translations, their stream, sentences, word alignment."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from app import schemas
from app.api import PREFIX, TEXT_PROBLEMS, created, json_response
from app.problems import problem_of
from app.texts import Event, Texts

router = APIRouter(prefix=PREFIX)
EVENTS = {
    schemas.StreamSentence: "sentence",
    schemas.StreamStep: "step",
    schemas.TranslationTrace: "trace",
}


def _texts(request: Request) -> Texts:
    return request.app.state.texts  # type: ignore[no-any-return]


Service = Annotated[Texts, Depends(_texts)]


@router.post(
    "/tokens",
    response_model=schemas.Tokens,
    responses=TEXT_PROBLEMS,
    tags=["sentences"],
    summary="The tokens and words of a text as a model reads it, while it is typed",
)
async def tokens(request: schemas.TokensRequest, texts: Service) -> Response:
    return json_response(await texts.tokens(request))


@router.post(
    "/translations/traces",
    status_code=201,
    response_model=schemas.TranslationTrace,
    responses=TEXT_PROBLEMS,
    tags=["sentences"],
    summary="Translate, or force a translation, and keep the trace of every sentence",
)
async def trace_translation(request: schemas.TranslationRequest, texts: Service) -> Response:
    return _created(await texts.translate(request))


@router.post(
    "/translations/stream",
    response_class=StreamingResponse,
    responses=TEXT_PROBLEMS | {200: {"content": {"text/event-stream": {}}}},
    tags=["sentences"],
    summary="The same one step at a time, as server-sent events: sentence, step, trace, done",
)
async def stream_translation(request: schemas.TranslationRequest, texts: Service) -> Response:
    events = await texts.stream(request)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_sent(events), media_type="text/event-stream", headers=headers)


async def _sent(events: AsyncGenerator[Event]) -> AsyncIterator[str]:
    """Events as they go over the wire. The status is sent by now: an error is an event too."""
    try:
        async with aclosing(events):  # or a client that leaves is only noticed by the collector
            async for event in events:
                yield f"event: {EVENTS[type(event)]}\ndata: {event.model_dump_json()}\n\n"
    except Exception as error:
        yield f"event: problem\ndata: {problem_of(error).model_dump_json()}\n\n"
    yield "event: done\ndata: {}\n\n"


@router.post(
    "/sentences/traces",
    status_code=201,
    response_model=schemas.SentenceTrace,
    responses=TEXT_PROBLEMS,
    tags=["sentences"],
    summary="Let an encoder or a language model read a text, or a pair, and keep the trace",
)
async def trace_sentence(request: schemas.SentenceRequest, texts: Service) -> Response:
    return created(await texts.read(request))


@router.post(
    "/alignment",
    response_model=schemas.Alignment,
    responses=TEXT_PROBLEMS,
    tags=["scripts"],
    summary="One call for scripts: words, weights of both directions, links",
)
async def align(request: schemas.AlignmentRequest, texts: Service) -> Response:
    return json_response(await texts.align(request))


def _created(trace: schemas.TranslationTrace) -> Response:
    headers = {"Location": f"{PREFIX}/traces/{trace.id}"}
    return Response(trace.model_dump_json(), 201, headers, "application/json")
