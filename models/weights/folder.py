"""Weights in a folder, checked by SHA-256: an operator's own, or those this project trained."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from foveate.models.errors import WeightsError
from foveate.models.weights.cache import file_sha256
from foveate.models.weights.source import INDEX_FILE, MODEL_FILE

TRAINED = Path(__file__).parents[1] / "trained"
PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")


def checked(name: str, folder: Path, expected: str, file: str = MODEL_FILE) -> Path:
    """The folder. Raises WeightsError where its file is missing or not the one of the card."""
    found = weights_sha256(name, folder, file)
    if found != expected:
        raise WeightsError(
            f"{name}: {folder / file} has SHA-256 {found}, its model card says {expected}. If you "
            "trust the file, correct the card; if not, fetch it again."
        )
    return folder


def weights_sha256(name: str, folder: Path, file: str = MODEL_FILE) -> str:
    """The SHA-256 that a card has of a folder's weights. Raises WeightsError where it has none.

    Of one file it is that of its bytes. Of weights in several (`model-00001-of-00002.safetensors`
    ...) it is that of their list, as `sha256sum model-*.safetensors | sha256sum` gives it.
    """
    files = weight_files(name, folder, file)
    if files == [folder / file]:
        return file_sha256(folder / file)
    lines = "".join(f"{file_sha256(path)}  {path.name}\n" for path in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def weight_files(name: str, folder: Path, file: str = MODEL_FILE) -> list[Path]:
    """The file that holds a folder's weights, or all that do. Raises WeightsError without any."""
    if (folder / file).is_file():
        return [folder / file]
    shards = shards_of(name, folder) if file == MODEL_FILE else []
    if not shards:
        raise WeightsError(_missing(name, folder, file))
    return [folder / shard for shard in shards]


def shards_of(name: str, folder: Path) -> list[str]:
    """The files of weights that come in several, by their index; none without one.

    Raises WeightsError where the index cannot be read or a file of it is not there.
    """
    index = folder / INDEX_FILE
    if not index.is_file():
        return []
    try:
        shards = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
        absent = [shard for shard in shards if not (folder / shard).is_file()]
        beside = [shard for shard in shards if Path(shard).name != shard]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(f"{name}: {index} cannot be read ({error!r}).") from error
    if beside:
        raise WeightsError(f"{name}: {index} lists {beside[0]!r}, which is no file beside it.")
    if absent:
        raise WeightsError(
            f"{name}: {len(absent)} of the {len(shards)} files that {index} lists are not there, "
            f"{absent[0]} the first: fetch the folder again."
        )
    return shards


def _missing(name: str, folder: Path, file: str) -> str:
    """Why there are no weights, and what to do."""
    if not folder.is_dir():
        return f"{name}: there is no folder {folder}."
    pickled = sorted(path.name for pattern in PICKLED for path in folder.glob(pattern))
    if file == MODEL_FILE and pickled:
        return (
            f"{name}: {folder} has its weights as {pickled[0]}, a format that can run code when it "
            "is read, and is not: load it where you trust it and write it with transformers' "
            "save_pretrained, which makes safetensors."
        )
    return f"{name}: there is no {file} in {folder}."


def configuration(name: str, folder: Path) -> dict[str, Any]:
    """A folder's config.json. Raises WeightsError where there is none, or none of a model."""
    path = folder / "config.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise WeightsError(
            f"{name}: there is no config.json in {folder}, which says what the model is: name a "
            "folder that transformers' save_pretrained wrote."
        ) from error
    except (OSError, ValueError) as error:
        raise WeightsError(f"{name}: {path} cannot be read ({error}).") from error
    if not isinstance(found, dict) or not isinstance(found.get("model_type"), str):
        raise WeightsError(f"{name}: {path} names no model_type, so its family is not known.")
    return found
