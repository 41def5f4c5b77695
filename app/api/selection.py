"""Routes of what is left of a photo: a classifier's verdict on it, the less a lens lets through.

Broadbent's filter and Treisman's attenuation as experiments. Over the share that is kept, it is the
insertion curve of Petsiuk et al. 2018 (arXiv 1806.07421), on black.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated, Any

import torch
from fastapi import APIRouter, Query, Request, Response
from torch import Tensor

from foveate.app import render
from foveate.app.api.responses import PREFIX, TRACE_PROBLEMS, drawn_values, json_response, pixels_of
from foveate.app.api.traces import Found
from foveate.app.runtime import costs
from foveate.app.runtime.host import ModelHost
from foveate.app.runtime.store import Stored
from foveate.app.wire import view
from foveate.app.wire.choices import Method, Picture
from foveate.app.wire.selection import CamSelection, Selecting, Selection, WeightSelection
from foveate.models.analysis.verdict import class_of, not_classified
from foveate.models.catalog.card import Card
from foveate.models.errors import InputError
from foveate.models.inputs.photo import Photo
from foveate.models.interruption import step
from foveate.models.zoo.base import Classifier, ConvolutionalModel

router = APIRouter(prefix=PREFIX)
JUDGE, JUDGED_AT = "efficientnet-lite0", 224  # of photos that the traced model cannot name; pixels
AT_ONCE = 2_000_000  # pixels of the input in one pass
COLOURS = 3 * 4  # bytes a pixel of it
Weigh = Callable[[Any], tuple[Tensor, float | None]]  # values, and from which on all is seen


@router.get(
    "/traces/{trace_id}/selection",
    response_model=Selection,
    responses=TRACE_PROBLEMS,
    tags=["traces"],
    summary="What a classifier says of what a lens leaves of the photo, the more is left out",
)
async def selection(
    request: Request, stored: Found, choice: Annotated[WeightSelection, Query()]
) -> Response:
    card, side = _judge(request, stored, choice.judge)
    picture = Picture(**{name: getattr(choice, name) for name in CHOSEN})

    def weigh(_: Any) -> tuple[Tensor, float | None]:
        values = view.heatmap_of(stored.trace, choice)
        return values, float(values.max()) if choice.method is Method.saliency else None

    return await _judged(request, stored, card, side, choice, weigh, drawn_values(stored, picture))


CHOSEN = ("site", "layer", "stack", "head", "query", "method")


@router.get(
    "/traces/{trace_id}/cam/selection",
    response_model=Selection,
    responses=TRACE_PROBLEMS,
    tags=["traces"],
    summary="The same by a class activation map, judged by the network that it is of",
)
async def cam_selection(
    request: Request, stored: Found, choice: Annotated[CamSelection, Query()]
) -> Response:
    card, side = request.app.state.host.cards[stored.trace.model], stored.image.resolution

    def weigh(model: Any) -> tuple[Tensor, float | None]:
        chosen = class_of(stored.trace, choice.class_name)
        if not isinstance(model, ConvolutionalModel):
            raise InputError(f"{card.name} has no class activation maps.", "trace_id")
        layer = model.layer(choice.layer)
        return model.class_map(stored.image.photo, side, choice.method, chosen.number, layer), None

    return await _judged(request, stored, card, side, choice, weigh, pixels_of(stored))


async def _judged(
    request: Request,
    stored: Stored,
    card: Card,
    side: int,
    choice: Selecting,
    weigh: Weigh,
    values: int,
) -> Response:
    """The judge's verdicts on the whole photo and on what each value leaves of it, as one job."""
    looks, photo, crop = choice.looks(), stored.image.photo, stored.trace.photo.crop
    count, host = len(looks) + 1, request.app.state.host

    def work(model: Any) -> Response:
        if not isinstance(model, Classifier):
            raise not_classified(card.name)
        weights, full = weigh(model)
        seen = (render.map_picture(photo, crop, weights, look, full) for look in looks)
        photos = [photo, *(replace(photo, image=image) for image in seen)]
        chances = _probabilities(model, photos, side)
        return json_response(
            Selection.of(stored.trace.model, card.name, choice, model.labels, chances)
        )

    request.app.state.holdings.hold(count * (photo.nbytes + COLOURS * side**2))
    cost = count * costs.seeing(side) + costs.working_out(len(looks) * values)
    return await host.run(card, "selection", cost, work)  # type: ignore[no-any-return]


def _probabilities(model: Classifier, photos: Sequence[Photo], side: int) -> Tensor:
    """In as few passes as memory allows: (photos, classes)."""
    most = max(1, AT_ONCE // side**2)
    parts = [photos[start : start + most] for start in range(0, len(photos), most)]
    return torch.cat([_passed(model, part, side) for part in parts])


def _passed(model: Classifier, photos: Sequence[Photo], side: int) -> Tensor:
    """In one pass, before which the work may stop: (photos, classes)."""
    step()
    return model.probabilities(photos, side)


def _judge(request: Request, stored: Stored, name: str | None) -> tuple[Card, int]:
    """The card of the classifier, and the longest side it sees photos at. Raises InputError."""
    host: ModelHost = request.app.state.host
    traced = stored.trace
    found = traced.outputs.get("classes")
    if name in (None, traced.model) and found is not None and found.labels:
        return host.cards[traced.model], stored.image.resolution
    try:
        return host.cards.card(name or JUDGE, "image"), JUDGED_AT
    except InputError as error:
        without = "" if name else f"{traced.model} is no classifier, and another has to judge: "
        raise InputError(f"{without}{error}", "judge") from error
