"""Videos: their traces, and what a patch sees where and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import Field

from foveate.app.wire.axes import Grid, Site
from foveate.app.wire.base import Sent, Wire
from foveate.app.wire.choices import MOST_LETTERS, Format, Look
from foveate.app.wire.convolutions import ClassProbability
from foveate.app.wire.images import Crop, Timings
from foveate.app.wire.interventions import Intervention, Offers
from foveate.app.wire.numbers import Matrix, Row
from foveate.models.analysis.spacetime import middle, space_time, usual_query, when
from foveate.models.analysis.verdict import verdict
from foveate.models.axis import Patches
from foveate.models.inputs.clip import Clip
from foveate.models.site import Site as Attended
from foveate.models.site import parse_head
from foveate.models.trace import ClipFrame, Trace
from foveate.models.zoo.video.heads.table import Entry


class ClipInput(Wire):
    """The upright video's size in its own pixels, and its length in seconds; `notes` are sentences
    on what was changed, and on how the model was given it.
    """

    width: int
    height: int
    duration: float
    sha256: str
    crop: Crop
    notes: list[str]

    @classmethod
    def of(cls, clip: Clip, frame: ClipFrame) -> Self:
        width, height = clip.size
        return cls(
            width=width,
            height=height,
            duration=round(clip.duration, 4),
            sha256=clip.frames[0].sha256,
            crop=frame.crop,
            notes=[*clip.notes, *frame.notes],
        )


class VideoFrame(Wire):
    """One of the frames that were taken: its seconds from the video's start; `step` is where it is
    on the axis of patches, whose steps are tubelets where a model takes several frames at once.
    """

    number: int
    time: float
    step: int


class VideoTrace(Wire):
    """What the passes over one clip left.

    `apart`: every frame went through a model of single pictures alone, and that its patches look at
    other frames is worked out from their queries and keys. `frame_width` and `frame_height` are the
    pixels of a frame as /frames gives it. `query` is what the last site is looked at from to begin
    with. `verdict` has the classes of a model that has some, the most probable first.
    """

    id: str
    model: str
    resolution: int
    precision: str
    input: ClipInput
    frames: list[VideoFrame]
    frame_width: int
    frame_height: int
    tubelet: int
    apart: bool
    grid: Grid
    prefix: list[str]
    sites: list[Site]
    outputs: list[str]
    query: str
    verdict: list[ClassProbability]
    offers: Offers
    intervention: Intervention
    timings: Timings
    expires_at: datetime

    @classmethod
    def of(
        cls,
        trace: Trace,
        clip: Clip,
        *,
        id: str,
        resolution: int,
        precision: str,
        timings: Timings,
        expires: float,
    ) -> Self:
        """Of a trace that is kept until `expires` (epoch)."""
        frame, axis = trace.clip, trace.clip.axis
        width, height = clip.frames[0].image.size
        return cls(
            id=id,
            model=trace.model,
            resolution=resolution,
            precision=precision,
            input=ClipInput.of(clip, frame),
            frames=[
                VideoFrame(number=n, time=round(time, 4), step=n // frame.tubelet)
                for n, time in enumerate(clip.times)
            ],
            frame_width=width,
            frame_height=height,
            tubelet=frame.tubelet,
            apart=frame.apart,
            grid=Grid.model_validate(frame.grid),
            prefix=list(axis.prefix),
            sites=[Site.of(site) for site in trace.sites],
            outputs=list(trace.outputs),
            query=usual_query(trace.sites[-1]) if trace.sites else middle(axis),
            verdict=verdict_of(trace),
            offers=Offers.model_validate(trace.offers),
            intervention=Intervention.of(trace.intervention),
            timings=timings,
            expires_at=datetime.fromtimestamp(expires, UTC),
        )


def verdict_of(trace: Trace) -> list[ClassProbability]:
    """All classes, the most probable first; none of a model that has none."""
    if "classes" not in trace.outputs:
        return []
    found = verdict(trace, len(trace.outputs["classes"].labels))
    return [ClassProbability.model_validate(each) for each in found]


SiteName = Annotated[
    str | None,
    Field(
        description="Site by name; else the last",
        max_length=MOST_LETTERS,
        examples=["encoder.12.self"],
    ),
]
PatchName = Annotated[
    str | None,
    Field(
        description="frame,row,column or a name of the prefix; else the middle, or the only query",
        max_length=MOST_LETTERS,
        examples=["5,4,3"],
    ),
]


class SiteChoice(Sent):
    """A site and a query of a clip's trace."""

    site: SiteName = None
    query: PatchName = None

    def found(self, trace: Trace) -> tuple[Attended, int, str]:
        """The site, and the query as number and name. Raises InputError, NoAttention."""
        site = trace.attended[-1] if self.site is None else trace.site(self.site)
        name = usual_query(site) if self.query is None else self.query
        number = site.query.index(name)
        return site, number, site.query.place(number)


