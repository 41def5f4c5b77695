"""What is deployed: one YAML file, from one machine to many. Nothing here needs Ray."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from foveate.app.settings import Settings, shown
from foveate.models.catalog.catalog import Catalog

LOCAL = "local"
LARGEST = 64 * 1024  # bytes of a file
Cores = Annotated[float, Field(gt=0, le=1024)]


class ConfigError(ValueError):
    """A file that says nothing that can be deployed; the message says why, and what to write."""


class Section(BaseModel):
    """A part of the file: a name that is not known is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Replicas(Section):
    """How many: a number, or `min` to `max` by the requests that each has at a time."""

    min: Annotated[int, Field(ge=0, le=1000)] = 1
    max: Annotated[int, Field(ge=1, le=1000)] = 1
    target: Annotated[float, Field(gt=0, description="Requests of a replica at a time")] = 2

    @model_validator(mode="before")
    @classmethod
    def _number(cls, given: Any) -> Any:
        fixed = isinstance(given, int) and not isinstance(given, bool)
        return {"min": given, "max": given} if fixed else given

    @model_validator(mode="after")
    def _ordered(self) -> Replicas:
        if self.min > self.max:
            raise ValueError(f"min {self.min} is over max {self.max}")
        return self


class Web(Section):
    """The web layer: pages, limits, decoding, and whatever models are not deployed alone."""

    replicas: Replicas = Replicas()
    cpus: Cores = 1
    passes: Annotated[int, Field(ge=1, le=256, description="Turns that each has under way")] = 16


class Model(Section):
    """A model with processes of its own."""

    replicas: Replicas = Replicas()
    cpus: Cores = 1
    batch: Annotated[int, Field(ge=1, le=64, description="Requests that run together")] = 8


class Local(Section):
    """The cluster that is begun here, where none is named: by default all processors."""

    cpus: Annotated[int | None, Field(ge=1)] = None
    object_bytes: Annotated[int, Field(ge=80 * 1024 * 1024)] = 512 * 1024 * 1024
    dashboard: bool = False


class Deployment(Section):
    """The whole file. `cluster` is `local`, `auto` or an address as `ray.init` takes it."""

    cluster: Annotated[str, Field(min_length=1)] = LOCAL
    local: Local = Local()
    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    store: str | None = None
    settings: dict[str, Any] = {}
    web: Web = Web()
    models: dict[str, Model] = {}

    @property
    def cpus(self) -> float:
        """Of all replicas that there are at least."""
        models = sum(each.replicas.min * each.cpus for each in self.models.values())
        return self.web.replicas.min * self.web.cpus + models

    def applied(self) -> Settings:
        """The service's settings: where the file says nothing, the environment's.

        Raises ConfigError.
        """
        given = {**self.settings} | ({"store": self.store} if self.store else {})
        unknown = given.keys() - Settings.model_fields.keys()
        if unknown:
            raise ConfigError(_unknown(f"settings.{min(unknown)}", Settings.model_fields))
        try:
            found = Settings(**given)
        except ValidationError as error:
            raise ConfigError(_told(error, "settings.")) from None
        if found.store is None:
            raise ConfigError(
                "store is missing: replicas answer for each other's traces, so they need one that "
                "they share. Write store: redis://HOST:6379, or set FOVEATE_STORE."
            )
        return found

    def check(self, cards: Catalog) -> None:
        """Raises ConfigError for a model that no catalog lists."""
        for name in self.models:
            if name not in cards:
                raise ConfigError(_unknown(f"models.{name}", cards))


def read_config(file: Path) -> Deployment:
    """Raises ConfigError, OSError."""
    with file.open("rb") as opened:
        content = opened.read(LARGEST + 1)
    try:
        if len(content) > LARGEST:
            raise ConfigError(f"it has more than {LARGEST} bytes")
        found = yaml.safe_load(content.decode())
        return parsed({} if found is None else found)
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: it is no text in UTF-8.") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{file}: it is no YAML: {' '.join(str(error).split())}.") from None
    except ConfigError as error:
        raise ConfigError(f"{file}: {error}") from None


def parsed(found: Any) -> Deployment:
    """What a file says, or its fields; what has been parsed stays as it is. Raises ConfigError."""
    try:
        return Deployment.model_validate(found)
    except ValidationError as error:
        raise ConfigError(_told(error)) from None


def _told(error: ValidationError, within: str = "") -> str:
    """The first thing that is wrong, in a sentence."""
    first = error.errors(include_url=False)[0]
    place = within + ".".join(map(str, first["loc"]))
    if first["type"] == "extra_forbidden":
        return _unknown(place, _fields(first["loc"][:-1]))
    reason = first["msg"].removeprefix("Value error, ")
    return f"{place or 'the file'} {shown(first['input'])!r} cannot be used: {reason}."


def _fields(place: tuple[int | str, ...]) -> Iterable[str]:
    """The names that a part of the file may have."""
    section: Any = Deployment
    for name in place:  # of the models, any name leads to the same
        deeper = get_origin(section) is dict
        section = get_args(section)[1] if deeper else section.model_fields[name].annotation
    return section.model_fields  # type: ignore[no-any-return]


def _unknown(place: str, known: Iterable[str] | Mapping[str, Any]) -> str:
    names = sorted(known)
    near = get_close_matches(place.rsplit(".", 1)[-1], names, 1)
    advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}."
    return f"{place} is not known: {advice}"
