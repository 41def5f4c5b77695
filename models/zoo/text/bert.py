"""BERT: pre-training of deep bidirectional transformers (Devlin et al. 2019, arXiv 1810.04805).

Every token attends to every other, before it and after it. One class serves every such encoder that
transformers can load from a folder (BERT, MiniLM, DistilBERT's kin): add a table to the catalog.
"""

from __future__ import annotations

import inspect
import shutil
from pathlib import Path
from typing import Any

from torch import Tensor
from transformers import AutoModel

from foveate.models.trace import Deferred
from foveate.models.weights.source import MODEL_FILE
from foveate.models.zoo.text.language import LanguageModel

FILES = ("config.json", "tokenizer.json", MODEL_FILE)


class Bert(LanguageModel):
    """An encoder of one text or of a pair ([CLS] first [SEP] second [SEP])."""

    def architecture(self) -> Any:
        return AutoModel

    def run(self, ids: Tensor, segments: Tensor) -> Any:
        known = inspect.signature(self.model.forward).parameters
        extra = {"token_type_ids": segments} if "token_type_ids" in known else {}
        return self.model(input_ids=ids, **extra)

    def outputs(self, output: Any, item: int) -> dict[str, Deferred]:
        """`embedding` (1, width): the mean of all tokens (Reimers and Gurevych 2019)."""
        mean: Tensor = output.last_hidden_state[item : item + 1].mean(1)
        return {"embedding": Deferred(lambda: mean, mean.nbytes)}

    @staticmethod
    def convert(source: Path, target: Path) -> None:
        for name in FILES:
            shutil.copyfile(source / name, target / name)
