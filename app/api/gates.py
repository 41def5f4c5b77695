"""Routes of gates: what they were, their maps, the network, what came out, and the switch."""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from foveate.app import render
from foveate.app.api import responses
from foveate.app.api.images import Service
from foveate.app.api.responses import (
    NPY,
    PNG,
    PREFIX,
    TRACE_PROBLEMS,
    created,
    json_response,
    worked_out,
)
from foveate.app.api.traces import Found, Limit
from foveate.app.api.videos import Service as Videos
from foveate.app.runtime.averages import Averages
from foveate.app.runtime.store import ClipSource, Stored, TraceStore
from foveate.app.wire.choices import MOST_LETTERS
from foveate.app.wire.gates import (
    DRAWN,
    Difference,
    GateAverages,
    GateValues,
    MadeOutput,
    Maps,
    NetworkView,
    PartPicture,
    gates_of,
    made_by,
)
from foveate.app.wire.images import ImageTrace
from foveate.app.wire.interventions import Intervention
from foveate.app.wire.videos import VideoTrace
from foveate.models.analysis.difference import difference
from foveate.models.analysis.gates import MapKind, kept_map, maps, numbers_of
from foveate.models.errors import InputError
from foveate.models.trace import Trace
from foveate.models.zoo.base import DrawnModel, ImageModel

router = APIRouter(prefix=PREFIX)
MapFormat = Literal["npy", "json", "png"]
GateName = Annotated[str, Query(description="Site by name", examples=["decoder.1.channel"])]
MOST_CHANNELS = 4096  # that a list of numbers may have
ChannelList = Annotated[
    str | None,
    Query(
        description="Numbers with commas between, each once; else all",
        max_length=20_000,
        examples=["0,7"],
    ),
]
OtherTrace = Annotated[
    str,
    Query(
        description="The id of another trace of the photo",
        max_length=MOST_LETTERS,
        examples=["$GATES_ID"],
    ),
]


@router.post(
    "/traces/{trace_id}/interventions",
    status_code=201,
    response_model=ImageTrace | VideoTrace,
    responses=TRACE_PROBLEMS,
    tags=["gates"],
    summary="The same photo or clip again with something changed: a trace of its own",
)
async def intervene(
    stored: Found, asked: Intervention, images: Service, videos: Videos
) -> Response:
    if isinstance(stored.source, ClipSource):
        return created(await videos.again(stored, asked.asked()))
    return created(await images.again(stored, asked.asked()))


@router.get(
    "/traces/{trace_id}/network",
    response_model=NetworkView,
    responses=TRACE_PROBLEMS,
    tags=["gates"],
    summary="The network as it is drawn: parts, their sizes in this pass, skips, tiles",
)
async def network(request: Request, stored: Found) -> Response:
    network = stored.trace.network
    parts = len(network.nodes) + len(network.edges) + len(network.tiles) if network else 0
    return await worked_out(request, parts, _network, stored.trace)


def _network(trace: Trace) -> Response:
    return json_response(NetworkView.of(trace))


@router.get(
    "/traces/{trace_id}/pictures",
    responses=TRACE_PROBLEMS,
    tags=["gates"],
    summary="How strong the map of every part of the network is, as small pictures",
)
async def pictures(request: Request, stored: Found) -> list[PartPicture]:
    host, source = request.app.state.host, stored.image
    card = host.cards.card(stored.trace.model, "image")
    changed = stored.trace.intervention

    def work(model: ImageModel) -> list[PartPicture]:
        given = source.photo, source.resolution, changed
        found = model.pictures(*given) if isinstance(model, DrawnModel) else {}
        if not found:
            raise InputError(f"how {stored.trace.model} is built is not drawn.", "trace_id")
        return [PartPicture.of(name, each) for name, each in found.items()]

    return await host.run(card, "pictures", source.cost, work)  # type: ignore[no-any-return]


@router.get(
    "/traces/{trace_id}/gates",
    responses=TRACE_PROBLEMS,
    tags=["gates"],
    summary="Every gate of the pass, value by value",
)
async def gates(request: Request, stored: Found) -> list[GateValues]:
    values = sum(site.key.size for site in stored.trace.sites)
    return await worked_out(request, values, gates_of, stored.trace)


@router.get(
    "/traces/{trace_id}/gates/average",
    response_model=GateAverages,
    responses=TRACE_PROBLEMS,
    tags=["gates"],
    summary="The gates of this trace's model on average over the sample photos",
)
async def average(request: Request, stored: Found) -> GateAverages:
    averages: Averages = request.app.state.averages
    return await averages.of(stored)


