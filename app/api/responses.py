"""What the routes answer with: JSON, arrays as NPY or CSV, pictures, and their problems."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, TypeVar

import numpy as np
from fastapi import Request, Response
from numpy.typing import NDArray
from PIL import Image

from foveate.app import render
from foveate.app.api.answer import Answer
from foveate.app.problems import MEDIA_TYPE, Problem
from foveate.app.runtime import costs
from foveate.app.runtime.admission import Admission
from foveate.app.runtime.store import Stored
from foveate.app.wire import base
from foveate.app.wire.axes import rows
from foveate.app.wire.base import Wire
from foveate.app.wire.choices import Format, ImageFormat, Method, Picture
from foveate.app.wire.numbers import numbers
from foveate.app.wire.sheet import csv_of
from foveate.models.axis import Axis, Tokens
from foveate.models.site import CHUNK, Site

Result = TypeVar("Result")
PREFIX = "/api/v1"
MOST_VALUES = 64_000_000  # of an array, as NPY
HELD = 8  # bytes for each value on its way: worked out, and as it is sent
SENT = 3  # bytes for each pixel of a picture, were it not compressed; drawing is a turn's own
NPY, CSV, JSON = "application/x-npy", "text/csv", "application/json"
BY_ACCEPT: dict[str, Format] = {NPY: "npy", CSV: "csv", JSON: "json"}
ARRAY: dict[str, Any] = {"content": {NPY: {}, CSV: {}}}
PNG: dict[str, Any] = {"content": {"image/png": {}}}
IMAGE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/jpeg": {}, "image/png": {}, "image/webp": {}}}
}
PROBLEM = {"content": {MEDIA_TYPE: {"schema": base.Problem.model_json_schema()}}}


def _problems(**said: str) -> dict[int | str, dict[str, Any]]:
    return {int(code[1:]): {"description": text, **PROBLEM} for code, text in said.items()}


UPLOAD_PROBLEMS = _problems(
    _413="Larger than this service accepts",
    _415="Not an image that can be read",
    _422="Damaged, or a choice that cannot be met",
    _503="Too much is waiting: see Retry-After",
)
TEXT_PROBLEMS = _problems(
    _413="Longer than this service accepts",
    _422="No text, or a choice that cannot be met",
    _503="Too much is waiting: see Retry-After",
)
TRACE_PROBLEMS = _problems(
    _404="No such trace",
    _410="The trace has expired",
    _422="A choice that cannot be met",
    _503="Too much is waiting: see Retry-After",
)


async def worked_out(
    request: Request,
    values: int,
    work: Callable[..., Result],
    *given: Any,
    held: int | None = None,
    multiplied: int = 0,
) -> Result:
    """What `work(*given)` returns, as a job of its own: so many values are read off a trace, and
    pairs of numbers `multiplied` in products of matrices.

    At most `held` of the values are in memory at a time, else all; of an answer then its bytes,
    until they are taken. Raises Problem 503 where too much waits, or too much is on its way.
    """
    state, before = request.app.state, HELD * (values if held is None else held)
    state.holdings.hold(before)
    admission: Admission = state.host.admission
    cost = costs.working_out(values, multiplied)
    turn: Callable[[], Result] = partial(_made, work, *given)
    found = await admission.run(work.__name__, cost, turn)
    if isinstance(found, Answer):
        found.counted(state.holdings, before)
    return found


def _made(work: Callable[..., Any], *given: Any) -> Any:
    """In the thread that has made it: to cut a large answer takes time too."""
    found = work(*given)
    return Answer(found) if isinstance(found, Response) else found


def values_of(sites: Iterable[Site]) -> int:
    """How many weights these sites have."""
    return sum(site.heads * site.query.size * site.key.size for site in sites)


def at_once(sites: Iterable[Site]) -> int:
    """How many weights of these sites are in memory at a time, where they are read in chunks."""
    parts = (site.heads * min(site.query.size, CHUNK) * site.key.size for site in sites)
    return max(parts, default=0)


def created(stored: Stored) -> Response:
    """A new trace's description and where it is."""
    headers = {"Location": f"{PREFIX}/traces/{stored.id}"}
    return Response(stored.description, 201, headers, JSON)


def json_response(body: Wire) -> Response:
    return Response(body.model_dump_json(), media_type=JSON)