class SpaceTimeChoice(SiteChoice):
    """A site, a head and a query of a clip's trace."""

    head: Annotated[
        str,
        Field(
            description="A number from 0, mean or max", max_length=MOST_LETTERS, examples=["mean"]
        ),
    ] = "mean"


class SiteQuery(SiteChoice):
    """The same as parameters of an address, with the format of the answer."""

    format: Annotated[Format | None, Field(description="Else by the Accept header")] = None


class SpaceTimeQuery(SpaceTimeChoice):
    """The same as parameters of an address, with the format of the answer."""

    format: Annotated[Format | None, Field(description="Else by the Accept header")] = None


class FramePicture(Look, SpaceTimeChoice):
    """Which weights, and how they are drawn on a frame: colours are the same for all frames."""


class SpaceTime(Wire):
    """One query's weights on the patches of all frames (steps x rows x columns), and `when`: their
    sum by step. Under `max` they do not sum to 1.
    """

    site: str
    head: str
    query: str
    minimum: float
    maximum: float
    when: Row
    weights: list[Matrix]

    @classmethod
    def of(cls, trace: Trace, choice: SpaceTimeChoice) -> Self:
        """Raises InputError for what is not in the trace."""
        site, number, name = choice.found(trace)
        maps = space_time(site, parse_head(choice.head), number)
        return cls(
            site=site.name,
            head=choice.head,
            query=name,
            minimum=float(maps.min()),
            maximum=float(maps.max()),
            when=maps.sum((-2, -1)),
            weights=list(maps),
        )


class When(Wire):
    """How much of one query's weight falls on each step, by head (and their mean): heads x steps;
    `times` are the seconds of each step's first frame.
    """

    site: str
    query: str
    heads: list[str]
    times: list[float]
    when: Matrix

    @classmethod
    def of(cls, trace: Trace, clip: Clip, choice: SiteChoice) -> Self:
        """Raises InputError for what is not in the trace."""
        site, number, name = choice.found(trace)
        return cls(
            site=site.name,
            query=name,
            heads=[*map(str, range(site.heads)), "mean"],
            times=step_times(trace, clip),
            when=when(site, number),
        )


class VideoVerdict(Wire):
    """What a head over time says of a clip, the most probable class first; `when` is how much of
    the weight each frame had, the mean over heads, and null for a head without attention.
    """

    model: str
    words: str
    chooses: bool
    notes: list[str]
    intervention: Intervention
    verdict: list[ClassProbability]
    when: Row | None

    @classmethod
    def of(cls, trace: Trace, entry: Entry) -> Self:
        return cls(
            model=trace.model,
            words=entry.words,
            chooses=entry.chooses,
            notes=list(trace.clip.notes),
            intervention=Intervention.of(trace.intervention),
            verdict=verdict_of(trace),
            when=when(trace.sites[-1], 0)[-1] if trace.sites else None,
        )


class VideoVerdicts(Wire):
    """One clip through heads over time, in the order they were asked for: none of it is kept."""

    heads: list[VideoVerdict]

    @classmethod
    def of(cls, found: Sequence[Trace], entries: Iterable[Entry]) -> Self:
        pairs = zip(found, entries, strict=True)
        return cls(heads=[VideoVerdict.of(trace, entry) for trace, entry in pairs])


def step_times(trace: Trace, clip: Clip) -> list[float]:
    """Seconds of the first frame of each step of the axis."""
    axis: Patches = trace.clip.axis
    return [round(time, 4) for time in clip.times[:: trace.clip.tubelet]][: axis.frames]
