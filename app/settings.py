"""Every limit and choice of the service in one place; each can be set as FOVEATE_NAME."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from foveate.app.hosts import listed_host
from foveate.models.catalog.load import Precision
from foveate.models.inputs.photo import MAX_PIXELS

MEBIBYTE = 1024 * 1024
STORES = ("redis://", "rediss://", "unix://")  # rediss: over TLS
PASSWORD = re.compile(r"//[^/]*@")  # and the user's name, in a URL
Bytes = Annotated[int, Field(gt=0)]


class Settings(BaseSettings):
    """Read from the environment and from a file .env beside where the service starts."""

    model_config = SettingsConfigDict(
        env_prefix="FOVEATE_", env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Names it answers to beside localhost, or name:port, with commas between"
    )
    catalog: Path | None = Field(None, description="A catalog of the operator's own models (TOML)")
    lessons: Path | None = Field(None, description="A folder of lessons in place of the course")
    precision: Precision = Field(
        "auto", description="auto takes bfloat16 where native; convolutions stay in float32"
    )
    threads: int | None = Field(None, ge=1, description="Threads of a forward pass; all cores")
    together: int = Field(8, ge=1, description="Sentences that wait and go through a model as one")
    warm: bool = Field(True, description="Load the default models and trace a sample at start")
    model_bytes: Bytes = Field(4096 * MEBIBYTE, description="Memory for loaded models")
    trace_bytes: Bytes = Field(1024 * MEBIBYTE, description="Memory for finished traces")
    store: str | None = Field(
        None, description="Keep traces in a Redis or Valkey server, by its URL"
    )
    store_bytes: Bytes = Field(4096 * MEBIBYTE, description="Of that server's memory, for traces")
    trace_seconds: int = Field(3600, ge=1, description="A trace expires after so long")
    work_seconds: float = Field(60, gt=0, description="Work that may wait or run; then 503")
    share_seconds: float = Field(20, gt=0, description="Of that, what one client may have")
    request_seconds: float = Field(180, gt=0, description="A request's work ends after so long")
    client_header: str | None = Field(
        None, pattern=r"^[A-Za-z0-9-]+$", description="Where a trusted proxy names the client"
    )
    connections: int = Field(512, ge=8, description="At a time; the longest idle give way")
    upload_bytes: Bytes = Field(32 * MEBIBYTE, description="Largest upload")
    held_bytes: Bytes = Field(
        80 * MEBIBYTE, description="Memory for all bodies, arrays and paragraphs on their way"
    )
    body_bytes: Bytes = Field(256 * 1024, description="Largest body that is no upload")
    pixels: int = Field(MAX_PIXELS, gt=0, description="Largest image, width times height")
    json_values: int = Field(250_000, ge=1, description="Largest array sent as JSON or CSV")

    @field_validator("store")
    @classmethod
    def _reachable(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(STORES):
            raise ValueError(f"give a URL that begins with {', '.join(STORES)}")
        return url

    @field_validator("hosts", mode="before")
    @classmethod
    def _named(cls, value: object) -> object:
        given = value.split(",") if isinstance(value, str) else value
        if not isinstance(given, list | tuple):
            return given
        return tuple(_name(str(each).strip()) for each in given if str(each).strip())


def shown(value: object) -> str:
    """What was given for a setting, as it may be told: cut short, and without a password."""
    return PASSWORD.sub("//...@", str(value))[:80]


def _name(given: str) -> str:
    """A host's name in small letters, and its port where there is one. Raises ValueError for an
    address with a scheme or a path.
    """
    host = listed_host(given)
    if host is None:
        raise ValueError(f"{given!r} is no host's name: write foveate.example.org, say")
    return str(host)
