"""Arrays as JSON, NPY or CSV, by `format=` or the Accept header."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

import numpy as np
from fastapi import Request, Response
from numpy.typing import NDArray

from app import wire
from app.problems import Problem
from app.schemas import Format
from models.trace import Axis

NPY, CSV, JSON = "application/x-npy", "text/csv", "application/json"
BY_ACCEPT: dict[str, Format] = {NPY: "npy", CSV: "csv", JSON: "json"}


def negotiate(request: Request, chosen: Format | None, default: Format = "json") -> Format:
    """`format=` if given, else the first known type of Accept, else the default."""
    if chosen is not None:
        return chosen
    accepted = request.headers.get("accept", "").split(",")
    kinds = (BY_ACCEPT.get(part.split(";")[0].strip()) for part in accepted)
    return next((kind for kind in kinds if kind), default)


def check_size(count: int, kind: Format, limit: int) -> None:
    """Raises Problem 413 where an array is too large for text."""
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

    Tokens are named by their labels, patches by their numbers.
    """
    if weights.ndim == 1:
        places = list(_places(key))
        values = wire.numbers(weights)
        return csv_response(
            ["key", "row", "column", "weight"],
            ([*place, value] for place, value in zip(places, values, strict=True)),
        )
    flat = weights.reshape(-1, weights.shape[-1])
    if key.kind == "token" and key.labels and query is not None and query.labels:
        names = [*query.labels] * (len(flat) // query.size)
        rows = zip(names, wire.numbers(flat), strict=True)
        return csv_response(["query", *key.labels], ([name, *row] for name, row in rows))
    return csv_response(list(range(flat.shape[1])), wire.numbers(flat))


def csv_response(header: list[object], rows: Iterable[Iterable[object]]) -> Response:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    writer.writerows(rows)
    return Response(buffer.getvalue(), media_type=CSV)


def _places(key: Axis) -> Iterable[list[object]]:
    for index in range(key.size):
        label = key.labels[index] if key.labels and index < len(key.labels) else index
        place = index - key.prefix
        on_grid = key.grid is not None and place >= 0
        row, column = divmod(place, key.grid.columns) if on_grid and key.grid else ("", "")
        yield [label, row, column]
