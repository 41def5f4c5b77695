"""Translations: what is asked for, the beam, the trace, and the events of a stream."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import Field

from foveate.app.wire.alignments import AlignmentWeights, Threshold
from foveate.app.wire.axes import Site
from foveate.app.wire.base import Sent, Wire
from foveate.app.wire.numbers import Row
from foveate.app.wire.texts import Candidate, DecodingStep, ModelName, Passage, Text, TextTimings
from foveate.models.translation.alignment import AligningHead, Named, align
from foveate.models.translation.result import Live, Translation

LARGEST = 2**31 - 1
Number = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]


class Pin(Sent):
    """Source tokens that a decoder is made to look at, at one step, else at all others."""

    source: Annotated[
        list[Number],
        Field(min_length=1, max_length=512, fail_fast=True, description="Token numbers from 0"),
    ]
    step: Annotated[
        int | None, Field(ge=0, le=LARGEST, description="From 0; else every other step")
    ] = None


class TranslationRequest(Sent):
    """A sentence or a paragraph; with `target`, one sentence that the model is made to write."""

    text: Annotated[Passage, Field(description="To translate", examples=["The black cat sat."])]
    model: ModelName = None
    target: Annotated[Passage | None, Field(description="Teacher forcing: the translation")] = None
    beam: Annotated[int, Field(ge=1, le=8, description="1 is greedy")] = 1
    threshold: Threshold = 0.3
    pins: Annotated[
        list[Pin],
        Field(
            max_length=512,
            fail_fast=True,
            description="Where the decoder must look, for one sentence",
        ),
    ] = []
    others: Annotated[
        float,
        Field(
            ge=0, le=1, description="What source tokens that are not pinned weigh, of 1 as usual"
        ),
    ] = 0.0
    attention: Annotated[
        bool, Field(description="False gives the decoder zeros for what it would see")
    ] = True


class BeamNode(Wire):
    """A hypothesis: `score` is its log probability, `normalised` that over its length."""

    parent: int | None
    step: int
    token: Candidate
    score: float
    normalised: float
    state: Literal["kept", "pruned", "finished"]


class Beam(Wire):
    width: int
    nodes: list[BeamNode]
    path: list[int]


class Part(Wire):
    """A sentence of a paragraph and its trace."""

    id: str
    source: str
    target: str


class TranslationTrace(Wire):
    """A sentence and its translation. Of a paragraph, the first; `paragraph` names them all.

    `alignment` is null where the model has no weights over the source. `outputs` names what else
    the model shows of itself: see /traces/{id}/outputs/{name}.
    """

    id: str
    model: str
    languages: list[str]
    source: Text
    target: Text
    forced: bool
    sites: list[Site]
    outputs: list[str]
    alignment: AlignmentWeights | None
    steps: list[DecodingStep]
    beam: Beam | None
    paragraph: list[Part]
    timings: TextTimings
    expires_at: datetime

    @classmethod
    def of(
        cls,
        card: Named,
        found: Translation,
        *,
        id: str,
        languages: Sequence[str],
        threshold: float,
        beam: int,
        paragraph: list[Part],
        begun: float,
        expires: float,
    ) -> Self:
        """Of a sentence asked for when `begun` (perf_counter), kept until `expires` (epoch)."""
        tree = Beam(width=beam, nodes=found.tree, path=found.path) if found.tree else None
        return cls(
            id=id,
            model=card.name,
            languages=languages,
            source=found.source,
            target=found.target,
            forced=found.forced,
            sites=[Site.of(site) for site in found.trace.sites],
            outputs=list(found.trace.outputs),
            alignment=align(card, found, threshold),
            steps=found.steps,
            beam=tree,
            paragraph=paragraph,
            timings=TextTimings.of(found.trace, begun),
            expires_at=datetime.fromtimestamp(expires, UTC),
        )


class StreamSentence(Wire):
    """Event `sentence`: a sentence of the paragraph is about to be translated."""

    sentence: int
    sentences: int
    source: Text


class StreamStep(Wire):
    """Event `step`: one token was written; `alignment` is the aligner's row over the source.

    It is null where the model has no weights over the source.
    """

    sentence: int
    number: int
    text: str
    step: DecodingStep
    alignment: Row | None

    @classmethod
    def of(cls, found: Live, sentence: int, aligner: AligningHead | None) -> Self:
        row = found.weights[aligner.site][aligner.head] if aligner else None
        return cls(
            sentence=sentence,
            number=found.number,
            text=found.text,
            step=found.step,
            alignment=row,
        )
