"""The description of the API as a page."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.pages.assets import page_response

router = APIRouter()


@router.get("/docs")
async def docs(request: Request) -> Response:
    origin = str(request.base_url).rstrip("/")
    return page_response(request, "docs.html", openapi=request.app.openapi(), origin=origin)
