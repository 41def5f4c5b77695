"""Wire types as TypeScript declarations, so that tsc checks the page against the service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from foveate.app.wire.alignments import Alignment, AlignmentRequest
from foveate.app.wire.arrays import HeadStatistics, QueryKeyValue, Saliency, Statistics, Weights
from foveate.app.wire.axes import BranchAxis, ChannelAxis, Grid, PatchAxis, Site, TokenAxis
from foveate.app.wire.base import Problem
from foveate.app.wire.catalog import ModelCard, Sample, VideoSample
from foveate.app.wire.choices import Choice, Picture
from foveate.app.wire.convolutions import (
    CamChoice,
    CamPicture,
    ClassMap,
    Layers,
    UnitChoice,
    UnitPicture,
    UnitView,
    Verdict,
)
from foveate.app.wire.embedding import PatchToken
from foveate.app.wire.gates import (
    Difference,
    GateAverages,
    GateValues,
    MadeOutput,
    Maps,
    NetworkView,
    PartPicture,
)
from foveate.app.wire.growth import GrowthRequest, ReadingGrowth
from foveate.app.wire.images import Crop, Heatmap, Heatmaps, ImageInput, ImageTrace, Timings
from foveate.app.wire.interventions import Intervention, Offers
from foveate.app.wire.lab import LabHead, LabPhoto, LabSite
from foveate.app.wire.propagation import CarriedFrame, Click, Propagation, PropagationRequest
from foveate.app.wire.selection import Selection
from foveate.app.wire.streets import (
    Segment,
    Segmentation,
    StreetClass,
    StreetModel,
    StreetPhoto,
)
from foveate.app.wire.texts import (
    EmbeddedToken,
    Embeddings,
    EmbeddingsRequest,
    SentenceRequest,
    SentenceTrace,
    Tokens,
    TokensRequest,
)
from foveate.app.wire.translations import (
    StreamSentence,
    StreamStep,
    TranslationRequest,
    TranslationTrace,
)
from foveate.app.wire.videos import (
    ClipInput,
    FramePicture,
    SpaceTime,
    SpaceTimeChoice,
    VideoFrame,
    VideoTrace,
    When,
)

WIRE_TYPES: tuple[type[BaseModel], ...] = (
    *(Problem, ModelCard, Sample, Grid, TokenAxis, PatchAxis, ChannelAxis, BranchAxis, Site),
    *(Crop, ImageInput, Heatmaps, Timings),
    *(ImageTrace, Weights, Saliency, HeadStatistics, Statistics, Heatmap, Choice, Picture),
    *(QueryKeyValue, TranslationTrace, SentenceTrace, StreamSentence, StreamStep, Alignment),
    *(Verdict, Layers, ClassMap, UnitView, CamChoice, CamPicture, UnitChoice, UnitPicture),
    *(
        Intervention,
        Offers,
        NetworkView,
        GateValues,
        GateAverages,
        PartPicture,
        Maps,
        MadeOutput,
        Difference,
    ),
    *(VideoSample, ClipInput, VideoFrame, VideoTrace, SpaceTimeChoice, FramePicture),
    *(SpaceTime, When, Click, PropagationRequest, CarriedFrame, Propagation),
    *(LabSite, LabHead, LabPhoto, PatchToken, GrowthRequest, ReadingGrowth),
    *(Segment, Segmentation, StreetClass, StreetModel, StreetPhoto),
    *(Selection, TranslationRequest, SentenceRequest, AlignmentRequest, Tokens, TokensRequest),
    *(EmbeddedToken, Embeddings, EmbeddingsRequest),
)

HEADER = "// Written by `python -m foveate.app.wire` from app/wire: change it there.\n"
SCALARS = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}


def declarations(types: Sequence[type[BaseModel]]) -> str:
    """One exported declaration a type, and one for each type those refer to."""
    _, schema = models_json_schema([(t, "serialization") for t in types], ref_template="{model}")
    definitions = schema["$defs"].items()
    return HEADER + "".join(f"\n{_declaration(name, body)}" for name, body in definitions)


def _declaration(name: str, body: dict[str, Any]) -> str:
    if body.get("type") != "object":
        return f"export type {name} = {_type(body)};\n"
    return f"export interface {name} {{\n{''.join(_fields(body))}}}\n"


def _fields(body: dict[str, Any]) -> Iterator[str]:
    required = body.get("required", [])
    for name, field in body["properties"].items():
        if field.get("deprecated"):
            continue  # an old name is for old callers: our own pages use the new one
        yield f"  {name}{'' if name in required else '?'}: {_type(field)};\n"


def _type(body: dict[str, Any]) -> str:
    if "$ref" in body:
        return str(body["$ref"])
    for several in ("anyOf", "oneOf"):
        if several in body:
            return " | ".join(_type(option) for option in body[several])
    if "enum" in body or "const" in body:
        return " | ".join(f'"{value}"' for value in body.get("enum", [body.get("const")]))
    if "prefixItems" in body:
        return f"[{', '.join(_type(item) for item in body['prefixItems'])}]"
    if body.get("type") == "array":
        inner = _type(body["items"])
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if isinstance(values := body.get("additionalProperties"), dict):
        return f"Record<string, {_type(values)}>"
    return SCALARS.get(str(body.get("type")), str(body.get("type", "unknown")))
