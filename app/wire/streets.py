"""Street scenes: the class of every place of a photo, by several decoders side by side."""

from __future__ import annotations

import base64
from typing import Self

from foveate.app.wire.axes import Grid
from foveate.app.wire.base import Wire
from foveate.app.wire.images import ImageInput
from foveate.app.wire.interventions import Intervention, Offers
from foveate.app.wire.lab import LabSite
from foveate.models.analysis.segmentation import Segment as Found
from foveate.models.analysis.segmentation import in_words, segmentation_of, segments
from foveate.models.inputs.photo import Photo
from foveate.models.trace import Trace
from foveate.models.zoo.image.decoders.classes import CLASSES, Group
from foveate.models.zoo.image.decoders.table import DecoderKind, Entry


class Segment(Wire):
    """A class by its number from 0, and its share of the picture; `colour` is #rrggbb."""

    number: int
    label: str
    colour: str
    share: float

    @classmethod
    def of(cls, found: Found) -> Self:
        colour = "#{:02x}{:02x}{:02x}".format(*found.colour)
        return cls(number=found.number, label=found.label, colour=colour, share=found.share)


class Segmentation(Wire):
    """The class of every place of the part of the photo that the model saw.

    `data` is base64 of uint8 (rows, columns), row by row: numbers of the `classes`, which are in
    that order with their shares. `words` says the shares, the largest first.
    """

    trace_id: str
    model: str
    rows: int
    columns: int
    data: str
    classes: list[Segment]
    words: str

    @classmethod
    def of(cls, trace_id: str, trace: Trace) -> Self:
        """Raises InputError where the model gives none."""
        found, classes = segmentation_of(trace).value(), segments(trace)
        rows, columns = found.shape
        return cls(
            trace_id=trace_id,
            model=trace.model,
            rows=rows,
            columns=columns,
            data=base64.b64encode(found.numpy().tobytes()).decode(),
            classes=[Segment.of(each) for each in classes],
            words=in_words(classes),
        )


class StreetClass(Wire):
    """A class of CamVid: its colour, and whether it is told of as `thin` or `large`, or neither."""

    number: int
    label: str
    colour: str
    group: Group


class StreetModel(Wire):
    """What a decoder says of the photo; its trace is kept under `segmentation.trace_id`.

    `sites` are its gates, else the last site that attends: of a gate of places its values row by
    row of the axis's grid, of weights their mean over heads and queries. `grid` is that of the
    bottleneck, or of the patches.
    """

    model: str
    kind: DecoderKind
    words: str
    offers: Offers
    intervention: Intervention
    grid: Grid
    sites: list[LabSite]
    segmentation: Segmentation
    notes: list[str]
    forward_ms: float

    @classmethod
    def of(cls, trace_id: str, trace: Trace, entry: Entry) -> Self:
        gates = [site for site in trace.sites if site.kind == "gate"]
        return cls(
            model=trace.model,
            kind=entry.kind,
            words=entry.words,
            offers=Offers.model_validate(trace.offers),
            intervention=Intervention.of(trace.intervention),
            grid=Grid.model_validate(trace.photo.grid),
            sites=[LabSite.of(each) for each in gates or trace.sites[-1:]],
            segmentation=Segmentation.of(trace_id, trace),
            notes=list(trace.photo.notes),
            forward_ms=round(trace.timings["forward_ms"], 2),
        )


class StreetPhoto(Wire):
    """One photo through several decoders of street scenes, in the order they were asked for."""

    input: ImageInput
    classes: list[StreetClass]
    models: list[StreetModel]

    @classmethod
    def of(cls, photo: Photo, found: list[tuple[str, Trace, Entry]]) -> Self:
        models = [StreetModel.of(*each) for each in found]
        return cls(
            input=ImageInput.of(photo, found[0][1].photo), classes=street_classes(), models=models
        )


def street_classes() -> list[StreetClass]:
    """The eleven, in their order."""
    return [
        StreetClass(
            number=number,
            label=each.label,
            colour="#{:02x}{:02x}{:02x}".format(*each.colour),
            group=each.group,
        )
        for number, each in enumerate(CLASSES)
    ]
