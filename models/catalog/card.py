"""A model card: what must be known of a model before it is shown.

A card that lacks its paper, licence or checksum does not load.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from foveate.models.weights.source import Source

Words = Annotated[str, Field(min_length=1)]
Task = Literal["image", "video", "translation", "sentence"]


class Aligner(BaseModel):
    """The site and head that were trained to align words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: Words
    head: Annotated[int, Field(ge=0)]


class Card(BaseModel):
    """What is known of a model: one table of a catalog."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
    title: Words
    family: str = ""  # of architectures, as a chooser groups them
    task: Task
    zoo: Annotated[str, Field(pattern=r"^[a-z0-9_]+:[A-Za-z0-9_]+$")]
    paper: Words
    paper_url: Annotated[str, Field(pattern=r"^https://")]
    licence: Words
    credit: Words
    notes: str = ""
    bytes: Annotated[int, Field(gt=0)]
    default: bool = False
    optional: bool = False
    pass_seconds: Annotated[float, Field(gt=0)] | None = None  # nominal, whatever the resolution
    attends: bool = True  # else it is made of convolutions, and has no attention to show
    classifies: bool = False  # says what it takes a photo for
    gated: bool = False  # has gates or skips that can be switched: the page of gates lists it
    frames: Annotated[int, Field(gt=0)] | None = None  # of a clip, where it takes no other number
    languages: tuple[Words, Words] | None = None
    reverse: str | None = None
    aligner: Aligner | None = None
    source: Source
