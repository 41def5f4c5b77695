"""Gates of a trace: what they were, the maps that they multiply, the network, what came out."""

from __future__ import annotations

import base64
import math
from typing import Any, Literal, Self, get_args

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from foveate.app.wire.base import Wire
from foveate.app.wire.convolutions import Box
from foveate.app.wire.interventions import SettingOrNone, told
from foveate.app.wire.numbers import Row, numbers
from foveate.models import network as drawn
from foveate.models.analysis.difference import Difference as Found
from foveate.models.analysis.gates import GateView, gate_views
from foveate.models.errors import InputError
from foveate.models.intervention import OutputKind
from foveate.models.network import EdgeKind, PathKind
from foveate.models.trace import Trace

DRAWN: tuple[OutputKind, ...] = ("mask", "picture", "segmentation")  # what a picture shows
PICTURE = 64  # pixels along a side of a part's picture, at most


class NetworkNode(Wire):
    """A part of the network, and the map that it made in this pass. `stage` is how often the map
    was halved since the input, below 0 where it is larger.
    """

    name: str
    kind: str
    path: PathKind
    stage: int
    channels: int
    rows: int
    columns: int
    site: str | None
    opens: str | None
    words: str


class NetworkEdge(Wire):
    """What one part gives another; a skip has a name, by which it can be cut."""

    source: str
    target: str
    kind: EdgeKind
    name: str


class NetworkTile(Wire):
    """A tile in pixels of the upright photo: `core` comes out of it, `whole` goes in."""

    row: int
    column: int
    core: Box
    whole: Box


class NetworkView(Wire):
    """A network as it is drawn, with the sizes of one pass."""

    model: str
    nodes: list[NetworkNode]
    edges: list[NetworkEdge]
    tiles: list[NetworkTile] | None

    @classmethod
    def of(cls, trace: Trace) -> Self:
        """Raises InputError where it is not known how the model is built."""
        if trace.network is None:
            raise InputError(
                f"how {trace.model} is built is not drawn: choose a model with gates, such as "
                "selfie-segmentation.",
                "trace_id",
            )
        tiles = [_tile(trace, tile) for tile in trace.network.tiles]
        return cls.model_validate(
            {
                "model": trace.model,
                "nodes": list(trace.network.nodes),
                "edges": list(trace.network.edges),
                "tiles": tiles or None,
            }
        )


class GateValues(Wire):
    """A gate of a trace: its values 0 to 1 by channel, place or branch, which need not sum to 1.

    `values` are those that acted, `computed` the network's own where the gate is set; shares of
    branches are means over the channels. `opens` is the skip that it opens; `rows` and `columns`
    are the map that it multiplies, null where it is not kept.
    """

    site: str
    of: Literal["channel", "place", "branch"]
    labels: list[str] | None
    values: Row
    computed: Row | None
    mean: float
    opens: str | None
    setting: SettingOrNone
    rows: int | None
    columns: int | None

    @classmethod
    def of_view(cls, found: GateView) -> Self:
        shape = (None, None) if found.given is None else found.given.shape[1:]
        return cls.model_validate(
            {
                "site": found.site,
                "of": found.of,
                "labels": found.labels and list(found.labels),
                "values": found.values,
                "computed": found.computed,
                "mean": float(found.values.mean()),
                "opens": found.opens,
                "setting": told(found.setting),
                "rows": shape[0],
                "columns": shape[1],
            }
        )


def gates_of(trace: Trace) -> list[GateValues]:
    """Every gate of a trace, in the order of execution. Raises InputError where it has none."""
    return [GateValues.of_view(found) for found in gate_views(trace)]


class GateAverage(Wire):
    """A gate's mean by channel (place, branch) over several photos."""

    site: str
    values: Row
    mean: float


class GateAverages(Wire):
    """What the gates of a model are on average over the sample photos."""

    model: str
    samples: list[str]
    gates: list[GateAverage]


class PartPicture(Wire):
    """How strong the map of a part is, place by place: the mean over its channels of |map|, made
    no larger than PICTURE pixels a side. `data` is base64 of uint8 (rows, columns) from `minimum`
    to `maximum`.
    """

    name: str
    rows: int
    columns: int
    minimum: float
    maximum: float
    data: str

    @classmethod
    def of(cls, name: str, found: Tensor) -> Self:
        small = _reduced(found.float())
        low, high = float(small.min()), float(small.max())
        levels = ((small - low) * (255 / max(high - low, 1e-12))).round().to(torch.uint8)
        data = base64.b64encode(levels.numpy().tobytes()).decode()
        rows, columns = small.shape
        return cls(name=name, rows=rows, columns=columns, minimum=low, maximum=high, data=data)


def _reduced(found: Tensor) -> Tensor:
    """(rows, columns) of at most PICTURE each, by means of neighbours."""
    by = max(1, math.ceil(max(found.shape) / PICTURE))
    if by == 1:
        return found
    return F.avg_pool2d(found[None], by, ceil_mode=True)[0]


class Maps(Wire):
    """Channels of the map before a gate (x) or after it (y), row by row."""

    site: str
    of: Literal["x", "y"]
    channels: list[int]
    maps: list[list[list[float]]]

    @classmethod
    def of_tensor(cls, site: str, of: Literal["x", "y"], channels: list[int], maps: Tensor) -> Self:
        return cls(site=site, of=of, channels=channels, maps=numbers(maps))


class MadeOutput(Wire):
    """What came out of a pass: a mask (rows, columns), a picture (rows, columns, 3), a segmentation
    (rows, columns) of numbers of the `labels`, or one row of probabilities or features.
    """

    model: str
    kind: OutputKind
    labels: list[str] | None
    shape: list[int]
    values: list[Any]

    @classmethod
    def of(cls, trace: Trace) -> Self:
        kind = made_by(trace)
        made = trace.outputs[kind]
        values = made.value().float()
        labels = list(made.labels) or None
        shape = list(values.shape)
        return cls(model=trace.model, kind=kind, labels=labels, shape=shape, values=numbers(values))


class Difference(Wire):
    """How far two traces of one photo and one model are apart, in one number and in words.

    `iou`: masks at 0.5, 1 the same; `psnr`: pictures in dB, null for the same picture; `overlap`:
    what two verdicts have in common, 1 the same; `cosine` of pooled features; `same`: the share of
    places that have one class in both segmentations.
    """

    measure: Literal["iou", "psnr", "overlap", "cosine", "same"]
    value: float | None
    words: str
    other: str

    @classmethod
    def of(cls, found: Found, other: str) -> Self:
        return cls(measure=found.measure, value=found.value, words=found.words, other=other)


def _tile(trace: Trace, tile: drawn.Tile) -> dict[str, object]:
    frame = trace.photo
    core, whole = Box.of(frame, tile.core), Box.of(frame, tile.whole)
    return {"row": tile.row, "column": tile.column, "core": core, "whole": whole}


def made_by(trace: Trace, kinds: tuple[OutputKind, ...] = get_args(OutputKind)) -> OutputKind:
    """What comes out of a trace's model. Raises InputError where that is none of the `kinds`."""
    kind = trace.offers.output
    if kind in kinds:
        return kind
    said = f"{trace.model} gives {kind}" if kind else f"{trace.model} has no output to compare"
    raise InputError(f"{said}: it is no {' or '.join(kinds)}.", "trace_id")
