"""Routes of a kept trace under /traces: its description, weights, outputs, pictures."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from numpy.typing import NDArray

from foveate.app import render
from foveate.app.api import responses
from foveate.app.api.responses import (
    ARRAY,
    IMAGE,
    NPY,
    PREFIX,
    TRACE_PROBLEMS,
    at_once,
    drawn,
    drawn_at_once,
    drawn_values,
    json_response,
    pixels_of,
    values_of,
    worked_out,
)
from foveate.app.problems import Problem
from foveate.app.runtime.store import Stored, TraceStore
from foveate.app.settings import Settings
from foveate.app.wire import view
from foveate.app.wire.arrays import Output, QueryKeyValue, Saliency, Statistics, Weights
from foveate.app.wire.axes import axis_of
from foveate.app.wire.choices import Choice, Format, ImageFormat, Method, Picture
from foveate.app.wire.images import Heatmaps, ImageTrace
from foveate.app.wire.numbers import numbers
from foveate.app.wire.texts import SentenceTrace
from foveate.app.wire.translations import TranslationTrace
from foveate.app.wire.videos import VideoTrace
from foveate.models.analysis.rollout import chain
from foveate.models.analysis.rollout import rollout as rolled_out
from foveate.models.analysis.steps import check_stepwise
from foveate.models.analysis.windows import window_rollout, windowed
from foveate.models.attention import QueryKey
from foveate.models.axis import Axis
from foveate.models.errors import InputError
from foveate.models.site import Site, parse_head
from foveate.models.trace import ClipFrame, Trace

router = APIRouter(prefix=PREFIX)
MOST_QK = 64 * 1024 * 1024  # bytes: those of a clip are many


def _stored(request: Request, trace_id: str) -> Stored:
    store: TraceStore = request.app.state.store
    return store.get(trace_id)


async def _limit(request: Request) -> int:
    settings: Settings = request.app.state.settings
    return settings.json_values


Found = Annotated[Stored, Depends(_stored)]
Limit = Annotated[int, Depends(_limit)]
FormatQuery = Annotated[Format | None, Query(description="Else by the Accept header")]
SiteName = Annotated[str, Query(description="Site by name", examples=["encoder.12.self"])]
OutputName = Annotated[str, Path(description="One of the trace's outputs", examples=["saliency"])]
StackName = Annotated[
    str | None, Query(description="encoder or decoder, of a trace that has both; else the only one")
]
RolloutMethod = Annotated[
    Literal[Method.rollout, Method.window_rollout],
    Query(description="window-rollout is approximate, through layers of windows"),
]
QueryText = Annotated[str, Query(description="cls where there is one, row,column or a token")]


@router.get(
    "/traces/{trace_id}",
    response_model=ImageTrace | VideoTrace | TranslationTrace | SentenceTrace,
    responses=TRACE_PROBLEMS,
    tags=["traces"],
    summary="A trace's description again",
)
async def describe(stored: Found) -> Response:
    return Response(stored.description, media_type="application/json")


@router.get(
    "/traces/{trace_id}/weights",
    response_model=Weights,
    responses=TRACE_PROBLEMS | {200: ARRAY},
    tags=["traces"],
    summary="Attention weights of a site: one head and query, or all of them",
)
async def weights(
    request: Request,
    stored: Found,
    limit: Limit,
    site: Annotated[
        str | None, Query(description="Else the last", examples=["encoder.12.self"])
    ] = None,
    layer: Annotated[int | None, Query(description="Or by layer, from 1")] = None,
    stack: StackName = None,
    head: Annotated[str | None, Query(description="A number, mean or max; else all")] = None,
    query: Annotated[str | None, Query(description="cls, row,column or a token; else all")] = None,
    format: FormatQuery = None,
) -> Response:
    choice = Choice(site=site, layer=layer, stack=stack, head=head or "mean", query=query or "cls")
    kind = responses.negotiate(request, format)
    found = view.site_of(stored.trace, choice)
    count = (1 if head else found.heads) * (1 if query else found.query.size) * found.key.size
    responses.check_size(count, kind, limit)
    return await worked_out(request, count, _weights, found, head, query, kind)


def _weights(site: Site, head: str | None, query: str | None, kind: Format) -> Response:
    found = site.weights(
        parse_head(head) if head else None, site.query.index(query) if query else None
    ).numpy()
    if kind == "npy":
        return responses.npy(found)
    if kind == "csv":
        return responses.weights_csv(found, site.key, None if query else site.query)
    return json_response(
        Weights(
            site=site.name,
            head=head,
            query=query,
            method=Method.weights,
            key=axis_of(site.key),
            weights=numbers(found),
        )
    )


@router.get(
    "/traces/{trace_id}/rollout",
    response_model=Weights,
    responses=TRACE_PROBLEMS | {200: ARRAY},
    tags=["traces"],
    summary="Attention rollout of one query over all layers of one stack",
)
async def rollout(
    request: Request,
    stored: Found,
    query: QueryText = "cls",
    stack: StackName = None,
    method: RolloutMethod = Method.rollout,
    format: FormatQuery = None,
) -> Response:
    kind = responses.negotiate(request, format)
    windows = method is Method.window_rollout
    through = windowed(stored.trace) if windows else chain(stored.trace, stack)
    given = (_rollout, stored, query, stack, method, kind)
    return await worked_out(request, values_of(through), *given, held=at_once(through))


def _rollout(
    stored: Stored, query: str, stack: str | None, method: Method, kind: Format
) -> Response:
    axis, found = _rolled(stored.trace, query, stack, method)
    if kind == "npy":
        return responses.npy(found)
    if kind == "csv":
        return responses.weights_csv(found, axis)
    return json_response(
        Weights(
            site=None,
            head=None,
            query=query,
            method=method,
            key=axis_of(axis),
            weights=numbers(found),
        )
    )


def _rolled(
    trace: Trace, query: str, stack: str | None, method: Method
) -> tuple[Axis, NDArray[Any]]:
    """A rollout, and the axis that it is over."""
    if method is Method.window_rollout:
        axis = windowed(trace)[0].query
        return axis, window_rollout(trace, axis.index(query)).numpy()
    first = chain(trace, stack)[0]
    return first.key, rolled_out(trace, first.query.index(query), stack).numpy()


@router.get(
    "/traces/{trace_id}/steps",
    response_model=QueryKeyValue,
    responses=TRACE_PROBLEMS,
    tags=["traces"],
    summary="Query, key and value step by step, with their real numbers, for one query of one head",
)
async def steps(
    request: Request,
    stored: Found,
    limit: Limit,
    site: SiteName,
    head: Annotated[int, Query(ge=0, description="A number from 0")] = 0,
    query: QueryText = "cls",
    top: Annotated[
        int | None, Query(ge=1, description="List only the keys with the most weight")
    ] = None,
) -> Response:
    found = stored.trace.site(site)
    number = found.query.index(query)
    check_stepwise(found)
    listed = min(top or found.key.size, found.key.size)
    responses.check_size(2 * found.width * listed, "json", limit)
    host = request.app.state.host
    card = host.cards[stored.trace.model]

    def work(model: Any) -> Response:
        found.weights(head, number)  # says what is wrong with the choice before the model runs
        values = stored.source.values(model, site)
        return json_response(QueryKeyValue.of(found, head, number, values, top))

    return await host.run(card, "steps", stored.source.cost, work)  # type: ignore[no-any-return]


@router.get(
    "/traces/{trace_id}/qk",
    response_class=Response,
    responses=TRACE_PROBLEMS | {200: {"content": {NPY: {}}}},
    tags=["traces"],
    summary="Queries and keys of a site: float16 (2, heads, tokens, width), zeros after the fewer",
)
async def qk(
    request: Request,
    stored: Found,
    site: SiteName,
    head: Annotated[int | None, Query(ge=0, description="One alone, from 0; else all")] = None,
) -> Response:
    found = stored.trace.site(site).query_key
    if found.beside:
        raise InputError(f"site {site} {found.beside}: ask for /weights with format=npy.", "site")
    values = (found.query.numel() + found.key.numel()) // (1 if head is None else found.shape[0])
    if 2 * values > MOST_QK:
        raise Problem(
            413,
            f"Queries and keys of all heads are {2 * values} bytes (at most {MOST_QK}): ask for "
            "one with head=.",
            "head",
        )
    return await worked_out(request, values, _qk, stored.trace.site(site), found, head)


def _qk(site: Site, found: QueryKey, head: int | None) -> Response:
    if head is not None:
        site.weights(head, 0)  # says what is wrong with the choice
    both = found.half().numpy()
    return responses.npy(both if head is None else both[:, head : head + 1])


@router.get(
    "/traces/{trace_id}/outputs/{name}",
    response_model=Output,
    responses=TRACE_PROBLEMS | {200: ARRAY},
    tags=["traces"],
    summary="What else a model shows of itself, by a name of the trace's outputs",
)
async def outputs(
    request: Request, stored: Found, limit: Limit, name: OutputName, format: FormatQuery = None
) -> Response:
    kind = responses.negotiate(request, format)
    values = _output_values(stored, name)
    return await worked_out(request, values, _output, stored, name, kind, limit)


def _output_values(stored: Stored, name: str) -> int:
    outputs = stored.trace.outputs
    return outputs[name].nbytes // 4 if name in outputs else 0  # what is missing is told by `view`


def _output(stored: Stored, name: str, kind: Format, limit: int) -> Response:
    found = view.output_of(stored.trace, name).numpy()
    responses.check_size(found.size, kind, limit)
    match kind:
        case "npy":
            return responses.npy(found)
        case "csv":
            return responses.matrix_csv(found)
        case _:
            return json_response(Output(name=name, values=found))


@router.get(
    "/traces/{trace_id}/saliency",
    response_model=Saliency,
    responses=TRACE_PROBLEMS | {200: ARRAY},
    tags=["traces"],
    summary="The decoder's saliency of every pixel of the model's input",
)
async def saliency(
    request: Request, stored: Found, limit: Limit, format: FormatQuery = None
) -> Response:
    kind = responses.negotiate(request, format)
    values = _output_values(stored, "saliency")
    return await worked_out(request, values, _saliency, stored, kind, limit)


def _saliency(stored: Stored, kind: Format, limit: int) -> Response:
    found = view.saliency_of(stored.trace).numpy()
    responses.check_size(found.size, kind, limit)
    match kind:
        case "npy":
            return responses.npy(found)
        case "csv":
            return responses.matrix_csv(found)
        case _:
            height, width = found.shape
            return json_response(Saliency(width=width, height=height, saliency=found))


@router.get(
    "/traces/{trace_id}/statistics",
    response_model=Statistics,
    responses=TRACE_PROBLEMS,
    tags=["traces"],
    summary="Entropy and mean attention distance of every head",
)
async def statistics(request: Request, stored: Found, stack: StackName = None) -> Statistics:
    if isinstance(stored.trace.frame, ClipFrame):
        raise InputError("statistics are of photos and texts: ask for /when of a clip.", "trace_id")
    sites = stored.trace.sites
    held = at_once(sites)
    return await worked_out(request, values_of(sites), _statistics, stored, stack, held=held)


def _statistics(stored: Stored, stack: str | None) -> Statistics:
    return Statistics.of(stored.trace, stack)


@router.get(
    "/traces/{trace_id}/heads",
    response_model=Statistics,
    responses=TRACE_PROBLEMS,
    tags=["traces"],
    summary="The old name of /statistics",
    deprecated=True,
)
async def heads(request: Request, stored: Found) -> Statistics:
    return await statistics(request, stored)


@router.get(
    "/traces/{trace_id}/heatmaps",
    responses=TRACE_PROBLEMS,
    tags=["traces"],
    summary="What one query sees at every site, in eight bits",
)
async def heatmaps(request: Request, stored: Found, query: QueryText = "cls") -> list[Heatmaps]:
    values = sum(site.heads * site.key.size for site in stored.trace.sites)
    return await worked_out(request, values, _heatmaps, stored, query)


def _heatmaps(stored: Stored, query: str) -> list[Heatmaps]:
    _ = stored.trace.attended, stored.image  # a text has no heatmaps
    return [Heatmaps.of(*found) for found in view.queries_of(stored.trace, query)]


@router.get(
    "/traces/{trace_id}/photo",
    response_class=Response,
    responses=TRACE_PROBLEMS | {200: {"content": {"image/jpeg": {}}}},
    tags=["traces"],
    summary="The photo as it is kept: upright, RGB, reduced",
)
async def photo(request: Request, stored: Found) -> Response:
    return await worked_out(request, pixels_of(stored), _photo, stored)


def _photo(stored: Stored) -> Response:
    return Response(render.jpeg(stored.image.photo.image), media_type="image/jpeg")


@router.get(
    "/traces/{trace_id}/overlay.{format}",
    response_class=Response,
    responses=TRACE_PROBLEMS | IMAGE,
    tags=["traces"],
    summary="The photo seen through a heatmap",
)
async def overlay(
    request: Request,
    stored: Found,
    format: Annotated[ImageFormat, Path(examples=["png"])],
    picture: Annotated[Picture, Query()],
) -> Response:
    values, held = drawn_values(stored, picture), drawn_at_once(stored, picture)
    return await worked_out(request, values, drawn, stored, picture, format, held=held)
