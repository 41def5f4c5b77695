"""Which trained runs a folder holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from foveate.models.weights.source import MODEL_FILE

Runs = Mapping[str, Mapping[int, Path]]  # by name and seed


def runs_in(folder: Path, names: Iterable[str]) -> Runs:
    """The finished runs NAME-SEED of a folder, in the order of the names."""
    found: dict[str, dict[int, Path]] = {}
    for name in names:
        for path in sorted(folder.glob(f"{name}-[0-9]*")):
            if (path / MODEL_FILE).is_file():
                found.setdefault(name, {})[int(path.name.removeprefix(f"{name}-"))] = path
    return found
