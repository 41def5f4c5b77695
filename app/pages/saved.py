"""A clip's trace as a page to be taken away: scripts, frames and numbers in one file."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from foveate import document
from foveate.app.api.responses import PREFIX, TRACE_PROBLEMS, worked_out
from foveate.app.api.traces import Found
from foveate.app.api.videos import carrying_values
from foveate.app.problems import Problem
from foveate.app.runtime.store import Stored
from foveate.app.wire.saved import HALF, SavedClip
from foveate.app.wire.videos import VideoTrace

MOST = 64 * 1024 * 1024  # bytes of queries and keys in a file
HTML: dict[str, Any] = {"content": {"text/html": {}}}

router = APIRouter(prefix=PREFIX)


@router.post(
    "/traces/{trace_id}/view",
    response_class=Response,
    responses=TRACE_PROBLEMS | {200: HTML},
    tags=["videos"],
    summary="A clip as one HTML file that needs no server, with some of its layers",
)
async def saved_view(request: Request, stored: Found, asked: SavedClip) -> Response:
    clip = stored.clip
    size = asked.nbytes(stored.trace)
    if size > MOST:
        raise Problem(
            413,
            f"these layers have {size / 1e6:.0f} MB of numbers, and a file at most "
            f"{MOST / 1e6:.0f}: keep fewer layers, or fewer frames.",
            "layers",
        )
    kept = (size + clip.nbytes) // HALF
    values, held = carrying_values(stored, asked.thing) if asked.thing else (0, 0)
    return await worked_out(request, values + kept, _saved, stored, asked, held=held + kept)


def _saved(stored: Stored, asked: SavedClip) -> Response:
    described = VideoTrace.model_validate_json(stored.description)
    content = document.of_clip(described, stored.trace, stored.clip.clip, asked).encode()
    headers = {
        "Content-Disposition": 'attachment; filename="view.html"'
    }  # never run as one of ours
    return Response(content, media_type="text/html", headers=headers)
