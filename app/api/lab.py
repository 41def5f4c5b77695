"""The route of the vision lab: one photo through several heads in one call."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from pydantic import Field

from foveate.app.api.images import Service
from foveate.app.api.responses import JSON, PREFIX, UPLOAD_PROBLEMS, worked_out
from foveate.app.api.uploads import given_bytes
from foveate.app.runtime.lab import Heads, heads_of
from foveate.app.runtime.store import Stored
from foveate.app.wire.base import Sent
from foveate.app.wire.interventions import Intervention, InterventionText
from foveate.app.wire.lab import LabPhoto
from foveate.models.intervention import UNTOUCHED

router = APIRouter(prefix=PREFIX)


class LabUpload(Sent):
    """A photo or a sample, and through which heads it goes. Heads without attention take it as it
    is, whatever the intervention.
    """

    file: Annotated[UploadFile | None, File(description="JPEG, PNG, WebP, HEIC, ...")] = None
    sample: Annotated[
        str | None,
        Field(description="Or a sample's name", max_length=100, examples=["dandelion"]),
    ] = None
    models: Annotated[
        str | None,
        Field(
            description="Heads with commas between; else all of the lab",
            max_length=2000,
            examples=["vision-average,vision-additive"],
        ),
    ] = None
    intervention: InterventionText = None


@router.post(
    "/lab/vision",
    status_code=201,
    response_model=LabPhoto,
    responses=UPLOAD_PROBLEMS,
    tags=["images"],
    summary="One photo through several heads of the vision lab; every trace is kept",
)
async def vision(
    request: Request,
    upload: Annotated[LabUpload, Form(media_type="multipart/form-data")],
    images: Service,
) -> Response:
    asked = Intervention.read(upload.intervention)
    heads = heads_of(request.app.state.host.cards, upload.models)
    passes = {name: asked if entry.chooses else UNTOUCHED for name, entry in heads.items()}
    found = await images.several(await given_bytes(upload.file, upload.sample), passes)
    values = sum(site.attention.shape[2] for stored in found for site in stored.trace.sites)
    return await worked_out(request, values, _described, found, heads)


def _described(found: list[Stored], heads: Heads) -> Response:
    entries = heads.values()
    parts = [(each.id, each.trace, entry) for each, entry in zip(found, entries, strict=True)]
    body = LabPhoto.of(found[0].image.photo, parts)
    return Response(body.model_dump_json(), 201, media_type=JSON)
