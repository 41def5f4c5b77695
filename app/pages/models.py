"""The catalog as a page: papers, licences, sources, credits."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from foveate.app.pages.assets import page_response
from foveate.app.runtime.samples import samples, videos

router = APIRouter(include_in_schema=False)


@router.get("/models")
async def models(request: Request) -> Response:
    cards = list(request.app.state.host.cards.values())
    return page_response(
        request,
        "models.html",
        cards=cards,
        samples=samples().values(),
        videos=videos().values(),
    )
