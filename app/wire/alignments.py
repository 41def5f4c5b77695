"""Word alignments: of a translation by its aligner, of a pair by both directions' models."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from foveate.app.wire.base import Sent, Wire
from foveate.app.wire.numbers import Matrix, Row
from foveate.app.wire.texts import GivenWords, ModelName, Passage, Text
from foveate.models.translation.alignment import PairAlignment

Threshold = Annotated[float, Field(gt=0, le=1, description="Least strength of a link")]


class Link(Wire):
    """Numbers of a source and a target word that translate each other."""

    source: int
    target: int
    strength: float


class AlignmentWeights(Wire):
    """The aligner's weights: target by source tokens, and by words, special ones too.

    Rows of `weights` sum to 1; those of `word_weights` to `row_sums`: 1 where every token is in a
    word. Words that were given need not have all tokens, nor each word one: a word without tokens
    has a row of zeros, and what lies on tokens of no word is missing. `links` are word pairs at or
    over `threshold`; their numbers, and those of `pharaoh`, the same as text, count `source_words`
    and `target_words` from 0.
    """

    site: str
    head: int
    source_words: list[str]
    target_words: list[str]
    weights: Matrix
    word_weights: Matrix
    row_sums: Row
    threshold: float
    links: list[Link]
    pharaoh: str


class AlignmentRequest(Sent):
    """A sentence and its translation (else the model's own), as text or as lists of words."""

    text: Annotated[Passage | GivenWords, Field(examples=["The black cat sat."])]
    target: Annotated[Passage | GivenWords | None, Field(examples=["O gato preto sentou-se."])] = (
        None
    )
    model: ModelName = None
    threshold: Threshold = 0.3


class Alignment(Wire):
    """Word alignment of a sentence pair by a model, and by both directions' models.

    `forward` (target by source words) and `backward` (source by target words) are the aligners'
    word weights; `strengths` (target by source words) the geometric mean of both (after Liang et
    al. 2006), or `forward` where the model has no way back. Words are those of the texts, without
    special ones, whose share is missing: no row need sum to 1. `links` and `pharaoh` count
    `source_words` and `target_words` from 0.
    """

    model: str
    reverse: str | None
    translated: bool
    source: Text
    target: Text
    source_words: list[str]
    target_words: list[str]
    tokens: AlignmentWeights
    forward: Matrix
    backward: Matrix | None
    strengths: Matrix
    threshold: float
    links: list[Link]
    pharaoh: str


class AlignedPair(Wire):
    """A line of `foveate align --format json`: words, strengths (target by source) and links."""

    model: str
    source: str
    target: str
    source_words: list[str]
    target_words: list[str]
    strengths: Matrix
    links: list[Link]
    pharaoh: str
    notes: list[str]

    @classmethod
    def of(cls, found: PairAlignment) -> Self:
        return cls(
            model=found.model,
            source=found.source.text,
            target=found.target.text,
            source_words=found.source_words,
            target_words=found.target_words,
            strengths=found.strengths,
            links=found.links,
            pharaoh=found.pharaoh,
            notes=[*found.source.notes, *found.target.notes],
        )
