"""Wire types. `python -m app.schemas` writes static/js/schema.d.ts from them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from models.catalog import Card
from models.trace import AxisKind, SiteKind


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(Wire):
    """An error (RFC 9457); `detail` is a sentence to show to the visitor."""

    type: str
    title: str
    status: int
    detail: str
    parameter: str | None = None


class ModelCard(Card):
    """A model of the catalog, and whether it is in memory."""

    loaded: bool


class Sample(Wire):
    """A photo that comes with the service; width and height in pixels."""

    name: str
    title: str
    alt: str
    author: str
    licence: str
    source: str
    url: str
    width: int
    height: int


class Sentence(Wire):
    """A text to start from; `task` "" suits any model, `target` is a translation to align."""

    title: str
    language: str
    text: str
    target: str = ""
    task: Literal["", "translate", "read"] = ""


class Grid(Wire):
    rows: int
    columns: int
    patch_size: int


class Axis(Wire):
    """What the queries or keys of a site are; `prefix` leading entries are no patches."""

    kind: AxisKind
    size: int
    prefix: int
    grid: Grid | None
    labels: list[str] | None


class Site(Wire):
    """A place where attention is computed: softmax(q.k * scale), if `causal` over the keys up to
    the query's own. `scale` is null where that is not all there is to it: ask for the weights.
    """

    name: str
    kind: SiteKind
    layer: int
    heads: int
    scale: float | None
    causal: bool
    query: Axis
    key: Axis


class Crop(Wire):
    """The part of the photo that the patch grid covers, in pixels of the upright photo."""

    left: float
    top: float
    width: float
    height: float


class ImageInput(Wire):
    """The upright photo's size in its own pixels; `notes` are sentences on what was changed."""

    width: int
    height: int
    sha256: str
    crop: Crop
    notes: list[str]


class Heatmaps(Wire):
    """One query's weights on the patches, for every head, their mean and maximum.

    `data` is base64 of uint8 (heads, rows, columns); a weight is
    minimum + byte / 255 * (maximum - minimum) of its head.
    """

    site: str
    heads: list[str]
    minimum: list[float]
    maximum: list[float]
    data: str


class Timings(Wire):
    """Milliseconds; `total_ms` also has the wait for other visitors' images."""

    decode_ms: float
    forward_ms: float
    heatmaps_ms: float
    total_ms: float


class ImageTrace(Wire):
    """What one forward pass over one image left."""

    id: str
    model: str
    resolution: int
    precision: str
    input: ImageInput
    grid: Grid
    prefix: list[str]
    sites: list[Site]
    outputs: list[str]
    heatmaps: list[Heatmaps]
    timings: Timings
    expires_at: datetime


class Weights(Wire):
    """Attention weights over the keys; nested lists where all heads or all queries were asked."""

    site: str | None
    head: str | None
    query: str | None
    method: Method
    key: Axis
    weights: list[float] | list[list[float]] | list[list[list[float]]]


class Saliency(Wire):
    """Saliency 0..1 of every pixel of the model's input, row by row."""

    width: int
    height: int
    saliency: list[list[float]]


class HeadStatistics(Wire):
    """A head's means over all patch (or token) queries; a cross-attention has no distance."""

    site: str
    layer: int
    head: int
    entropy: float
    distance: float | None


class Heads(Wire):
    entropy_unit: Literal["bits"] = "bits"
    distance_unit: Literal["pixels", "tokens"]
    heads: list[HeadStatistics]


class QueryKeyValue(Wire):
    """One query of one head with its real numbers, step by step.

    scores = keys . query; scaled = scores * scale (with mask and bias; null where masked);
    weights = softmax(scaled); weighted_sum = weights . values; output is what this head alone adds
    to the model's width, layer_output what all heads and the bias give. `shown` numbers the keys
    that are listed, all or the `top` most weighted: the softmax is always over all of them.
    """

    site: str
    head: int
    query_number: int
    query_label: str
    key: Axis
    shown: list[int]
    query: list[float]
    keys: list[list[float]]
    scores: list[float]
    scale: float
    scaled: list[float | None]
    weights: list[float]
    values: list[list[float]]
    weighted_sum: list[float]
    output: list[float]
    layer_output: list[float]


class Heatmap(Wire):
    """One image's heatmap: weights (or saliency) on the patch grid, row by row."""

    model: str
    resolution: int
    site: str | None
    head: str | None
    query: str | None
    method: Method
    grid: Grid
    crop: Crop
    minimum: float
    maximum: float
    heatmap: list[list[float]]


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


class Output(Wire):
    """What a model shows of itself, as rows: encoder states a token, the one vector of `fixed`."""

    name: str
    values: list[list[float]]


class Pin(Wire):
    """Source tokens that a decoder is made to look at, at one step, else at all others."""

    source: Annotated[list[int], Field(min_length=1, description="Token numbers from 0")]
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


class Method(StrEnum):
    weights = "weights"
    rollout = "rollout"
    saliency = "saliency"


class Mode(StrEnum):
    overlay = "overlay"
    heat = "heat"
    filter = "filter"
    attenuate = "attenuate"


class Colormap(StrEnum):
    viridis = "viridis"
    inferno = "inferno"
    vik = "vik"
    grey = "grey"


Format = Literal["json", "npy", "csv"]


class Choice(Wire):
    """Which weights: a site by name or by layer (else the last), head and query."""

    site: Annotated[str | None, Field(description="Site by name", examples=["encoder.12.self"])] = (
        None
    )
    layer: Annotated[int | None, Field(description="Or by layer, from 1", examples=[12])] = None
    head: Annotated[str, Field(description="A number from 0, mean or max", examples=["mean"])] = (
        "mean"
    )
    query: Annotated[
        str, Field(description="cls, row,column of the patch grid, or a token", examples=["cls"])
    ] = "cls"
    method: Annotated[Method, Field(description="What the heatmap shows")] = Method.weights


class Picture(Choice):
    """Which weights, and how they are drawn on the photo."""

    mode: Annotated[Mode, Field(description="overlay, heat, filter or attenuate")] = Mode.overlay
    colormap: Annotated[Colormap, Field(description="Colour table")] = Colormap.inferno
    opacity: Annotated[float, Field(ge=0, le=1, description="Of the heat over the photo")] = 0.6
    keep: Annotated[float, Field(ge=1, le=100, description="filter: percent of weight kept")] = 60
    floor: Annotated[float, Field(ge=0, le=1, description="attenuate: least brightness")] = 0.1
    smooth: Annotated[bool, Field(description="Smooth, or one flat square a patch")] = True


Weights.model_rebuild()
Heatmap.model_rebuild()

WIRE_TYPES: tuple[type[BaseModel], ...] = (
    *(Problem, ModelCard, Sample, Grid, Axis, Site, Crop, ImageInput, Heatmaps, Timings),
    *(ImageTrace, Weights, Saliency, HeadStatistics, Heads, Heatmap, Choice, Picture),
    *(QueryKeyValue, TranslationTrace, SentenceTrace, StreamSentence, StreamStep, Alignment),
    *(TranslationRequest, SentenceRequest, AlignmentRequest, Tokens, TokensRequest),
)

if __name__ == "__main__":
    from app.typescript import declarations

    target = Path(__file__).parent.parent / "static" / "js" / "schema.d.ts"
    target.write_text(declarations(WIRE_TYPES), encoding="utf-8")
