"""The image page: a sample is already analysed when it opens."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from fastapi import APIRouter, Request, Response

from foveate.app.pages.assets import modules, page_response
from foveate.app.problems import Problem
from foveate.app.runtime.images import DEFAULT_RESOLUTION, Images
from foveate.app.runtime.samples import samples
from foveate.app.runtime.store import Stored
from foveate.app.wire.choices import Method
from foveate.app.wire.view import methods_of
from foveate.models.catalog.card import Card
from foveate.models.catalog.catalog import is_at_hand
from foveate.models.errors import InputError, WeightsError
from foveate.models.inputs.photo import RESOLUTIONS
from foveate.models.trace import Trace

PATIENCE = 3.0  # seconds for the first heatmap; after that the page's script asks for it
router = APIRouter(include_in_schema=False)


@router.get("/")
async def image(
    request: Request, sample: str | None = None, model: str | None = None, trace: str | None = None
) -> Response:
    catalog = request.app.state.host.cards
    cards = {name: card for name, card in catalog.items() if _is_shown(card)}
    usual = catalog.card(None, "image")
    chosen = sample if sample in samples() else next(iter(samples()))
    shown = cards.get(model or usual.name, usual)
    page = {
        "samples": [item.model_dump() for item in samples().values()],
        "titles": {name: card.title for name, card in cards.items()},
        "default_model": usual.name,
        "timed_model": shown.name,
        "resolutions": RESOLUTIONS,
        "default_resolution": DEFAULT_RESOLUTION,
        "default_sample": next(iter(samples())),
        "upload_bytes": request.app.state.settings.upload_bytes,
    }
    first = None if trace else await _first(request, chosen, shown)  # that of a link is not here
    known = request.app.state.images.seconds(shown.name)
    seconds = {side: told(time) for side, time in known.items()}
    return page_response(
        request,
        "image.html",
        page=page,
        first=first,
        families=families_of(cards.values()),
        shown=shown,
        modules=modules("pages/image/page.js"),
        seconds=seconds,
    )


def told(seconds: float) -> str:
    """How long something takes, as precisely as one may expect it to."""
    return f"about {seconds:.1f} s" if seconds >= 0.1 else "under 0.1 s"


def _is_shown(card: Card) -> bool:
    """Whether a model has attention, class maps or a verdict: others have gates alone."""
    return card.task == "image" and (card.attends or card.classifies or not card.gated)


def families_of(cards: Iterable[Card]) -> dict[str, list[dict[str, str | bool]]]:
    """What a chooser lists, by family; an optional model that is not fetched cannot be chosen."""
    found: dict[str, list[dict[str, str | bool]]] = {}
    for card in cards:
        model: dict[str, str | bool] = {
            "name": card.name,
            "title": card.title,
            "at_hand": is_at_hand(card),
        }
        found.setdefault(card.family or "Others", []).append(model)
    return found


async def _first(request: Request, sample: str, card: Card) -> dict[str, str] | None:
    """The chosen sample's heatmap, so that the page shows it before any script has run."""
    stored = await first_trace(request, sample, card)
    if stored is None or Method.weights not in methods_of(stored.trace):
        return None
    return {"trace_id": stored.id, "alt": samples()[sample].alt, "query": _query(stored.trace)}


async def first_trace(request: Request, sample: str, card: Card) -> Stored | None:
    """A sample's trace, for what a page shows at first.

    None while the model is still loading, or others are before it: the page must not wait for that.
    """
    images: Images = request.app.state.images
    if not request.app.state.host.is_loaded(card.name):
        return None
    try:
        async with asyncio.timeout(PATIENCE):
            return await images.sample(sample, card.name)
    except (Problem, InputError, WeightsError, TimeoutError):
        return None


def _query(trace: Trace) -> str:
    """What the page looks from at first: the class token, else the patch in the middle."""
    grid = trace.photo.grid
    known = "cls" in trace.photo.axis.prefix
    return "cls" if known else f"{grid.rows // 2},{grid.columns // 2}"
