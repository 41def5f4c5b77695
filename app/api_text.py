"""Routes of texts under /api/v1: translations, their stream, sentences, word alignment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from app import schemas
from app.api import TEXT_PROBLEMS, json_response
from app.api import router as traces
from app.problems import problem_of
from app.texts import Event, Texts

router = APIRouter(prefix=traces.prefix)
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


async def _sent(events: AsyncIterator[Event]) -> AsyncIterator[str]:
    """Events as they go over the wire. The status is sent by now: an error is an event too."""
    try:
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
    stored = await texts.read(request)
    headers = {"Location": f"{router.prefix}/traces/{stored.id}"}
    return Response(stored.description, 201, headers, "application/json")


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
    headers = {"Location": f"{router.prefix}/traces/{trace.id}"}
    return Response(trace.model_dump_json(), 201, headers, "application/json")
