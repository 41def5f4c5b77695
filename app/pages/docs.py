"""The description of the API as a page."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from foveate.app.api import reference
from foveate.app.pages.assets import page_response

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs(request: Request) -> Response:
    origin = str(request.base_url).rstrip("/")
    calls = reference.calls(request.app.openapi(), origin)
    return page_response(request, "docs.html", calls=calls, origin=origin)
