"""The page of gates: networks whose gates and skips can be switched, on a photo."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from foveate.app.pages.assets import modules, page_response
from foveate.app.pages.image import first_trace
from foveate.app.runtime.samples import samples
from foveate.models.catalog.card import Card
from foveate.models.catalog.catalog import is_at_hand

USUAL = "astronaut"  # there is a person in it, and that is what the first network looks for

router = APIRouter(include_in_schema=False)


@router.get("/gates")
async def gates(request: Request, sample: str | None = None, model: str | None = None) -> Response:
    cards = {card.name: card for card in request.app.state.host.cards.values() if card.gated}
    usual = next(iter(cards.values()), None)
    shown = cards.get(model or "", usual)
    chosen = sample if sample in samples() else USUAL
    page = {
        "samples": [item.model_dump() for item in samples().values()],
        "default_sample": USUAL,
        "default_model": usual.name if usual else "",
        "models": [_told(card) for card in cards.values()],
        "upload_bytes": request.app.state.settings.upload_bytes,
    }
    stored = await first_trace(request, chosen, shown) if shown else None
    drawn = stored is not None and stored.trace.offers.output in ("mask", "picture")
    return page_response(
        request,
        "gates.html",
        page=page,
        first={"trace_id": stored.id, "alt": samples()[chosen].alt} if stored and drawn else None,
        shown=shown,
        modules=modules("pages/gates/page.js"),
    )


def _told(card: Card) -> dict[str, Any]:
    """What stands beside a network: what it is, in a sentence, its paper and its licence."""
    fields = {"name", "title", "paper", "paper_url", "licence", "notes"}
    return card.model_dump(include=fields) | {"at_hand": is_at_hand(card)}
