"""The vision lab: heads that differ in their attention alone, on one picture that one makes."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from foveate.app.pages.assets import modules, page_response
from foveate.app.pages.lab import VISION_EVIDENCE, address_of
from foveate.app.runtime.lab import heads_of
from foveate.app.runtime.samples import objects, samples
from foveate.models.catalog.card import Card
from foveate.models.catalog.catalog import is_at_hand
from foveate.models.zoo.image.heads.table import Entry

PERSON = "selfie-segmentation"  # cuts a person out of a visitor's photo
OBJECT, GROUND = "sunflower", "photographer"  # that one starts with

router = APIRouter(include_in_schema=False)


@router.get("/lab/vision")
async def vision_lab(request: Request) -> Response:
    cards = request.app.state.host.cards
    heads = [_told(cards[name], entry) for name, entry in heads_of(cards).items()]
    cutter = cards.get(PERSON)
    page = {
        "heads": heads,
        "objects": [each.model_dump() for each in objects().values()],
        "grounds": [each.model_dump() for each in samples().values()],
        "default_object": OBJECT,
        "default_ground": GROUND,
        "cutter": PERSON if cutter and is_at_hand(cutter) else None,
        "evidence": address_of(VISION_EVIDENCE),
        "upload_bytes": request.app.state.settings.upload_bytes,
    }
    return page_response(
        request, "visionlab.html", page=page, modules=modules("pages/visionlab/page.js")
    )


def _told(card: Card, entry: Entry) -> dict[str, Any]:
    """What a lane says of a head before it has run."""
    fields = {"name", "title", "paper", "paper_url"}
    said = {"kind": entry.kind, "chooses": entry.chooses, "words": entry.words}
    return card.model_dump(include=fields) | said
