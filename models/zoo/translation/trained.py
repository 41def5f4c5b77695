"""Translators that this project trained: a folder of settings, weights and one vocabulary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from foveate.models.weights.source import MODEL_FILE
from foveate.models.zoo.translation.piecewise import Piecewise

SETTINGS_FILE, PIECES_FILE = "config.json", "pieces.spm"
BEGIN = 1  # the id of the start token in the lab's vocabulary


class Trained(Piecewise):
    """A model in a folder that models/training made."""

    threads = 1

    def __init__(self, name: str, folder: Path, dtype: torch.dtype) -> None:
        # float32 whatever was asked: a step is a matrix times one vector, which gains nothing.
        network = self.network_of(**json.loads((folder / SETTINGS_FILE).read_text()))
        weights = load_file(folder / MODEL_FILE)
        network.load_state_dict({key: value.float() for key, value in weights.items()})
        pieces = folder / PIECES_FILE
        super().__init__(name, network.eval().requires_grad_(False), pieces, pieces)

    @classmethod
    def network_of(cls, dropout: float = 0.0, **size: int) -> Any:
        """An untrained network of that size; each architecture says how it is made."""
        raise NotImplementedError(f"{cls.__name__} does not say how its network is made")
