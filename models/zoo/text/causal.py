"""Language models are unsupervised multitask learners (Radford et al. 2019), and their kin.

A causal transformer: each token sees itself and those before it, and says which comes next. Query
heads may share key heads (grouped-query attention, Ainslie et al. 2023, arXiv 2305.13245).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer

from foveate.models.errors import InputError
from foveate.models.inputs.text import Text
from foveate.models.translation.result import DecodingStep, decoding_steps
from foveate.models.weights.source import MODEL_FILE
from foveate.models.zoo.text.language import LanguageModel


class CausalLanguageModel(LanguageModel):
    """A decoder-only model that transformers can load from a folder."""

    stack = "decoder"

    def architecture(self) -> Any:
        return AutoModelForCausalLM

    def read(self, text: str, pair: str | None = None) -> Text:
        if pair is not None:
            raise InputError(f"{self.name} reads one text: leave pair out.", "pair")
        return super().read(text)

    def run(self, ids: Tensor, segments: Tensor) -> Any:
        return self.model(input_ids=ids, use_cache=False)

    def next(self, output: Any, text: Text, item: int) -> tuple[DecodingStep, ...]:
        logits = output.logits[item].float()  # (T, V)
        ids = [*text.ids[1:], int(logits[-1].argmax())]
        return decoding_steps(logits, ids, None, self._piece)

    def _piece(self, number: int) -> str:
        return str(self.tokenizer.decode([number], skip_special_tokens=False))

    @staticmethod
    def convert(source: Path, target: Path) -> None:
        """A GGUF file, dequantised, as float16 safetensors with its tokenizer."""
        folder, name = source.parent, source.name
        model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32)
        tensors = {
            key: tensor.half().contiguous()
            for key, tensor in model.state_dict().items()
            if not (model.config.tie_word_embeddings and key == "lm_head.weight")
        }
        save_file(tensors, target / MODEL_FILE, metadata={"format": "pt"})
        config = model.config.to_dict()
        config.pop("quantization_config", None)  # what is saved is quantised no longer
        (target / "config.json").write_text(json.dumps(config, indent=2, default=str) + "\n")
        AutoTokenizer.from_pretrained(folder, gguf_file=name).save_pretrained(target)
