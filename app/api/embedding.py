"""The route of one patch's way to a token."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from foveate.app.api.responses import PREFIX, TRACE_PROBLEMS
from foveate.app.api.traces import Found
from foveate.app.runtime import costs
from foveate.app.wire.embedding import PatchToken
from foveate.models.axis import Patches
from foveate.models.errors import InputError
from foveate.models.zoo.base import PatchModel

router = APIRouter(prefix=PREFIX)


@router.get(
    "/traces/{trace_id}/embedding",
    response_model=PatchToken,
    responses=TRACE_PROBLEMS,
    tags=["traces"],
    summary="One patch on its way to a token: pixels, one kernel, the product, its position",
)
async def embedding(
    request: Request,
    stored: Found,
    query: Annotated[str, Query(description="The patch, as row,column")] = "0,0",
    channel: Annotated[int, Query(ge=0, description="Whose kernel is given, from 0")] = 0,
) -> PatchToken:
    source, host = stored.image, request.app.state.host
    card = host.cards.card(stored.trace.model, "image")
    patch = _patch(stored.trace.photo.axis, query)

    def work(model: Any) -> PatchToken:
        if not isinstance(model, PatchModel):
            raise InputError(f"{card.name} does not cut a photo into patches.", "trace_id")
        found = model.embedding(source.photo, source.resolution, patch, channel)
        return PatchToken.of(found, patch, channel)

    return await host.run(card, "embedding", costs.PASS, work)  # type: ignore[no-any-return]


def _patch(axis: Patches, query: str) -> tuple[int, int]:
    """Row and column. Raises InputError for what is no patch of the grid."""
    position = axis.position(axis.index(query))
    if position is None:
        raise InputError(f"query {query[:40]!r} is no patch: give row,column.", "query")
    return position[1], position[2]
