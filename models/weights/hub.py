"""Weights of a Hugging Face Hub repository at one commit, from its cache or the network."""

from __future__ import annotations

from pathlib import Path

from models.errors import WeightsError
from models.weights.source import MODEL_FILE, HubSource
from models.weights.wheel import last_line


def from_hub(name: str, source: HubSource) -> Path:
    """The folder of the snapshot. Raises WeightsError."""
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
            f"could not be fetched ({last_line(str(error))})."
        ) from error
    return Path(folder)
