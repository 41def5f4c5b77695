"""The user's cache of converted weights: whole folders only, each with the sums of its files."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import platformdirs
from safetensors import SafetensorError

from foveate.models.errors import WeightsError

MANIFEST = "foveate.json"
SCRATCH = ".fetching-"


def cache_folder() -> Path:
    """FOVEATE_CACHE, or the user's cache folder of this platform. Raises WeightsError."""
    chosen = os.environ.get("FOVEATE_CACHE")
    try:
        found = Path(chosen or platformdirs.user_cache_dir("foveate"))
        return found.expanduser()
    except RuntimeError as error:
        raise WeightsError(
            "This user has no home folder (HOME is not set), so there is no place for weights: set "
            "FOVEATE_CACHE to a folder that can be written."
        ) from error


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def kept_folder(name: str, sha256: str) -> Path:
    """Where the cache keeps a model's converted weights."""
    return cache_folder() / "models" / f"{name}-{sha256[:12]}"


def make(folder: Path, work: Callable[[Path, Path], None]) -> None:
    """Fills a folder of the cache by `work(scratch, made)`.

    All work happens in a folder of its own and is renamed into place when it is whole: what an
    interrupted run leaves behind is never taken for weights, and two runs cannot mix. Raises
    WeightsError where the disk is full or the cache cannot be written.
    """
    try:
        _make(folder, work)
    except SafetensorError as error:
        raise _unwritten(folder, str(error).splitlines()[-1]) from error
    except OSError as error:
        if error.errno is None:  # a library's own, and not of the disk
            raise
        raise _unwritten(folder, f"{error.strerror}: {error.filename}") from error


def _unwritten(folder: Path, reason: str) -> WeightsError:
    return WeightsError(
        f"The weights cannot be written to {folder.parent} ({reason}): make room there, or set "
        "FOVEATE_CACHE to a folder that this user can write."
    )


def _make(folder: Path, work: Callable[[Path, Path], None]) -> None:
    missing = [each for each in (cache_folder(), folder.parent) if not each.exists()]
    folder.parent.mkdir(parents=True, exist_ok=True)
    for each in missing:
        each.chmod(0o755)
    _sweep(folder.parent)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=SCRATCH) as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        work(Path(scratch), made)
        _seal(made)
        shutil.rmtree(folder, ignore_errors=True)
        made.replace(folder)


def is_whole(folder: Path) -> bool:
    """Whether every file of a folder is there as it was made."""
    try:
        sums = json.loads((folder / MANIFEST).read_text())["sha256"]
        return all(file_sha256(folder / name) == found for name, found in sums.items())
    except (OSError, ValueError, KeyError):
        return False


def _sweep(folder: Path) -> None:
    """Clears what fetches killed more than an hour ago left behind."""
    for left in folder.glob(f"{SCRATCH}*"):
        if time.time() - left.stat().st_mtime > 3600:
            shutil.rmtree(left, ignore_errors=True)


def _seal(folder: Path) -> None:
    """Writes the manifest by which a later start knows that every byte is there.

    Who fetches and who serves may be two users, and safetensors writes for its own user alone.
    """
    sums = {path.name: file_sha256(path) for path in sorted(folder.iterdir())}
    (folder / MANIFEST).write_text(json.dumps({"sha256": sums}, indent=2) + "\n")
    folder.chmod(0o755)
    for path in folder.iterdir():
        path.chmod(0o644)
