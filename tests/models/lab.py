"""Small networks of the lab's zoo, and how they are trained on forty pairs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from foveate.models.training import pairs
from foveate.models.training.run import Plan, Score, Trainer
from foveate.models.zoo.translation.additive import AdditiveTranslator
from foveate.models.zoo.translation.fixed import Fixed
from foveate.models.zoo.translation.multiplicative import (
    ConcatTranslator,
    DotTranslator,
    GeneralTranslator,
)
from foveate.models.zoo.translation.transformer import Transformer
from tests.models.en_fr import PAIRS

RECURRENT = {"embedding": 32, "hidden": 64}
TRANSFORMER = {"width": 32, "heads": 4, "inner": 64, "encoder": 2, "decoder": 2}
ZOO: dict[str, tuple[Any, dict[str, int]]] = {
    "fixed": (Fixed, RECURRENT),
    "additive": (AdditiveTranslator, RECURRENT),
    "dot": (DotTranslator, RECURRENT),
    "general": (GeneralTranslator, RECURRENT),
    "concat": (ConcatTranslator, RECURRENT),
    "transformer": (Transformer, TRANSFORMER),
}


def untrained(name: str, processor: Any, dropout: float = 0.0) -> Any:
    made, size = ZOO[name]
    torch.manual_seed(3)
    return made.network_of(dropout=dropout, vocabulary=processor.get_piece_size(), **size)


def trainer(
    network: Any, processor: Any, folder: Path, steps: int, score: Score | None = None, **plan: Any
) -> Trainer:
    mixture = pairs.Mixture({"all": pairs.encode(processor, PAIRS)}, {"all": 1}, 100)
    settings = {"smoothing": 0.0, "rate": 1e-2, "batch": 800, "every": steps} | plan
    # One look at the end: a step of such a batch has about 400 tokens.
    return Trainer(network, mixture, Plan(steps * 400, **settings), folder, score)
