"""The families of text models that transformers loads, by their config.json's `model_type`.

Any of the three kinds is shown; a family that stands here is also known by its paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from foveate.models.errors import Unrecordable

ENCODER, CAUSAL = "bert:Bert", "causal:CausalLanguageModel"
TRANSLATOR = "encoder_decoder:EncoderDecoder"  # of models/zoo/translation


@dataclass(frozen=True, slots=True)
class TextFamily:
    """What a family is called, who described it, and what its scores have beside q k^T."""

    title: str
    paper: str
    paper_url: str
    beside: str = ""


def _arxiv(title: str, paper: str, number: str, beside: str = "") -> TextFamily:
    return TextFamily(title, paper, f"https://arxiv.org/abs/{number}", beside)


FAMILIES: Mapping[str, TextFamily] = {
    "albert": _arxiv("ALBERT", "Lan et al. 2020", "1909.11942"),
    "bloom": _arxiv("BLOOM", "BigScience Workshop 2022", "2211.05100", "a bias of distances"),
    "bert": _arxiv("BERT", "Devlin et al. 2019", "1810.04805"),
    "deberta-v2": _arxiv(
        "DeBERTa", "He et al. 2021", "2006.03654", "biases of content and distance"
    ),
    "distilbert": _arxiv("DistilBERT", "Sanh et al. 2019", "1910.01108"),
    "electra": _arxiv("ELECTRA", "Clark et al. 2020", "2003.10555"),
    "gemma": _arxiv("Gemma", "Gemma Team 2024", "2403.08295"),
    "gemma2": _arxiv("Gemma 2", "Gemma Team 2024", "2408.00118", "a soft cap"),
    "gemma3_text": _arxiv("Gemma 3", "Gemma Team 2025", "2503.19786"),
    "gpt_neox": _arxiv("GPT-NeoX", "Black et al. 2022", "2204.06745"),
    "llama": _arxiv("Llama", "Touvron et al. 2023", "2302.13971"),
    "mistral": _arxiv("Mistral", "Jiang et al. 2023", "2310.06825"),
    "mpnet": _arxiv("MPNet", "Song et al. 2020", "2004.09297", "a learned bias of distances"),
    "modernbert": _arxiv("ModernBERT", "Warner et al. 2024", "2412.13663"),
    "phi": _arxiv("Phi", "Li et al. 2023", "2309.05463"),
    "qwen2": _arxiv("Qwen 2", "Yang et al. 2024", "2407.10671"),
    "qwen3": _arxiv("Qwen 3", "Yang et al. 2025", "2505.09388"),
    "roberta": _arxiv("RoBERTa", "Liu et al. 2019", "1907.11692"),
    "xlm-roberta": _arxiv("XLM-R", "Conneau et al. 2020", "1911.02116"),
    "opt": _arxiv("OPT", "Zhang et al. 2022", "2205.01068"),
    "gpt2": TextFamily(
        "GPT-2",
        "Radford et al. 2019",
        "https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf",
    ),
}

TRANSLATORS: Mapping[str, TextFamily] = {
    "bart": _arxiv("BART", "Lewis et al. 2020", "1910.13461"),
    "m2m_100": _arxiv("M2M100, NLLB", "Fan et al. 2021", "2010.11125"),
    "marian": TextFamily(
        "Marian", "Junczys-Dowmunt et al. 2018", "https://aclanthology.org/P18-4020"
    ),
    "mbart": _arxiv("mBART", "Liu et al. 2020", "2001.08210"),
    "mt5": _arxiv("mT5", "Xue et al. 2021", "2010.11934", "a bias of distances"),
    "pegasus": _arxiv("Pegasus", "Zhang et al. 2020", "1912.08777"),
    "t5": _arxiv("T5", "Raffel et al. 2020", "1910.10683", "a bias of distances"),
}

RECURRENT = "{} has no attention: it carries a state from token to token. Choose a transformer."
REFUSED: Mapping[str, str] = {
    **{
        kind: RECURRENT.format(title)
        for kind, title in {
            "falcon_mamba": "Falcon Mamba",
            "mamba": "Mamba",
            "mamba2": "Mamba 2",
            "rwkv": "RWKV",
            "xlstm": "xLSTM",
        }.items()
    },
    "fnet": "FNet has no attention: a Fourier transform mixes its tokens. Choose BERT, which it is "
    "compared with.",
    "gpt_oss": "gpt-oss gives a part of each row of weights to a sink, which is no token: what is "
    "left for the tokens does not sum to 1 and is not shown.",
}


def check_shown(model_type: str) -> None:
    """Raises Unrecordable, with why, for a family whose attention cannot be shown."""
    if model_type in REFUSED:
        raise Unrecordable(REFUSED[model_type])


def zoo_of(config: Mapping[str, Any]) -> str:
    """The class that shows a folder with that config.json, by the head that it was saved with."""
    saved = " ".join(config.get("architectures") or ())
    if config.get("is_encoder_decoder"):
        return TRANSLATOR
    return CAUSAL if saved.endswith(("ForCausalLM", "LMHeadModel")) else ENCODER
