"""Weights in a folder, checked by SHA-256: an operator's own, or those this project trained."""

from __future__ import annotations

from pathlib import Path

from models.errors import WeightsError
from models.weights.cache import file_sha256
from models.weights.source import MODEL_FILE

TRAINED = Path(__file__).parents[1] / "trained"


def checked(name: str, folder: Path, expected: str, file: str = MODEL_FILE) -> Path:
    """The folder. Raises WeightsError where its file is missing or not the one of the card."""
    path = present(name, folder, file)
    found = file_sha256(path)
    if found != expected:
        raise WeightsError(
            f"{name}: {path} has SHA-256 {found}, its model card says {expected}. If you trust the "
            "file, correct the card; if not, fetch it again."
        )
    return folder


def present(name: str, folder: Path, file: str = MODEL_FILE) -> Path:
    """A file of the folder. Raises WeightsError where it is not there."""
    path = folder / file
    if not path.is_file():
        raise WeightsError(f"{name}: there is no {file} in {folder}.")
    return path
