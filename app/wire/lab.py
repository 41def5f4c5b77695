"""The vision lab: one photo through several heads, with verdicts and what they attended to."""

from __future__ import annotations

from typing import Self

from foveate.app.wire.axes import Axis, axis_of
from foveate.app.wire.base import Wire
from foveate.app.wire.convolutions import ClassProbability
from foveate.app.wire.images import ImageInput
from foveate.app.wire.interventions import Intervention, Offers
from foveate.app.wire.numbers import Row
from foveate.models import site
from foveate.models.analysis.summary import summary
from foveate.models.analysis.verdict import verdict
from foveate.models.inputs.photo import Photo
from foveate.models.trace import Trace
from foveate.models.zoo.image.heads.base import ACTIVATION
from foveate.models.zoo.image.heads.table import Entry, HeadKind


class LabSite(Wire):
    """A site in one row. Of places: the mean of the weights over heads and queries, or the gate's
    values, row by row of the axis's grid. Of channels: the gate's values. Of branches: every
    channel's weights, channel by channel.
    """

    name: str
    key: Axis
    normalised: bool
    values: Row

    @classmethod
    def of(cls, found: site.Site) -> Self:
        return cls(
            name=found.name,
            key=axis_of(found.key),
            normalised=found.attention.normalised,
            values=summary(found).flatten(),
        )


class LabActivation(Wire):
    """The class activation map of a head that averages: which places spoke for the class that it
    named, and which against. It is worked out from the verdict's weights and is no attention: the
    head did not choose by it. The values, row by row of the grid, sum to the class's logit but for
    a bias that is the same for every photo.
    """

    label: str
    rows: int
    columns: int
    values: Row

    @classmethod
    def of(cls, trace: Trace) -> Self | None:
        """None for a head that pools otherwise."""
        if ACTIVATION not in trace.outputs:
            return None
        first = verdict(trace, 1)[0]
        added = trace.outputs[ACTIVATION].value()[first.number]
        rows, columns = added.shape
        return cls(label=first.label, rows=rows, columns=columns, values=added.flatten())


class LabHead(Wire):
    """What a head says of the photo. Its trace is kept under `trace_id`; `chooses` is what, where,
    which, or empty for a head without attention.
    """

    model: str
    trace_id: str
    kind: HeadKind
    chooses: str
    words: str
    offers: Offers
    intervention: Intervention
    verdict: list[ClassProbability]
    sites: list[LabSite]
    activation: LabActivation | None
    forward_ms: float

    @classmethod
    def of(cls, trace_id: str, trace: Trace, entry: Entry) -> Self:
        classes = len(trace.outputs["classes"].labels)
        return cls(
            model=trace.model,
            trace_id=trace_id,
            kind=entry.kind,
            chooses=entry.chooses,
            words=entry.words,
            offers=Offers.model_validate(trace.offers),
            intervention=Intervention.of(trace.intervention),
            verdict=[ClassProbability.model_validate(each) for each in verdict(trace, classes)],
            sites=[LabSite.of(each) for each in trace.sites],
            activation=LabActivation.of(trace),
            forward_ms=round(trace.timings["forward_ms"], 2),
        )


class LabPhoto(Wire):
    """One photo through several heads of the vision lab, in the order they were asked for."""

    input: ImageInput
    heads: list[LabHead]

    @classmethod
    def of(cls, photo: Photo, found: list[tuple[str, Trace, Entry]]) -> Self:
        heads = [LabHead.of(*each) for each in found]
        return cls(input=ImageInput.of(photo, found[0][1].photo), heads=heads)
