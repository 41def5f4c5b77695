"""The video page: the service analyses its first sample before the first visitor comes."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from foveate.app.pages.assets import modules, page_response
from foveate.app.pages.image import families_of
from foveate.app.pages.lab import WHEN_EVIDENCE, address_of
from foveate.app.runtime.lab import whens_of
from foveate.app.runtime.samples import videos
from foveate.app.runtime.videos import DEFAULT_RESOLUTION
from foveate.app.wire.catalog import VideoSample
from foveate.models.catalog.card import Card
from foveate.models.catalog.load import architecture
from foveate.models.inputs.clip import FEWEST_FRAMES, MOST_FRAMES, RESOLUTIONS
from foveate.models.training.vision.photos import TARGETS
from foveate.models.zoo.clips import decides_when, sees_frames
from foveate.models.zoo.video.heads.table import Entry

STARTS = {"leaving": (0.12, 0.45, 0.6)}  # where a thing is: time, row and column as shares

router = APIRouter(include_in_schema=False)


@router.get("/video")
async def video(request: Request, sample: str | None = None, model: str | None = None) -> Response:
    catalog = request.app.state.host.cards
    cards = {name: card for name, card in catalog.items() if _is_shown(card)}
    usual = catalog.card(None, "image", "video")
    shown = cards.get(model or usual.name, usual)
    chosen = sample if sample in videos() else next(iter(videos()))
    page = {
        "samples": [_told(item) for item in videos().values()],
        "titles": {name: card.title for name, card in cards.items()},
        "fixed": {name: card.frames for name, card in cards.items() if card.frames},
        "default_model": usual.name,
        "default_sample": next(iter(videos())),
        "starts": STARTS,
        "default_resolution": DEFAULT_RESOLUTION,
        "whens": [_head(catalog[name], entry) for name, entry in whens_of(catalog).items()],
        "classes": tuple(TARGETS.values()),
        "evidence": address_of(WHEN_EVIDENCE),
        "upload_bytes": request.app.state.settings.upload_bytes,
    }
    return page_response(
        request,
        "video.html",
        page=page,
        first=_told(videos()[chosen]),
        families=families_of(cards.values()),
        shown=shown,
        resolutions=RESOLUTIONS,
        fewest=FEWEST_FRAMES,
        most=MOST_FRAMES,
        modules=modules("pages/video/page.js"),
    )


def _is_shown(card: Card) -> bool:
    """Whether a model has attention over the patches of clips, of its own or worked out frame by
    frame.
    """
    if card.task == "video":
        return not decides_when(architecture(card.name, card.task, card.zoo))
    if card.task != "image" or not card.attends:
        return False
    return sees_frames(architecture(card.name, card.task, card.zoo))


def _head(card: Card, entry: Entry) -> dict[str, Any]:
    """What a lane says of a head over time before it has run."""
    return {"name": card.name, "title": card.title, "words": entry.words}


def _told(sample: VideoSample) -> dict[str, Any]:
    """A sample, and the still picture that stands for it."""
    return sample.model_dump() | {"poster": sample.url.replace(".webm", ".jpg")}
