"""What a convolutional classifier shows: its verdict, class activation maps, receptive fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import ConfigDict, Field
from torch import Tensor

from foveate.app.wire.axes import Grid
from foveate.app.wire.base import Sent, Wire
from foveate.app.wire.choices import MOST_LETTERS, Format, Look
from foveate.app.wire.images import Crop
from foveate.app.wire.numbers import Matrix
from foveate.models.analysis.cam import CamMethod
from foveate.models.analysis.receptive import LayerView, deviation, pooled
from foveate.models.analysis.verdict import ClassProbability as Found
from foveate.models.analysis.verdict import verdict
from foveate.models.trace import PhotoFrame, Trace

LayerName = Annotated[
    str | None,
    Field(description="A layer by name; else the last", max_length=MOST_LETTERS, examples=["head"]),
]

CamName = Annotated[CamMethod, Field(description="grad-cam, hirescam or layercam")]
ClassName = Annotated[
    str | None,
    Field(
        alias="class",
        description="A class by number or name; else the most probable",
        max_length=MOST_LETTERS,
        examples=["Egyptian cat"],
    ),
]


class CamChoice(Sent):
    """Which class activation map."""

    model_config = ConfigDict(populate_by_name=True)

    method: CamName = "grad-cam"
    layer: LayerName = None
    class_name: ClassName = None


class CamOfLayers(Sent):
    """The class activation maps of all layers."""

    model_config = ConfigDict(populate_by_name=True)

    method: CamName = "grad-cam"
    class_name: ClassName = None


class CamQuery(CamChoice):
    """The map in numbers."""

    format: Annotated[Format | None, Field(description="Else by the Accept header")] = None


class CamPicture(Look, CamChoice):
    """The map, and how it is drawn on the photo."""


class UnitChoice(Sent):
    """Which unit: a place of a layer's map, and one of its channels or all together."""

    row: Annotated[int, Field(description="Row of the layer's map, from 0", examples=[3])]
    column: Annotated[int, Field(description="Its column, from 0", examples=[3])]
    layer: LayerName = None
    channel: Annotated[int | None, Field(description="One channel; else all together")] = None


class UnitQuery(UnitChoice):
    """The unit's receptive field in numbers."""

    square: Annotated[
        int, Field(ge=1, le=32, description="Side in pixels of the squares that shares are of")
    ] = 1
    format: Annotated[Format | None, Field(description="Else by the Accept header")] = None


class UnitPicture(Look, UnitChoice):
    """The unit's effective receptive field, and how it is drawn on the photo."""


class ClassProbability(Wire):
    """A class by its number from 0, its name, its probability among all classes."""

    number: int
    label: str
    probability: float


class Verdict(Wire):
    """What a classifier takes a photo for, the most probable class first."""

    model: str
    classes: list[ClassProbability]

    @classmethod
    def of(cls, trace: Trace, top: int) -> Self:
        """The `top` classes. Raises InputError where the model has none."""
        found = [ClassProbability.model_validate(each) for each in verdict(trace, top)]
        return cls(model=trace.model, classes=found)


class ReceptiveField(Wire):
    """Along one axis, in pixels of the model's input: unit i sees `size` pixels from
    `start + i * stride` on. What is below 0 or past the end are zeros of a padding.
    """

    size: int
    stride: int
    start: int


class Layer(Wire):
    """A layer's map, and what its units can see along rows and along columns."""

    name: str
    grid: Grid
    rows: ReceptiveField
    columns: ReceptiveField


class Layers(Wire):
    """The layers of a convolutional network, in their order."""

    model: str
    layers: list[Layer]

    @classmethod
    def of(cls, trace: Trace, views: Mapping[str, LayerView]) -> Self:
        found = [
            Layer.model_validate(
                {"name": name, "grid": view.grid, "rows": view.rows, "columns": view.columns}
            )
            for name, view in views.items()
        ]
        return cls(model=trace.model, layers=found)


class ClassMap(Wire):
    """Which places of a layer's map speak for a class, row by row; under `hirescam` what speaks
    against it is negative.
    """

    model: str
    method: CamMethod
    layer: str
    classified: ClassProbability
    grid: Grid
    crop: Crop
    minimum: float
    maximum: float
    heatmap: Matrix

    @classmethod
    def of(cls, trace: Trace, method: CamMethod, layer: str, chosen: Found, found: Tensor) -> Self:
        cells = trace.photo.grid
        side = cells.patch_size * cells.rows // len(found)
        return cls(
            model=trace.model,
            method=method,
            layer=layer,
            classified=ClassProbability.model_validate(chosen),
            grid=Grid(rows=found.shape[0], columns=found.shape[1], patch_size=side),
            crop=Crop.model_validate(trace.photo.crop),
            minimum=float(found.min()),
            maximum=float(found.max()),
            heatmap=found,
        )


class Box(Wire):
    """A rectangle in pixels of the upright photo; it may reach out of it, into a padding."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of(cls, frame: PhotoFrame, box: tuple[int, int, int, int]) -> Self:
        """Of one in pixels of the model's input."""
        crop, scale = frame.crop, frame.crop.width / (frame.grid.columns * frame.grid.patch_size)
        left, top, right, bottom = (side * scale for side in box)
        return cls(
            left=crop.left + left,
            top=crop.top + top,
            right=crop.left + right,
            bottom=crop.top + bottom,
        )


class UnitView(Wire):
    """What one unit can see, `box`, and what each pixel of the model's input has in it, `share`:
    its absolute gradient over the sum of all, added up in squares if asked for. `deviation` is that
    of the share along rows and columns in pixels of the input; of a Gaussian, 95 % lies in four of
    them.
    """

    model: str
    layer: str
    row: int
    column: int
    channel: int | None
    box: Box
    rows: ReceptiveField
    columns: ReceptiveField
    deviation: tuple[float, float]
    share: Matrix

    @classmethod
    def of(cls, trace: Trace, layer: str, unit: UnitQuery, view: LayerView, share: Tensor) -> Self:
        return cls(
            model=trace.model,
            layer=layer,
            row=unit.row,
            column=unit.column,
            channel=unit.channel,
            box=Box.of(trace.photo, view.box(unit.row, unit.column)),
            rows=ReceptiveField.model_validate(view.rows),
            columns=ReceptiveField.model_validate(view.columns),
            deviation=deviation(share),
            share=pooled(share, unit.square),
        )
