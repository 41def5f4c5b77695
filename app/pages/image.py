"""The image page: a sample is already analysed when it opens."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response

from foveate.app.pages.assets import modules, page_response
from foveate.app.problems import Problem
from foveate.app.runtime.images import DEFAULT_RESOLUTION, Images
from foveate.app.runtime.samples import samples
from foveate.models.errors import WeightsError
from foveate.models.inputs.photo import RESOLUTIONS

PATIENCE = 3.0  # seconds for the first heatmap; after that the page's script asks for it
router = APIRouter(include_in_schema=False)


@router.get("/")
async def image(request: Request, sample: str | None = None) -> Response:
    cards = [card for card in request.app.state.host.cards.values() if card.task == "image"]
    chosen = sample if sample in samples() else next(iter(samples()))
    page = {
        "samples": [item.model_dump() for item in samples().values()],
        "titles": {card.name: card.title for card in cards},
        "resolutions": RESOLUTIONS,
        "default_resolution": DEFAULT_RESOLUTION,
        "default_sample": next(iter(samples())),
        "upload_bytes": request.app.state.settings.upload_bytes,
    }
    first = await _first(request, chosen)
    seconds = {side: f"{time:.1f} s" for side, time in request.app.state.images.seconds().items()}
    return page_response(
        request,
        "image.html",
        page=page,
        first=first,
        cards=cards,
        usual=request.app.state.host.cards.card(None, "image"),
        modules=modules("pages/image/page.js"),
        seconds=seconds,
    )


async def _first(request: Request, sample: str) -> dict[str, str] | None:
    """The chosen sample's trace, so that the page shows a heatmap before any script has run.

    None while the model is still loading, or others are before it: the page must not wait for that.
    """
    images: Images = request.app.state.images
    card = request.app.state.host.cards.card(None, "image")
    if not request.app.state.host.is_loaded(card.name):
        return None
    try:
        async with asyncio.timeout(PATIENCE):
            stored = await images.sample(sample)
    except (Problem, WeightsError, TimeoutError):
        return None
    return {"trace_id": stored.id, "alt": samples()[sample].alt}
