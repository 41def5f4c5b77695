"""The models' types as wire types."""

from __future__ import annotations

import base64
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from app import schemas, view
from app.schemas import Choice, Method
from models import trace as traces
from models.analysis import query_heatmaps
from models.inputs import Crop, Photo

HEATMAP_HEADS = ("mean", "max")


def numbers(array: NDArray[np.float32]) -> list[Any]:
    """Nested lists of the shortest decimals that are the same float32 again."""
    flat = [float(str(value)) for value in array.astype(np.float32).ravel()]
    nested: Any = np.array(flat, dtype=np.float64).reshape(array.shape).tolist()
    return cast(list[Any], nested)


def grid(found: traces.Grid) -> schemas.Grid:
    return schemas.Grid(rows=found.rows, columns=found.columns, patch_size=found.patch_size)


def crop(found: Crop) -> schemas.Crop:
    return schemas.Crop(left=found.left, top=found.top, width=found.width, height=found.height)


def axis(found: traces.Axis) -> schemas.Axis:
    return schemas.Axis(
        kind=found.kind,
        size=found.size,
        prefix=found.prefix,
        grid=None if found.grid is None else grid(found.grid),
        labels=None if found.labels is None else list(found.labels),
    )


def site(found: traces.Site) -> schemas.Site:
    recorded = found.recorded
    return schemas.Site(
        name=found.name,
        kind=found.kind,
        layer=found.layer,
        heads=found.heads,
        scale=None if recorded is None or recorded.bias is not None else recorded.scale,
        causal=recorded is not None and recorded.causal,
        query=axis(found.query),
        key=axis(found.key),
    )


def image_input(photo: Photo, covered: Crop) -> schemas.ImageInput:
    return schemas.ImageInput(
        width=photo.width,
        height=photo.height,
        sha256=photo.sha256,
        crop=crop(covered),
        notes=list(photo.notes),
    )


def heatmaps(found: traces.Site, query: int = 0) -> schemas.Heatmaps:
    """What one query sees in every head, in eight bits: enough for a first paint."""
    maps = query_heatmaps(found, query).numpy()  # (H + 2, rows, columns)
    low = maps.min(axis=(1, 2), keepdims=True)
    high = maps.max(axis=(1, 2), keepdims=True)
    levels = (maps - low) / np.maximum(high - low, 1e-12) * 255
    return schemas.Heatmaps(
        site=found.name,
        heads=[*map(str, range(found.heads)), *HEATMAP_HEADS],
        minimum=numbers(low.ravel()),
        maximum=numbers(high.ravel()),
        data=base64.b64encode(levels.round().astype(np.uint8).tobytes()).decode(),
    )


def heatmap(trace: traces.Trace, covered: Crop, choice: Choice, resolution: int) -> schemas.Heatmap:
    """What a choice shows of a trace, in numbers. Raises InputError."""
    of_site = choice.method is Method.weights
    chosen = view.site_of(trace, choice)
    values = view.heatmap_of(trace, choice).numpy()
    assert chosen.key.grid is not None
    return schemas.Heatmap(
        model=trace.model,
        resolution=resolution,
        site=chosen.name if of_site else None,
        head=choice.head if of_site else None,
        query=None if choice.method is Method.saliency else choice.query,
        method=choice.method,
        grid=grid(chosen.key.grid),
        crop=crop(covered),
        minimum=float(values.min()),
        maximum=float(values.max()),
        heatmap=numbers(values),
    )
