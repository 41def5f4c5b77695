"""The families of text models that transformers loads, by their config.json's `model_type`.

Any of the two kinds is shown; a family that stands here is also known by its paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ENCODER, CAUSAL = "bert:Bert", "causal:CausalLanguageModel"


@dataclass(frozen=True, slots=True)
class TextFamily:
    """What a family is called, and who described it."""

    title: str
    paper: str
    paper_url: str


def _arxiv(title: str, paper: str, number: str) -> TextFamily:
    return TextFamily(title, paper, f"https://arxiv.org/abs/{number}")


FAMILIES: Mapping[str, TextFamily] = {
    "albert": _arxiv("ALBERT", "Lan et al. 2020", "1909.11942"),
    "bert": _arxiv("BERT", "Devlin et al. 2019", "1810.04805"),
    "distilbert": _arxiv("DistilBERT", "Sanh et al. 2019", "1910.01108"),
    "electra": _arxiv("ELECTRA", "Clark et al. 2020", "2003.10555"),
    "gemma": _arxiv("Gemma", "Gemma Team 2024", "2403.08295"),
    "gemma3_text": _arxiv("Gemma 3", "Gemma Team 2025", "2503.19786"),
    "gpt_neox": _arxiv("GPT-NeoX", "Black et al. 2022", "2204.06745"),
    "llama": _arxiv("Llama", "Touvron et al. 2023", "2302.13971"),
    "mistral": _arxiv("Mistral", "Jiang et al. 2023", "2310.06825"),
    "modernbert": _arxiv("ModernBERT", "Warner et al. 2024", "2412.13663"),
    "phi": _arxiv("Phi", "Li et al. 2023", "2309.05463"),
    "qwen2": _arxiv("Qwen 2", "Yang et al. 2024", "2407.10671"),
    "qwen3": _arxiv("Qwen 3", "Yang et al. 2025", "2505.09388"),
    "roberta": _arxiv("RoBERTa", "Liu et al. 2019", "1907.11692"),
    "xlm-roberta": _arxiv("XLM-R", "Conneau et al. 2020", "1911.02116"),
    "gpt2": TextFamily(
        "GPT-2",
        "Radford et al. 2019",
        "https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf",
    ),
}


def zoo_of(config: Mapping[str, Any]) -> str:
    """The class that shows a folder with that config.json, by the head that it was saved with."""
    saved = " ".join(config.get("architectures") or ())
    causal = saved.endswith(("ForCausalLM", "LMHeadModel")) and not config.get("is_encoder_decoder")
    return CAUSAL if causal else ENCODER
