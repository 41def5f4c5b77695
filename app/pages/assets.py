"""HTML routes, one function a page."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.templating import Jinja2Templates

from app.images import DEFAULT_RESOLUTION, Images
from app.samples import samples, sentences
from models import weights
from models.catalog import Card
from models.inputs import RESOLUTIONS

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "static"
ASSETS = ("css", "js")
EVIDENCE = STATIC / "lab" / "evidence.json"  # what `foveate evaluate` measured; may be absent
OWN = ("trained", "folder")  # kinds of sources whose translators the lab compares

router = APIRouter(include_in_schema=False)


def asset_digest() -> str:
    """A name for this version of scripts and styles, so that browsers may keep them for good."""
    digest = hashlib.sha256()
    for folder in ASSETS:
        for path in sorted((STATIC / folder).rglob("*.*")):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def templates(digest: str) -> Jinja2Templates:
    """The pages' templates, with `asset('js/image.js')` for a file of this version."""
    found = Jinja2Templates(ROOT / "templates")
    found.env.globals["asset"] = lambda path: f"/assets/{digest}/{path}"
    return found


def _page(request: Request, name: str, **context: Any) -> Response:
    response = request.app.state.templates.TemplateResponse(request, name, context)
    response.headers["Cache-Control"] = "no-cache"
    return response  # type: ignore[no-any-return]


@router.get("/")
async def image(request: Request, sample: str | None = None) -> Response:
    chosen = sample if sample in samples() else next(iter(samples()))
    page = {
        "samples": [item.model_dump() for item in samples().values()],
        "models": [c.name for c in request.app.state.host.cards.values() if c.task == "image"],
        "resolutions": RESOLUTIONS,
        "default_resolution": DEFAULT_RESOLUTION,
        "default_sample": next(iter(samples())),
    }
    first = await _first(request, chosen)
    seconds = {side: f"{time:.1f} s" for side, time in request.app.state.images.seconds().items()}
    return _page(
        request, "image.html", page=page, first=first, modules=_modules("image.js"), seconds=seconds
    )


async def _first(request: Request, sample: str) -> dict[str, str] | None:
    """The chosen sample's trace, so that the page shows a heatmap before any script has run.

    None while the model is still loading: the page must not wait for that.
    """
    images: Images = request.app.state.images
    card = request.app.state.host.cards.card(None, "image")
    if not request.app.state.host.is_loaded(card.name):
        return None
    stored = await images.sample(sample)
    return {"trace_id": stored.id, "alt": samples()[sample].alt}


@cache
def _modules(entry: str) -> list[str]:
    """A script and all it imports, so that they load at once and not one import after another."""
    found: list[str] = []
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.append(name)
        text = (STATIC / "js" / name).read_text(encoding="utf-8")
        for path in re.findall(r'^(?:import|export) [^;]*?from "(\.[^"]+)";', text, re.MULTILINE):
            other = (STATIC / "js" / name).parent / path
            waiting.append(other.resolve().relative_to((STATIC / "js").resolve()).as_posix())
    return sorted(found)


@router.get("/sentence")
async def sentence(request: Request) -> Response:
    cards = request.app.state.host.cards.values()
    page = {
        "models": [_choice(card) for card in cards if card.task != "image"],
        "examples": [example.model_dump() for example in sentences()],
    }
    return _page(request, "sentence.html", page=page, modules=_modules("sentence/page.js"))


def _choice(card: Card) -> dict[str, Any]:
    """What the sentence page must know of a model to offer it."""
    fields = {"name", "title", "task", "languages", "reverse", "aligner", "default"}
    fetched = not card.optional or weights.is_cached(card.name, card.source)
    return card.model_dump(include=fields) | {"fetched": fetched}


@router.get("/lab")
async def lab(request: Request) -> Response:
    cards = _compared(request.app.state.host.cards.values())
    page = {
        "models": [{"name": card.name, "title": card.title} for card in cards],
        "examples": [example.model_dump() for example in sentences("lab.toml")],
        "evidence": "/static/lab/evidence.json" if EVIDENCE.is_file() else None,
    }
    return _page(request, "lab.html", page=page, cards=cards, modules=_modules("lab/page.js"))


def _compared(cards: Iterable[Card]) -> list[Card]:
    """Translators that were trained here, or are an operator's own: those of one pair of languages.

    The languages are the first one's, so that one sentence suits all.
    """
    own = [card for card in cards if card.task == "translation" and card.source.kind in OWN]
    return [card for card in own if card.languages == own[0].languages]


@router.get("/models")
async def models(request: Request) -> Response:
    cards = list(request.app.state.host.cards.values())
    return _page(request, "models.html", cards=cards, samples=samples().values())


@router.get("/docs")
async def docs(request: Request) -> Response:
    origin = str(request.base_url).rstrip("/")
    return _page(request, "docs.html", openapi=request.app.openapi(), origin=origin)
