"""Texts: what is sent, and translations, readings and alignments that come back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from app.schemas.base import Site, Wire


class Token(Wire):
    """A piece of a vocabulary, and the text it stands for; offsets count Unicode code points."""

    id: int
    text: str
    surface: str
    start: int
    end: int
    special: bool
    unknown: bool


class Word(Wire):
    """A word and its tokens, `first` up to but not including `last`."""

    text: str
    start: int
    end: int
    first: int
    last: int
    special: bool


class Text(Wire):
    """A text as a model reads it; of a pair, the second begins at `second`."""

    text: str
    tokens: list[Token]
    words: list[Word]
    notes: list[str]
    second: int | None


class Candidate(Wire):
    id: int
    text: str
    probability: float


class Step(Wire):
    """One step: the token written, the five likeliest, entropy in bits over the `vocabulary`."""

    token: Candidate
    candidates: list[Candidate]
    entropy: float
    vocabulary: int


class Link(Wire):
    """Numbers of a source and a target word that translate each other."""

    source: int
    target: int
    strength: float


class AlignmentWeights(Wire):
    """The aligner's weights: target by source tokens, and by words; rows sum to 1.

    `links` are word pairs at or over `threshold`, numbered without special words; `pharaoh` is the
    same as text.
    """

    site: str
    head: int
    weights: list[list[float]]
    word_weights: list[list[float]]
    threshold: float
    links: list[Link]
    pharaoh: str


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


class TextTimings(Wire):
    """Milliseconds; `total_ms` also has the wait for other visitors."""

    forward_ms: float
    total_ms: float


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
    steps: list[Step]
    beam: Beam | None
    paragraph: list[Part]
    timings: TextTimings
    expires_at: datetime


class Tokens(Wire):
    """How a model reads a text: sentence by sentence if it translates, else as one."""

    model: str
    sentences: list[Text]


class SentenceTrace(Wire):
    """What a model's tokens attend to in a text. `next`: what a causal model expects after each."""

    id: str
    model: str
    text: Text
    sites: list[Site]
    next: list[Step]
    timings: TextTimings
    expires_at: datetime


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
    step: Step
    alignment: list[float] | None


class Alignment(Wire):
    """Word alignment of a sentence pair by a model, and by both directions' models.

    `forward` (target by source words) and `backward` (source by target words) are the aligners'
    word weights; `strengths` (target by source words) the geometric mean of both (after Liang et
    al. 2006), or `forward` where the model has no way back. Words are those of the texts, without
    special ones.
    """

    model: str
    reverse: str | None
    translated: bool
    source: Text
    target: Text
    source_words: list[str]
    target_words: list[str]
    tokens: AlignmentWeights
    forward: list[list[float]]
    backward: list[list[float]] | None
    strengths: list[list[float]]
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
    strengths: list[list[float]]
    links: list[Link]
    pharaoh: str
    notes: list[str]


Threshold = Annotated[float, Field(gt=0, le=1, description="Least strength of a link")]
ModelName = Annotated[str | None, Field(description="A model of the catalog", max_length=100)]


class Pin(Wire):
    """Source tokens that a decoder is made to look at, at one step, else at all others."""

    source: Annotated[
        list[int], Field(min_length=1, max_length=512, description="Token numbers from 0")
    ]
    step: Annotated[int | None, Field(ge=0, description="From 0; else every other step")] = None


class TranslationRequest(Wire):
    """A sentence or a paragraph; with `target`, one sentence that the model is made to write."""

    text: Annotated[str, Field(description="To translate", examples=["The black cat sat."])]
    model: ModelName = None
    target: Annotated[str | None, Field(description="Teacher forcing: the translation")] = None
    beam: Annotated[int, Field(ge=1, le=8, description="1 is greedy")] = 1
    threshold: Threshold = 0.3
    pins: Annotated[
        list[Pin],
        Field(max_length=512, description="Where the decoder must look, for one sentence"),
    ] = []
    attention: Annotated[
        bool, Field(description="False gives the decoder zeros for what it would see")
    ] = True


class SentenceRequest(Wire):
    """A text, or a pair for a model that reads pairs."""

    text: Annotated[str, Field(examples=["The animal did not cross the street."])]
    pair: Annotated[str | None, Field(description="A second text, after [SEP]")] = None
    model: ModelName = None


class TokensRequest(Wire):
    """A text for any model that reads texts; by default that which translates."""

    text: Annotated[str, Field(examples=["The black cat sat."])]
    model: ModelName = None


class AlignmentRequest(Wire):
    """A sentence and its translation (else the model's own), as text or as lists of words."""

    text: Annotated[str | list[str], Field(examples=["The black cat sat."])]
    target: Annotated[str | list[str] | None, Field(examples=["O gato preto sentou-se."])] = None
    model: ModelName = None
    threshold: Threshold = 0.3
