"""A catalog with the network of tests/zoo/gated.py: its one file and its one table."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file

from foveate.models.weights.cache import file_sha256

CARD = """
[gated]
title = "Gates, windows and attention"
task = "image"
zoo = "gated:Gated"
paper = "Hu et al. 2018; Woo et al. 2018; Liu et al. 2021; Vaswani et al. 2017"
paper_url = "https://arxiv.org/abs/1709.01507"
licence = "Apache-2.0"
credit = "the tests"
bytes = 1000
[gated.source]
kind = "folder"
path = "{path}"
sha256 = "{sha256}"
"""
ROOM = str(Path(__file__).parent)
# Starts the service with this folder as a part of the zoo's room of photos.
PROGRAM = (
    f"import models.zoo.image as room; room.__path__.append({ROOM!r}); "
    "from foveate.app.cli import main; main()"
)


def gated_catalog(folder: Path) -> Path:
    """Writes the catalog, and beside it a file of weights that its checksum is of."""
    weights = folder / "model.safetensors"
    save_file({"nothing": torch.zeros(1)}, weights)
    path = folder / "catalog.toml"
    path.write_text(CARD.format(path=folder, sha256=file_sha256(weights)))
    return path
