"""Routes of what there is to choose from: models and samples."""

from __future__ import annotations

from fastapi import APIRouter, Request

from foveate.app.api.responses import PREFIX
from foveate.app.runtime.samples import samples, videos
from foveate.app.wire.catalog import ModelCard, Sample, VideoSample

router = APIRouter(prefix=PREFIX)


@router.get("/models", tags=["catalog"], summary="The models this service runs")
def models(request: Request) -> list[ModelCard]:
    host = request.app.state.host
    return [ModelCard.of(card, host.is_loaded(card.name)) for card in host.cards.values()]


@router.get("/samples", tags=["catalog"], summary="The photos that come with it")
def list_samples() -> list[Sample]:
    return list(samples().values())


@router.get("/samples/videos", tags=["catalog"], summary="The videos that come with it")
def list_videos() -> list[VideoSample]:
    return list(videos().values())
