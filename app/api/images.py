"""Routes of images: a trace, and a heatmap in one call."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from pydantic import Field

from foveate.app.api.responses import (
    PNG,
    PREFIX,
    UPLOAD_PROBLEMS,
    at_once,
    created,
    drawn,
    drawn_at_once,
    drawn_values,
    json_response,
    rolled_sites,
    values_of,
    worked_out,
)
from foveate.app.api.uploads import given_bytes
from foveate.app.runtime.images import DEFAULT_RESOLUTION, Images
from foveate.app.runtime.store import Stored
from foveate.app.wire.base import Sent
from foveate.app.wire.choices import Picture
from foveate.app.wire.images import Heatmap, ImageTrace
from foveate.app.wire.interventions import Intervention, InterventionText
from foveate.app.wire.texts import ModelName

router = APIRouter(prefix=PREFIX)


class Upload(Sent):
    """An image: a file, or the name of a sample that comes with the service."""

    file: Annotated[UploadFile | None, File(description="JPEG, PNG, WebP, HEIC, ...")] = None
    sample: Annotated[
        str | None,
        Field(description="Or a sample's name", max_length=100, examples=["dandelion"]),
    ] = None
    model: ModelName = None
    resolution: Annotated[int, Field(description="Longest side: 224, 448 or 644")] = (
        DEFAULT_RESOLUTION
    )
    intervention: InterventionText = None


class HeatmapForm(Upload, Picture):
    """An image, which weights of it, and how they are drawn."""


async def _images(request: Request) -> Images:
    return request.app.state.images  # type: ignore[no-any-return]


Service = Annotated[Images, Depends(_images)]
Multipart = Form(media_type="multipart/form-data")


@router.post(
    "/images/traces",
    status_code=201,
    response_model=ImageTrace,
    responses=UPLOAD_PROBLEMS,
    tags=["images"],
    summary="Run a model on an image and keep the trace",
)
async def trace_image(upload: Annotated[Upload, Multipart], images: Service) -> Response:
    return created(await _trace(upload, images))


async def _trace(upload: Upload, images: Images) -> Stored:
    asked = Intervention.read(upload.intervention)
    data = await given_bytes(upload.file, upload.sample)
    return await images.trace(data, upload.model, upload.resolution, asked)


@router.post(
    "/heatmap",
    response_model=Heatmap,
    responses=UPLOAD_PROBLEMS | {200: PNG},
    tags=["scripts"],
    summary="One call for scripts: an image in, its heatmap out, PNG or JSON by Accept",
)
async def heatmap(
    request: Request, form: Annotated[HeatmapForm, Multipart], images: Service
) -> Response:
    stored = await _trace(form, images)
    if "application/json" in request.headers.get("accept", ""):
        sites = rolled_sites(stored, form)
        values, held = values_of(sites), at_once(sites)
        return await worked_out(request, values, _heatmap, stored, form, held=held)
    values, held = drawn_values(stored, form), drawn_at_once(stored, form)
    return await worked_out(request, values, drawn, stored, form, held=held)


def _heatmap(stored: Stored, choice: HeatmapForm) -> Response:
    return json_response(Heatmap.of(stored.trace, choice, choice.resolution))
