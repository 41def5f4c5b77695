"""The labs: models that differ in their attention, side by side, and the evidence on them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from foveate.app.pages.assets import STATIC, modules, page_response
from foveate.app.runtime.lab import heads_of, streets
from foveate.app.runtime.samples import sentences
from foveate.models.catalog.card import Card

EVIDENCE = STATIC / "lab" / "evidence.json"  # what `foveate evaluate` measured; may be absent
VISION_EVIDENCE = STATIC / "lab" / "vision.json"  # the same of the vision lab's heads
STREETS_EVIDENCE = STATIC / "lab" / "streets.json"  # and of the models of street scenes
WHEN_EVIDENCE = STATIC / "lab" / "when.json"  # the same of heads over time
OWN = ("trained", "folder")  # kinds of sources whose translators the lab compares

router = APIRouter(include_in_schema=False)


@router.get("/lab")
async def lab(request: Request) -> Response:
    """The labs in a few words. A link with a query is older than it and means the sentence lab."""
    if request.url.query:
        return RedirectResponse(f"/lab/sentence?{request.url.query}", 308)
    cards = request.app.state.host.cards
    page = {
        "sentence": address_of(EVIDENCE),
        "vision": address_of(VISION_EVIDENCE),
        "streets": address_of(STREETS_EVIDENCE),
        "titles": {name: cards[name].title for name in (*heads_of(cards), *streets(cards))},
    }
    return page_response(request, "lab.html", page=page, modules=modules("pages/lab/page.js"))


@router.get("/lab/sentence")
async def sentence_lab(request: Request) -> Response:
    cards = _compared(request.app.state.host.cards.values())
    page = {
        "models": [{"name": card.name, "title": card.title} for card in cards],
        "examples": [example.model_dump() for example in sentences("lab.toml")],
        "evidence": address_of(EVIDENCE),
    }
    return page_response(
        request,
        "sentencelab.html",
        page=page,
        cards=cards,
        modules=modules("pages/sentencelab/page.js"),
    )


def address_of(evidence: Path) -> str | None:
    """Where the page finds what was measured; None where nothing was."""
    return f"/static/lab/{evidence.name}" if evidence.is_file() else None


def _compared(cards: Iterable[Card]) -> list[Card]:
    """Translators that were trained here, or are an operator's own: those of one pair of languages.

    The languages are the first one's, so that one sentence suits all.
    """
    own = [card for card in cards if card.task == "translation" and card.source.kind in OWN]
    return [card for card in own if card.languages == own[0].languages]
