"""The sentence page, with the models that translate or read."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from foveate.app.pages.assets import modules, page_response
from foveate.app.runtime.samples import sentences
from foveate.models.catalog.card import Card
from foveate.models.weights.locate import is_cached

router = APIRouter(include_in_schema=False)


@router.get("/sentence")
async def sentence(request: Request) -> Response:
    cards = request.app.state.host.cards.values()
    page = {
        "models": [_choice(card) for card in cards if card.task not in ("image", "video")],
        "examples": [example.model_dump() for example in sentences()],
    }
    return page_response(
        request, "sentence.html", page=page, modules=modules("pages/sentence/page.js")
    )


def _choice(card: Card) -> dict[str, Any]:
    """What the sentence page must know of a model to offer it."""
    fields = {"name", "title", "task", "languages", "reverse", "aligner", "default"}
    fetched = is_cached(card.name, card.source)
    return card.model_dump(include=fields) | {"fetched": fetched}
