"""Routes of videos: a trace, its frames, and what a patch sees where and when."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, File, Form, Path, Query, Request, Response, UploadFile
from pydantic import Field

from foveate.app import footage, render
from foveate.app.api import responses
from foveate.app.api.responses import (
    ARRAY,
    IMAGE,
    NPY,
    PNG,
    PREFIX,
    TRACE_PROBLEMS,
    UPLOAD_PROBLEMS,
    created,
    image_response,
    json_response,
    worked_out,
)
from foveate.app.api.traces import Found, Limit
from foveate.app.api.uploads import given_bytes
from foveate.app.runtime.lab import whens_of
from foveate.app.runtime.samples import video_bytes
from foveate.app.runtime.store import Stored
from foveate.app.runtime.videos import DEFAULT_RESOLUTION, Videos
from foveate.app.wire.base import Sent
from foveate.app.wire.choices import MOST_LETTERS, Format, ImageFormat
from foveate.app.wire.interventions import Intervention, InterventionText
from foveate.app.wire.propagation import Propagation, PropagationRequest
from foveate.app.wire.texts import ModelName
from foveate.app.wire.videos import (
    FramePicture,
    SiteChoice,
    SiteQuery,
    SpaceTime,
    SpaceTimeChoice,
    SpaceTimeQuery,
    VideoTrace,
    VideoVerdicts,
    When,
    step_times,
)
from foveate.models.analysis.spacetime import space_time
from foveate.models.errors import InputError
from foveate.models.inputs.clip import FEWEST_FRAMES, MOST_FRAMES, RESOLUTIONS, Sampling
from foveate.models.inputs.photo import Photo
from foveate.models.site import parse_head

CARRIED: dict[str, Any] = {
    "content": {NPY: {}, "application/zip": {}, "image/webp": {}, "video/mp4": {}}
}
uploads = APIRouter(prefix=PREFIX)
router = APIRouter(prefix=PREFIX)
SIDES = ", ".join(map(str, RESOLUTIONS))


class VideoUpload(Sent):
    """A video: a file, or the name of a sample that comes with the service."""

    file: Annotated[
        UploadFile | None, File(description="MP4, MOV, WebM, MKV, AVI, GIF, WebP, APNG, AVIF")
    ] = None
    sample: Annotated[
        str | None, Field(description="Or a sample's name", max_length=100, examples=["cars"])
    ] = None
    model: ModelName = None
    frames: Annotated[
        int, Field(description=f"How many are taken, {FEWEST_FRAMES} to {MOST_FRAMES}, evenly")
    ] = 24
    start: Annotated[float | None, Field(description="Of the part, in seconds")] = None
    end: Annotated[float | None, Field(description="Of the part, in seconds")] = None
    resolution: Annotated[int, Field(description=f"Longest side: {SIDES}")] = DEFAULT_RESOLUTION
    intervention: InterventionText = None


async def _videos(request: Request) -> Videos:
    return request.app.state.videos  # type: ignore[no-any-return]


Service = Annotated[Videos, Depends(_videos)]
Number = Annotated[int, Path(description="Of a frame, from 0", examples=[5])]


@uploads.post(
    "/videos/traces",
    status_code=201,
    response_model=VideoTrace,
    responses=UPLOAD_PROBLEMS,
    tags=["videos"],
    summary="Run a model on frames of a video and keep the trace",
)
async def trace_video(
    upload: Annotated[VideoUpload, Form(media_type="multipart/form-data")], videos: Service
) -> Response:
    sampling = Sampling(upload.frames, upload.start, upload.end)
    asked = upload.model, sampling, upload.resolution, Intervention.read(upload.intervention)
    data = await given_bytes(upload.file, upload.sample, "a video", video_bytes)
    return created(await videos.trace(data, *asked))


@router.get(
    "/traces/{trace_id}/frames/{number}.{format}",
    response_class=Response,
    responses=TRACE_PROBLEMS | IMAGE,
    tags=["videos"],
    summary="A frame as the model was given it: upright, RGB, reduced",
)
async def frame(
    request: Request,
    stored: Found,
    number: Number,
    format: Annotated[ImageFormat, Path(examples=["jpg"])],
) -> Response:
    photo = _frame(stored, number)
    values = photo.image.width * photo.image.height
    return await worked_out(request, values, image_response, photo.image, format)


def _frame(stored: Stored, number: int) -> Photo:
    """Raises InputError for a frame that is not there."""
    frames = stored.clip.clip.frames
    if not 0 <= number < len(frames):
        raise InputError(
            f"frame {number} is not in this clip: give a number from 0 to {len(frames) - 1}.",
            "number",
        )
    return frames[number]


@router.get(
    "/traces/{trace_id}/frames/{number}/overlay.png",
    response_class=Response,
    responses=TRACE_PROBLEMS | {200: PNG},
    tags=["videos"],
    summary="A frame seen through what a patch of the clip attends to in it",
)
async def overlay(
    request: Request, stored: Found, number: Number, picture: Annotated[FramePicture, Query()]
) -> Response:
    _frame(stored, number)
    values = _values(stored, picture, picture.head)
    return await worked_out(request, values, _overlay, stored, number, picture)


def _overlay(stored: Stored, number: int, picture: FramePicture) -> Response:
    site, query, name = picture.found(stored.trace)
    maps = space_time(site, parse_head(picture.head), query)
    photo, clip = _frame(stored, number), stored.trace.clip
    step = min(number // clip.tubelet, len(maps) - 1)
    image = render.frame_picture(photo, clip.crop, maps, step, picture)
    said = f"{stored.trace.model}, {site.name}, head {picture.head}, query {name}, frame {number}"
    return Response(render.png(image, said), media_type="image/png")


@router.get(
    "/traces/{trace_id}/spacetime",
    response_model=SpaceTime,
    responses=TRACE_PROBLEMS | {200: ARRAY},
    tags=["videos"],
    summary="One patch's weights on the patches of all frames: where, and when",
)
async def spacetime(
    request: Request,
    stored: Found,
    limit: Limit,
    choice: Annotated[SpaceTimeQuery, Query()],
) -> Response:
    kind = responses.negotiate(request, choice.format)
    axis = stored.trace.clip.axis
    responses.check_size(axis.count, kind, limit)
    values = _values(stored, choice, choice.head)
    return await worked_out(request, values, _spacetime, stored, choice, kind)


def _spacetime(stored: Stored, choice: SpaceTimeChoice, kind: Format) -> Response:
    if kind == "json":
        return json_response(SpaceTime.of(stored.trace, choice))
    site, number, _ = choice.found(stored.trace)
    maps = space_time(site, parse_head(choice.head), number)
    if kind == "npy":
        return responses.npy(maps.numpy())
    times = step_times(stored.trace, stored.clip.clip)
    listed = (
        [step, time, row, column, float(maps[step, row, column])]
        for step, time in enumerate(times)
        for row in range(maps.shape[1])
        for column in range(maps.shape[2])
    )
    return responses.csv_response(["step", "time", "row", "column", "weight"], listed)


class VerdictsRequest(Sent):
    """Through which heads over time a clip goes, and what is changed in those that attend."""

    models: Annotated[
        str | None,
        Field(
            description="Heads with commas between; else all",
            max_length=MOST_LETTERS,
            examples=["when-average,when-additive"],
        ),
    ] = None
    intervention: Intervention = Intervention()


@router.post(
    "/traces/{trace_id}/verdicts",
    response_model=VideoVerdicts,
    responses=TRACE_PROBLEMS,
    tags=["videos"],
    summary="The same clip through heads over time: what is there, and which frames decide it",
)
async def verdicts(
    request: Request, stored: Found, asked: VerdictsRequest, videos: Service
) -> Response:
    heads = whens_of(request.app.state.host.cards, asked.models)
    found = await videos.verdicts(stored, heads, asked.intervention.asked())
    return json_response(VideoVerdicts.of(found, heads.values()))


@router.get(
    "/traces/{trace_id}/when",
    response_model=When,
    responses=TRACE_PROBLEMS | {200: ARRAY},
    tags=["videos"],
    summary="How much of one patch's weight falls on each frame, head by head",
)
async def when(
    request: Request,
    stored: Found,
    choice: Annotated[SiteQuery, Query()],
) -> Response:
    kind = responses.negotiate(request, choice.format)
    return await worked_out(request, _values(stored, choice), _when, stored, choice, kind)


def _when(stored: Stored, choice: SiteChoice, kind: Format) -> Response:
    found = When.of(stored.trace, stored.clip.clip, choice)
    if kind == "json":
        return json_response(found)
    if kind == "npy":
        return responses.npy(np.array(found.when, np.float32))
    listed = ([head, *row] for head, row in zip(found.heads, found.when, strict=True))
    return responses.csv_response(["head", *found.times], listed)


def _values(stored: Stored, choice: SiteChoice, head: str = "mean") -> int:
    """Weights that are read for a query: those of one head, or of all. Raises InputError."""
    site, _, _ = choice.found(stored.trace)
    return site.key.size * (1 if isinstance(parse_head(head), int) else site.heads)


@router.post(
    "/traces/{trace_id}/propagation",
    response_model=Propagation,
    responses=TRACE_PROBLEMS | {200: CARRIED},
    tags=["videos"],
    summary="A mask of one frame carried through the clip by what patches resemble",
)
async def propagation(request: Request, stored: Found, asked: PropagationRequest) -> Response:
    values, held = carrying_values(stored, asked)
    return await worked_out(request, values, _propagation, stored, asked, held=held)


def carrying_values(stored: Stored, asked: PropagationRequest) -> tuple[int, int]:
    """How many are worked out to carry a mask, and how many of them are held at a time."""
    axis = stored.trace.clip.axis
    each = axis.grid.size**2 * (1 + min(asked.context, axis.frames - 1))
    return each * axis.frames + stored.clip.nbytes // 3, each


def _propagation(stored: Stored, asked: PropagationRequest) -> Response:
    clip, trace = stored.clip.clip, stored.trace
    if asked.format == "json":
        return json_response(footage.propagation(clip, trace, asked))
    soft = asked.carried(trace)
    if asked.format == "npy":
        return responses.npy(soft.numpy())
    by_frame = footage.soft_by_frame(clip, trace, soft)
    masks = footage.masks_of(clip, trace.clip.crop, by_frame, asked.least)
    if asked.format == "zip":
        return _file(footage.png_sequence(masks), "application/zip", "masks.zip")
    if asked.format == "webp":
        return _file(footage.webp(clip, masks), "image/webp", "carried.webp")
    return _file(footage.mp4(clip, masks), "video/mp4", "carried.mp4")


def _file(content: bytes, media: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media, headers=headers)
