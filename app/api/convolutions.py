"""Routes of a convolutional classifier's trace: verdict, class maps, receptive fields."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from torch import Tensor

from foveate.app import render
from foveate.app.api import responses
from foveate.app.api.responses import (
    ARRAY,
    PNG,
    PREFIX,
    TRACE_PROBLEMS,
    json_response,
    pixels_of,
    worked_out,
)
from foveate.app.api.traces import Found, Limit
from foveate.app.runtime.store import Stored
from foveate.app.wire.base import Wire
from foveate.app.wire.choices import Format, Look
from foveate.app.wire.convolutions import (
    CamChoice,
    CamOfLayers,
    CamPicture,
    CamQuery,
    ClassMap,
    Layers,
    UnitChoice,
    UnitPicture,
    UnitQuery,
    UnitView,
    Verdict,
)
from foveate.app.wire.images import Heatmaps
from foveate.models.analysis.receptive import LayerView, pooled
from foveate.models.analysis.verdict import ClassProbability, class_of, classes_of
from foveate.models.errors import InputError
from foveate.models.inputs.photo import Photo
from foveate.models.zoo.base import ConvolutionalModel

router = APIRouter(prefix=PREFIX)
SQUARE = 8  # pixels of the input a side that an effective receptive field is drawn by
Work = Callable[[ConvolutionalModel, Photo, int], Any]


@router.get(
    "/traces/{trace_id}/verdict",
    response_model=Verdict,
    responses=TRACE_PROBLEMS,
    tags=["traces"],
    summary="What a classifier takes the photo for, in words",
)
async def verdict(
    request: Request,
    stored: Found,
    top: Annotated[int, Query(ge=1, le=1000, description="How many classes")] = 5,
) -> Response:
    return await worked_out(request, len(classes_of(stored.trace).labels), _verdict, stored, top)


def _verdict(stored: Stored, top: int) -> Response:
    return json_response(Verdict.of(stored.trace, top))


@router.get(
    "/traces/{trace_id}/layers",
    response_model=Layers,
    responses=TRACE_PROBLEMS,
    tags=["traces"],
    summary="The layers of a convolutional network, and what a unit of each can see",
)
async def layers(request: Request, stored: Found) -> Response:
    def work(model: ConvolutionalModel, photo: Photo, side: int) -> Response:
        return json_response(Layers.of(stored.trace, model.layers(photo, side)))

    return await _run(request, stored, "layers", work)  # type: ignore[no-any-return]


@router.get(
    "/traces/{trace_id}/cam",
    response_model=ClassMap,
    responses=TRACE_PROBLEMS | {200: ARRAY},
    tags=["traces"],
    summary="A class activation map: which places of a layer speak for a class",
)
async def cam(
    request: Request, stored: Found, limit: Limit, choice: Annotated[CamQuery, Query()]
) -> Response:
    kind = responses.negotiate(request, choice.format)
    layer, chosen, found = await _cam(request, stored, choice)
    responses.check_size(found.numel(), kind, limit)
    body = partial(ClassMap.of, stored.trace, choice.method, layer, chosen, found)
    return await worked_out(request, found.numel(), _array, found, kind, body)


@router.get(
    "/traces/{trace_id}/cams",
    responses=TRACE_PROBLEMS,
    tags=["traces"],
    summary="The class activation map of every layer, in eight bits, from one pass",
)
async def cams(
    request: Request, stored: Found, choice: Annotated[CamOfLayers, Query()]
) -> list[Heatmaps]:
    def work(model: ConvolutionalModel, photo: Photo, side: int) -> list[Heatmaps]:
        chosen = class_of(stored.trace, choice.class_name)
        found = model.class_maps(photo, side, choice.method, chosen.number)
        return [Heatmaps.packed(name, ["mean"], each[None]) for name, each in found.items()]

    return await _run(request, stored, "class maps", work)  # type: ignore[no-any-return]


@router.get(
    "/traces/{trace_id}/cam.png",
    response_class=Response,
    responses=TRACE_PROBLEMS | {200: PNG},
    tags=["traces"],
    summary="The photo seen through a class activation map",
)
async def cam_picture(
    request: Request, stored: Found, choice: Annotated[CamPicture, Query()]
) -> Response:
    layer, chosen, found = await _cam(request, stored, choice)
    caption = f"{stored.trace.model}, {choice.method} for {chosen.label}, {layer}"
    return await worked_out(request, pixels_of(stored), _drawn, stored, found, choice, caption)


async def _cam(
    request: Request, stored: Stored, choice: CamChoice
) -> tuple[str, ClassProbability, Tensor]:
    """The layer, the class, and the map (rows, columns). Raises InputError."""

    def work(
        model: ConvolutionalModel, photo: Photo, side: int
    ) -> tuple[str, ClassProbability, Tensor]:
        chosen, layer = class_of(stored.trace, choice.class_name), model.layer(choice.layer)
        return layer, chosen, model.class_map(photo, side, choice.method, chosen.number, layer)

    found: tuple[str, ClassProbability, Tensor] = await _run(request, stored, "class map", work)
    return found


@router.get(
    "/traces/{trace_id}/receptive",
    response_model=UnitView,
    responses=TRACE_PROBLEMS | {200: ARRAY},
    tags=["traces"],
    summary="What one unit can see by its kernels, and what it does see of this photo",
)
async def receptive(
    request: Request, stored: Found, limit: Limit, unit: Annotated[UnitQuery, Query()]
) -> Response:
    kind = responses.negotiate(request, unit.format)
    layer, view, share = await _unit(request, stored, unit)
    responses.check_size(share.numel() // unit.square**2, kind, limit)
    body = partial(UnitView.of, stored.trace, layer, unit, view, share)
    squares = pooled(share, unit.square)
    return await worked_out(request, share.numel(), _array, squares, kind, body)


@router.get(
    "/traces/{trace_id}/receptive.png",
    response_class=Response,
    responses=TRACE_PROBLEMS | {200: PNG},
    tags=["traces"],
    summary="The photo seen through a unit's effective receptive field",
)
async def receptive_picture(
    request: Request, stored: Found, unit: Annotated[UnitPicture, Query()]
) -> Response:
    layer, view, share = await _unit(request, stored, unit)
    squares = pooled(share, min(view.grid.patch_size, SQUARE))
    caption = f"{stored.trace.model}, {layer}, what unit {unit.row},{unit.column} sees"
    return await worked_out(request, pixels_of(stored), _drawn, stored, squares, unit, caption)


async def _unit(
    request: Request, stored: Stored, unit: UnitChoice
) -> tuple[str, LayerView, Tensor]:
    """The layer, where its units look, and the unit's share (height, width). Raises InputError."""

    def work(model: ConvolutionalModel, photo: Photo, side: int) -> tuple[str, LayerView, Tensor]:
        layer = model.layer(unit.layer)
        share = model.unit_share(photo, side, layer, unit.row, unit.column, unit.channel)
        return layer, model.layers(photo, side)[layer], share

    found: tuple[str, LayerView, Tensor] = await _run(request, stored, "unit", work)
    return found


async def _run(request: Request, stored: Stored, verb: str, work: Work) -> Any:
    """Calls `work` with the trace's model, photo and longest side. Raises InputError for a model
    that is no chain of convolutions, Problem 503.
    """
    source, host = stored.image, request.app.state.host

    def run(model: Any) -> Any:
        if isinstance(model, ConvolutionalModel):
            return work(model, source.photo, source.resolution)
        raise InputError(
            f"{stored.trace.model} is no convolutional classifier: class activation maps and "
            "receptive fields are those of one, such as efficientnet-lite0.",
            "trace_id",
        )

    return await host.run(host.cards[stored.trace.model], verb, source.cost, run)


def _array(found: Tensor, kind: Format, body: Callable[[], Wire]) -> Response:
    """Rows as NPY or CSV, or the JSON that `body` makes."""
    match kind:
        case "npy":
            return responses.npy(found.numpy())
        case "csv":
            return responses.matrix_csv(found.numpy())
        case _:
            return json_response(body())


def _drawn(stored: Stored, values: Tensor, look: Look, caption: str) -> Response:
    image = render.map_picture(stored.image.photo, stored.trace.photo.crop, values, look)
    return Response(render.png(image, caption), media_type="image/png")
