"""Weights of a Hugging Face Hub repository at one commit, from its cache or the network."""

from __future__ import annotations

from pathlib import Path

from foveate.models.errors import NotFetched, WeightsError
from foveate.models.weights.folder import shards_of
from foveate.models.weights.source import INDEX_FILE, MODEL_FILE, HubSource
from foveate.models.weights.wheel import last_line

SHARDS = "model-*-of-*.safetensors"
FILES = ["*.json", MODEL_FILE, SHARDS, "*.model", "*.spm", "*.txt", "README.md"]


def is_kept(source: HubSource) -> bool:
    """Whether the Hub's cache has the weights of that commit, in one file or in several."""
    from huggingface_hub import try_to_load_from_cache

    for file in (MODEL_FILE, INDEX_FILE):
        found = try_to_load_from_cache(source.repository, file, revision=source.revision)
        if isinstance(found, str):
            return file == MODEL_FILE or _has_shards(Path(found).parent)
    return False


def _has_shards(folder: Path) -> bool:
    try:
        return bool(shards_of("", folder))
    except WeightsError:
        return False


def resolved(repository: str, revision: str | None) -> str:
    """The commit that a branch, a tag or nothing stands for now. Raises WeightsError."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

    try:
        return str(HfApi().model_info(repository, revision=revision).sha)
    except (HfHubHTTPError, OSError) as error:
        raise WeightsError(
            f"{repository} at {revision or 'its main branch'} is not found on the Hub "
            f"({last_line(str(error))})."
        ) from error


def from_hub(name: str, source: HubSource, fetch: bool = True) -> Path:
    """The folder of the snapshot; without `fetch` it must be there. Raises WeightsError."""
    if not fetch and not is_kept(source):
        raise NotFetched(name)
    return snapshot(source.repository, source.revision, fetch)


def snapshot(repository: str, revision: str, fetch: bool = True) -> Path:
    """A repository at one commit, fetched with a progress bar if need be. Raises WeightsError."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        folder = snapshot_download(
            repository, revision=revision, local_files_only=not fetch, allow_patterns=FILES
        )
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        raise WeightsError(
            f"{repository} at {revision[:8]} is not in the Hub's cache and could not be fetched "
            f"({last_line(str(error))})."
        ) from error
    return Path(folder)
