"""The route of how reading grows: one text at growing lengths through one encoder."""

from __future__ import annotations

from fastapi import APIRouter, Request

from foveate.app.api.responses import PREFIX, TEXT_PROBLEMS
from foveate.app.runtime import costs
from foveate.app.wire.growth import GrowthRequest, ReadingGrowth
from foveate.models.zoo.translation.growth import LENGTHS, TRIES, growth

router = APIRouter(prefix=PREFIX)
COST = TRIES * sum(LENGTHS) * costs.TOKEN / 10  # read, and nothing written


@router.post(
    "/lab/growth",
    response_model=ReadingGrowth,
    responses=TEXT_PROBLEMS,
    tags=["translations"],
    summary="What reading a text costs at growing lengths: counted, and timed here",
)
async def reading(request: Request, asked: GrowthRequest) -> ReadingGrowth:
    host = request.app.state.host
    card = host.cards.card(asked.model, "translation")

    found = await host.apply(card, "growth", COST, growth, asked.text)
    return ReadingGrowth.of(card.name, found)
