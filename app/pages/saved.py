"""A trace as a page to be taken away: scripts, input and numbers in one file."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError, WrapValidator

from foveate import document
from foveate.app.api.responses import PREFIX, TRACE_PROBLEMS, at_once, values_of, worked_out
from foveate.app.api.traces import Found
from foveate.app.api.videos import carrying_values
from foveate.app.problems import Problem
from foveate.app.runtime.store import ClipSource, ImageSource, Stored
from foveate.app.wire.images import ImageTrace
from foveate.app.wire.saved import HALF, SavedClip, SavedPhoto, SavedText
from foveate.app.wire.texts import SentenceTrace
from foveate.app.wire.translations import TranslationTrace
from foveate.app.wire.videos import VideoTrace
from foveate.models.catalog.card import Card

Saved = SavedPhoto | SavedClip | SavedText
# As the body says it: which of them it must be is known once the trace is.
Unread = Annotated[Saved, WrapValidator(lambda sent, _: sent)]
MOST = 64 * 1024 * 1024  # bytes of numbers in a file
LESS = {
    SavedPhoto: "keep fewer layers, or trace the photo at a lower resolution",
    SavedClip: "keep fewer layers, or fewer frames",
    SavedText: "trace a shorter text",
}
HTML: dict[str, Any] = {"content": {"text/html": {}}}

router = APIRouter(prefix=PREFIX)


@router.post(
    "/traces/{trace_id}/view",
    response_class=Response,
    responses=TRACE_PROBLEMS | {200: HTML},
    tags=["traces"],
    summary="A trace as one HTML file that needs no server; of a clip, some of its layers",
)
async def saved_view(
    request: Request,
    stored: Found,
    asked: Annotated[Unread, Body(description="Of the kind that the trace is of")],
) -> Response:
    choice = _choice(stored, asked)
    size = choice.nbytes(stored.trace)
    if size > MOST:
        raise Problem(
            413,
            f"this trace has {size / 1e6:.0f} MB of numbers to be kept, and a file at most "
            f"{MOST / 1e6:.0f}: {LESS[type(choice)]}.",
            "layers",
        )
    values, held, multiplied = _beside(stored, choice)
    kept = (size + stored.source.nbytes) // HALF
    given = stored, choice, request.app.state.host.cards[stored.trace.model]
    return await worked_out(
        request, values + kept, _saved, *given, held=held + kept, multiplied=multiplied
    )


def _beside(stored: Stored, choice: Saved) -> tuple[int, int, int]:
    """What is worked out beside the numbers that are kept: how many values, how many of them are
    held at a time, and how many pairs are multiplied.

    Of a photo statistics and, where its layers are a chain, the rollout of every query: all weights
    of all layers twice, and a product of two matrices (T, T) a layer.
    """
    if isinstance(choice, SavedClip) and choice.thing:
        return *carrying_values(stored, choice.thing), 0
    if not isinstance(choice, SavedPhoto):
        return 0, 0, 0
    values, held = values_of(stored.trace.sites), at_once(stored.trace.sites)
    chained = document.rolled(stored.trace)
    tokens = chained[0].query.size if chained else 0
    return values + values_of(chained), held + 3 * tokens**2 // HALF, len(chained) * tokens**3


def _choice(stored: Stored, asked: object) -> Saved:
    """What is asked of a trace of this kind. Raises RequestValidationError."""
    kinds: dict[type, type[Saved]] = {ImageSource: SavedPhoto, ClipSource: SavedClip}
    try:
        return kinds.get(type(stored.source), SavedText).model_validate(asked)
    except ValidationError as error:
        found = [item | {"loc": ("body", *item["loc"])} for item in error.errors()]
        raise RequestValidationError(found) from error


def _saved(stored: Stored, asked: Saved, card: Card) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="view.html"'}  # never run as ours
    content = _document(stored, asked, card).encode()
    return Response(content, media_type="text/html", headers=headers)


def _document(stored: Stored, asked: Saved, card: Card) -> str:
    trace, description = stored.trace, stored.description
    match asked:
        case SavedPhoto():
            photo = ImageTrace.model_validate_json(description)
            return document.of_photo(photo, trace, stored.image.photo, asked)
        case SavedClip():
            clip = VideoTrace.model_validate_json(description)
            return document.of_clip(clip, trace, stored.clip.clip, asked)
    kind = SentenceTrace if stored.text.target is None else TranslationTrace
    return document.of_text(kind.model_validate_json(description), trace, asked, card.aligner)
