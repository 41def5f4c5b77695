"""The street lab: decoders that differ in what comes past their bottleneck, on one photo."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from foveate.app.pages.assets import modules, page_response
from foveate.app.pages.lab import STREETS_EVIDENCE, address_of
from foveate.app.runtime.lab import streets
from foveate.app.runtime.samples import samples
from foveate.app.wire.streets import street_classes
from foveate.models.catalog.card import Card
from foveate.models.catalog.catalog import is_at_hand
from foveate.models.zoo.image.decoders.table import Entry

STREET = "street"  # the sample that one starts with

router = APIRouter(include_in_schema=False)


@router.get("/lab/streets")
async def street_lab(request: Request) -> Response:
    cards = request.app.state.host.cards
    models = [_told(cards[name], entry) for name, entry in streets(cards).items()]
    shown = samples()
    page = {
        "models": models,
        "classes": [each.model_dump() for each in street_classes()],
        "samples": [each.model_dump() for each in shown.values()],
        "default_sample": STREET if STREET in shown else next(iter(shown)),
        "evidence": address_of(STREETS_EVIDENCE),
        "upload_bytes": request.app.state.settings.upload_bytes,
    }
    return page_response(
        request, "streets.html", page=page, modules=modules("pages/streets/page.js")
    )


def _told(card: Card, entry: Entry) -> dict[str, Any]:
    """What a lane says of a model before it has run."""
    fields = {"name", "title", "paper", "paper_url", "licence"}
    said = {"kind": entry.kind, "words": entry.words, "at_hand": is_at_hand(card)}
    return card.model_dump(include=fields) | said
