"""The catalog's routes under /api/v1, and what the routes of images, texts and traces share."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from app import formats, render, schemas
from app.problems import MEDIA_TYPE
from app.samples import samples
from app.schemas import Picture
from app.traces import Stored

PREFIX = "/api/v1"
PROBLEM = {"content": {MEDIA_TYPE: {"schema": schemas.Problem.model_json_schema()}}}


def _problems(**said: str) -> dict[int | str, dict[str, Any]]:
    return {int(code[1:]): {"description": text, **PROBLEM} for code, text in said.items()}


UPLOAD_PROBLEMS = _problems(
    _413="Larger than this service accepts",
    _415="Not an image that can be read",
    _422="Damaged, or a choice that cannot be met",
    _503="Too many are waiting: see Retry-After",
)
TEXT_PROBLEMS = _problems(
    _413="Longer than this service accepts",
    _422="No text, or a choice that cannot be met",
    _503="Too many are waiting: see Retry-After",
)
TRACE_PROBLEMS = _problems(
    _404="No such trace", _410="The trace has expired", _422="A choice that cannot be met"
)
ARRAY: dict[str, Any] = {"content": {formats.NPY: {}, formats.CSV: {}}}
PNG: dict[str, Any] = {"content": {"image/png": {}}}


router = APIRouter(prefix=PREFIX)


def created(stored: Stored) -> Response:
    headers = {"Location": f"{PREFIX}/traces/{stored.id}"}
    return Response(stored.description, 201, headers, "application/json")


def json_response(body: schemas.Wire) -> Response:
    return Response(body.model_dump_json(), media_type="application/json")


def drawn(stored: Stored, picture: Picture) -> Response:
    """The photo seen through a heatmap, as a PNG that says in words what it shows."""
    source = stored.image
    image = render.picture_of(stored.trace, source.photo, source.crop, picture)
    content = render.png(image, render.caption(stored.trace, picture))
    return Response(content, media_type="image/png")


@router.get("/models", tags=["catalog"], summary="The models this service runs")
def models(request: Request) -> list[schemas.ModelCard]:
    host = request.app.state.host
    return [
        schemas.ModelCard(**card.model_dump(), loaded=host.is_loaded(card.name))
        for card in host.cards.values()
    ]


@router.get("/samples", tags=["catalog"], summary="The photos that come with it")
def list_samples() -> list[schemas.Sample]:
    return list(samples().values())
