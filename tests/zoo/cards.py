"""Catalogs with networks of this folder: each its one file and its one table."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file

from foveate.models.weights.cache import file_sha256

CARD = """
[{name}]
title = "{title}"
task = "image"
zoo = "{zoo}"
gated = {gated}
paper = "Hu et al. 2018; Woo et al. 2018; Liu et al. 2021; Vaswani et al. 2017"
paper_url = "https://arxiv.org/abs/1709.01507"
licence = "Apache-2.0"
credit = "the tests"
bytes = 1000
[{name}.source]
kind = "folder"
path = "{path}"
sha256 = "{sha256}"
"""
ROOM = str(Path(__file__).parent)
# Starts the service with this folder as a part of the zoo's room of photos.
PROGRAM = (
    f"import foveate.models.zoo.image as room; room.__path__.append({ROOM!r}); "
    "from foveate.app.cli import main; main()"
)


def gated_catalog(folder: Path) -> Path:
    """A catalog of the network with gates, windows and attention."""
    return _catalog(folder, "gated", "Gates, windows and attention", "gated:Gated", "false")


def every_catalog(folder: Path) -> Path:
    """A catalog of the network with a gate of every kind, which can be switched."""
    return _catalog(folder, "every", "A gate of every kind", "every:Every", "true")


def _catalog(folder: Path, name: str, title: str, zoo: str, gated: str) -> Path:
    """Writes the catalog, and beside it a file of weights that its checksum is of."""
    weights = folder / "model.safetensors"
    save_file({"nothing": torch.zeros(1)}, weights)
    path = folder / "catalog.toml"
    path.write_text(
        CARD.format(
            name=name,
            title=title,
            zoo=zoo,
            gated=gated,
            path=folder,
            sha256=file_sha256(weights),
        )
    )
    return path