def drawn(stored: Stored, picture: Picture, format: ImageFormat = "png") -> Response:
    """The photo seen through a heatmap; a PNG says in words what it shows, others are smaller."""
    image = render.picture_of(stored.trace, stored.image.photo, picture)
    if format != "png":
        return image_response(image, format)
    content = render.png(image, render.caption(stored.trace, picture))
    return Response(content, media_type="image/png")


def image_response(image: Image.Image, format: ImageFormat) -> Response:
    content = render.encoded(image, format)
    return Response(content, media_type=f"image/{'jpeg' if format == 'jpg' else format}")


def drawn_values(stored: Stored, picture: Picture) -> int:
    """Pixels, and the weights that are read for them where that is those of all layers."""
    return pixels_of(stored) + values_of(rolled_sites(stored, picture))


def drawn_at_once(stored: Stored, picture: Picture) -> int:
    """How many of them are in memory at a time: pixels as they are sent, which is what lasts."""
    return pixels_of(stored) * SENT // HELD + at_once(rolled_sites(stored, picture))


def rolled_sites(stored: Stored, picture: Picture) -> Sequence[Site]:
    """Those whose weights are all read for a picture."""
    return stored.trace.sites if picture.method is Method.rollout else ()


def pixels_of(stored: Stored) -> int:
    """Pixels of the photo as it is kept."""
    return stored.image.photo.image.width * stored.image.photo.image.height


def negotiate(request: Request, chosen: Format | None, default: Format = "json") -> Format:
    """`format=` if given, else the first known type of Accept, else the default."""
    if chosen is not None:
        return chosen
    accepted = request.headers.get("accept", "").split(",")
    kinds = (BY_ACCEPT.get(part.split(";")[0].strip()) for part in accepted)
    return next((kind for kind in kinds if kind), default)


def check_size(count: int, kind: Format, limit: int) -> None:
    """Raises Problem 413 where an array is too large for text, or to be sent at all."""
    if count > MOST_VALUES:
        raise Problem(
            413,
            f"{count} values are too many (at most {MOST_VALUES}): ask for one head and one query.",
            "query",
        )
    if kind != "npy" and count > limit:
        raise Problem(
            413,
            f"{count} values are too many for {kind} (at most {limit}): ask for format=npy, or for "
            "one head and one query.",
            "format",
        )


def npy(array: NDArray[np.generic]) -> Response:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return Response(buffer.getvalue(), media_type=NPY)


def weights_csv(weights: NDArray[np.float32], key: Axis, query: Axis | None = None) -> Response:
    """One key a line with its place on the grid; a matrix (queries, keys) has one query a line.

    Where there are all heads, the first column is the head: (heads, keys) of one query, and
    (heads, queries, keys). Tokens are named by their labels, patches by their numbers.
    """
    if weights.ndim == 1:
        places = zip(rows(key), numbers(weights), strict=True)
        header = ["key", "row", "column", "weight"]
        return csv_response(header, ([*place, value] for place, value in places))
    if query is None or weights.ndim == 3:
        return _heads_csv(weights, key, query)
    if isinstance(key, Tokens) and isinstance(query, Tokens):
        return csv_response(["query", *key.labels], _named(query, numbers(weights)))
    return matrix_csv(weights)


def _heads_csv(weights: NDArray[np.float32], key: Axis, query: Axis | None) -> Response:
    """Every row after the number of its head, and after its query where there are several."""
    heads = enumerate(numbers(weights))
    if query is None:
        return csv_response(["head", *_names(key)], ([head, *row] for head, row in heads))
    listed = ([head, *row] for head, found in heads for row in _named(query, found))
    return csv_response(["head", "query", *_names(key)], listed)


def _names(axis: Axis) -> list[str | int]:
    """Labels of tokens, numbers of what else there is."""
    return [*axis.labels] if isinstance(axis, Tokens) else [*range(axis.size)]


def _named(query: Axis, found: list[list[float]]) -> Iterable[list[object]]:
    """Rows of weights, each after its query's name."""
    return ([name, *row] for name, row in zip(_names(query), found, strict=True))


def matrix_csv(found: NDArray[np.float32]) -> Response:
    """Rows under the numbers of their columns."""
    return csv_response(range(found.shape[1]), numbers(found))


def csv_response(header: Iterable[object], rows: Iterable[Iterable[object]]) -> Response:
    return Response(csv_of(header, rows), media_type=CSV)
