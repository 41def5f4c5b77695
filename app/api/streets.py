"""Routes of street scenes: one photo through several decoders, and a trace's segmentation."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from pydantic import Field

from foveate.app.api.images import Service
from foveate.app.api.responses import (
    JSON,
    PREFIX,
    TRACE_PROBLEMS,
    UPLOAD_PROBLEMS,
    json_response,
    worked_out,
)
from foveate.app.api.traces import Found
from foveate.app.api.uploads import given_bytes
from foveate.app.runtime.lab import Decoders, decoders_of
from foveate.app.runtime.store import Stored
from foveate.app.wire.base import Sent
from foveate.app.wire.streets import Segmentation, StreetPhoto
from foveate.models.intervention import UNTOUCHED

router = APIRouter(prefix=PREFIX)
uploads = APIRouter(prefix=PREFIX)


class StreetUpload(Sent):
    """A photo or a sample, and which decoders it goes through."""

    file: Annotated[UploadFile | None, File(description="JPEG, PNG, WebP, HEIC, ...")] = None
    sample: Annotated[
        str | None, Field(description="Or a sample's name", max_length=100, examples=["street"])
    ] = None
    models: Annotated[
        str | None,
        Field(
            description="Models with commas between; else all that are fetched",
            max_length=2000,
            examples=["streets-bottleneck,streets-unet"],
        ),
    ] = None


@uploads.post(
    "/lab/streets",
    status_code=201,
    response_model=StreetPhoto,
    responses=UPLOAD_PROBLEMS,
    tags=["images"],
    summary="One street photo through several decoders; every trace is kept",
)
async def street_scene(
    request: Request,
    upload: Annotated[StreetUpload, Form(media_type="multipart/form-data")],
    images: Service,
) -> Response:
    models = decoders_of(request.app.state.host.cards, upload.models)
    data = await given_bytes(upload.file, upload.sample)
    found = await images.several(data, dict.fromkeys(models, UNTOUCHED))
    values = sum(_values(stored) for stored in found)
    return await worked_out(request, values, _described, found, models)


@router.get(
    "/traces/{trace_id}/segmentation",
    response_model=Segmentation,
    responses=TRACE_PROBLEMS,
    tags=["gates"],
    summary="The class of every place, in eight bits, and each class's share of the picture",
)
async def segmentation(request: Request, stored: Found) -> Response:
    return await worked_out(request, _values(stored), _segmented, stored)


def _segmented(stored: Stored) -> Response:
    return json_response(Segmentation.of(stored.id, stored.trace))


def _values(stored: Stored) -> int:
    return sum(made.nbytes for made in stored.trace.outputs.values()) // 4


def _described(found: list[Stored], models: Decoders) -> Response:
    entries = models.values()
    parts = [(each.id, each.trace, entry) for each, entry in zip(found, entries, strict=True)]
    body = StreetPhoto.of(found[0].image.photo, parts)
    return Response(body.model_dump_json(), 201, media_type=JSON)
