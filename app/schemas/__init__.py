"""Wire types. `python -m app.schemas` writes static/js/schema.d.ts from them."""

from __future__ import annotations

from pydantic import BaseModel

from app.schemas.arrays import (
    Heads as Heads,
)
from app.schemas.arrays import (
    HeadStatistics as HeadStatistics,
)
from app.schemas.arrays import (
    Output as Output,
)
from app.schemas.arrays import (
    QueryKeyValue as QueryKeyValue,
)
from app.schemas.arrays import (
    Saliency as Saliency,
)
from app.schemas.arrays import (
    Weights as Weights,
)
from app.schemas.base import (
    Axis as Axis,
)
from app.schemas.base import (
    Grid as Grid,
)
from app.schemas.base import (
    ModelCard as ModelCard,
)
from app.schemas.base import (
    Problem as Problem,
)
from app.schemas.base import (
    Sample as Sample,
)
from app.schemas.base import (
    Sentence as Sentence,
)
from app.schemas.base import (
    Site as Site,
)
from app.schemas.base import (
    Wire as Wire,
)
from app.schemas.choices import (
    Choice as Choice,
)
from app.schemas.choices import (
    Colormap as Colormap,
)
from app.schemas.choices import (
    Format as Format,
)
from app.schemas.choices import (
    Method as Method,
)
from app.schemas.choices import (
    Mode as Mode,
)
from app.schemas.choices import (
    Picture as Picture,
)
from app.schemas.images import (
    Crop as Crop,
)
from app.schemas.images import (
    Heatmap as Heatmap,
)
from app.schemas.images import (
    Heatmaps as Heatmaps,
)
from app.schemas.images import (
    ImageInput as ImageInput,
)
from app.schemas.images import (
    ImageTrace as ImageTrace,
)
from app.schemas.images import (
    Timings as Timings,
)
from app.schemas.texts import (
    AlignedPair as AlignedPair,
)
from app.schemas.texts import (
    Alignment as Alignment,
)
from app.schemas.texts import (
    AlignmentRequest as AlignmentRequest,
)
from app.schemas.texts import (
    AlignmentWeights as AlignmentWeights,
)
from app.schemas.texts import (
    Beam as Beam,
)
from app.schemas.texts import (
    BeamNode as BeamNode,
)
from app.schemas.texts import (
    Candidate as Candidate,
)
from app.schemas.texts import (
    Link as Link,
)
from app.schemas.texts import (
    Part as Part,
)
from app.schemas.texts import (
    Pin as Pin,
)
from app.schemas.texts import (
    SentenceRequest as SentenceRequest,
)
from app.schemas.texts import (
    SentenceTrace as SentenceTrace,
)
from app.schemas.texts import (
    Step as Step,
)
from app.schemas.texts import (
    StreamSentence as StreamSentence,
)
from app.schemas.texts import (
    StreamStep as StreamStep,
)
from app.schemas.texts import (
    Text as Text,
)
from app.schemas.texts import (
    TextTimings as TextTimings,
)
from app.schemas.texts import (
    Threshold as Threshold,
)
from app.schemas.texts import (
    Token as Token,
)
from app.schemas.texts import (
    Tokens as Tokens,
)
from app.schemas.texts import (
    TokensRequest as TokensRequest,
)
from app.schemas.texts import (
    TranslationRequest as TranslationRequest,
)
from app.schemas.texts import (
    TranslationTrace as TranslationTrace,
)
from app.schemas.texts import (
    Word as Word,
)

WIRE_TYPES: tuple[type[BaseModel], ...] = (
    *(Problem, ModelCard, Sample, Grid, Axis, Site, Crop, ImageInput, Heatmaps, Timings),
    *(ImageTrace, Weights, Saliency, HeadStatistics, Heads, Heatmap, Choice, Picture),
    *(QueryKeyValue, TranslationTrace, SentenceTrace, StreamSentence, StreamStep, Alignment),
    *(TranslationRequest, SentenceRequest, AlignmentRequest, Tokens, TokensRequest),
)