@router.get(
    "/traces/{trace_id}/maps",
    response_model=Maps,
    responses=TRACE_PROBLEMS | {200: {"content": {NPY: {}, "image/png": {}}}},
    tags=["gates"],
    summary="Channels of the map before a gate (x) or after it (y): NPY float16, JSON or PNG",
)
async def feature_maps(
    request: Request,
    stored: Found,
    limit: Limit,
    site: GateName,
    of: Annotated[MapKind, Query(description="x before the gate, y = g(x) x after it")] = "x",
    channels: ChannelList = None,
    format: Annotated[MapFormat, Query(description="npy, json or png")] = "npy",
) -> Response:
    given = kept_map(stored.trace, site)
    numbers = numbers_of(site, given, None if channels is None else _numbers(channels))
    count = len(numbers) * given[0].numel()
    responses.check_size(count, "json" if format == "json" else "npy", limit)
    return await worked_out(request, count, _maps, stored.trace, site, of, numbers, format)


def _maps(trace: Trace, site: str, of: MapKind, channels: list[int], format: MapFormat) -> Response:
    found = maps(trace, site, of, channels)
    match format:
        case "npy":
            return responses.npy(found.numpy())
        case "json":
            return json_response(Maps.of_tensor(site, of, channels, found))
    shown = ", ".join(map(str, channels[:8])) + (", ..." if len(channels) > 8 else "")
    caption = f"{of} at {site}, channels {shown}"
    return Response(
        render.png(render.sheet(found.float().numpy()), caption), media_type="image/png"
    )


def _numbers(text: str) -> list[int]:
    """Raises InputError for what is no list of numbers."""
    parts = [part.strip() for part in text.split(",")]
    wrong = [part for part in parts if not (part.isascii() and part.isdigit() and len(part) < 9)]
    if wrong or len(parts) > MOST_CHANNELS:
        raise InputError(
            f"channels {text[:40]!r} is no list of numbers: give at most {MOST_CHANNELS} with "
            "commas between, such as 0,7.",
            "channels",
        )
    return [int(part) for part in parts]


@router.get(
    "/traces/{trace_id}/output",
    response_model=MadeOutput,
    responses=TRACE_PROBLEMS | {200: {"content": {NPY: {}}}},
    tags=["gates"],
    summary="What came out: a mask, a picture, a segmentation, probabilities or features",
)
async def output(
    request: Request,
    stored: Found,
    limit: Limit,
    format: Annotated[Literal["npy", "json"] | None, Query(description="Else by Accept")] = None,
) -> Response:
    kind = responses.negotiate(request, format)
    values = stored.trace.outputs[made_by(stored.trace)].nbytes // 4
    return await worked_out(request, values, _output, stored, kind, limit)


def _output(stored: Stored, format: str, limit: int) -> Response:
    kind = made_by(stored.trace)
    made = stored.trace.outputs[kind].value()
    found = (made if made.dtype == torch.uint8 else made.float()).numpy()
    if format == "npy":
        return responses.npy(found)
    responses.check_size(found.size, "json", limit)
    return json_response(MadeOutput.of(stored.trace))


@router.get(
    "/traces/{trace_id}/output.png",
    response_class=Response,
    responses=TRACE_PROBLEMS | {200: PNG},
    tags=["gates"],
    summary="The mask, white where it is 1, the picture or the segmentation that came out",
)
async def output_picture(request: Request, stored: Found) -> Response:
    kind = made_by(stored.trace, DRAWN)
    values = stored.trace.outputs[kind].nbytes // 4
    return await worked_out(request, values, _drawn, stored, kind)


def _drawn(stored: Stored, kind: str) -> Response:
    picture = render.output(stored.trace.outputs[kind])
    content = render.png(picture, f"{stored.trace.model}, {kind}")
    return Response(content, media_type="image/png")


@router.get(
    "/traces/{trace_id}/difference",
    response_model=Difference,
    responses=TRACE_PROBLEMS,
    tags=["gates"],
    summary="How far this trace's output is from another's, as one number and in words",
)
async def compared(request: Request, stored: Found, other: OtherTrace) -> Difference:
    store: TraceStore = request.app.state.store
    second = await run_in_threadpool(store.get, other)
    if stored.image.photo.sha256 != second.image.photo.sha256:
        raise InputError("the other trace is of another photo: compare two of one photo.", "other")
    kind = stored.trace.offers.output
    values = stored.trace.outputs[kind].nbytes // 2 if kind else 0
    found = await worked_out(request, values, difference, stored.trace, second.trace)
    return Difference.of(found, other)
