"""Tiny random models of every family of texts, as folders, and how far ours are from eager."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing
from torch import nn
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM

from foveate.models.inputs.text import Text
from foveate.models.zoo.text.bert import Bert
from foveate.models.zoo.text.causal import CausalLanguageModel
from foveate.models.zoo.text.language import LanguageModel

UNKNOWN, BEGIN, END = "<unknown>", "<s>", "</s>"
WORDS = [UNKNOWN, BEGIN, END, "the", "cat", "sat", "on", "mat", "."]
SENTENCE, PAIR = "the cat sat on the mat .", ("the cat sat .", "on the mat")
BERT = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
BERT |= {"intermediate_size": 64, "vocab_size": len(WORDS), "pad_token_id": 0}
GROUPED = BERT | {"num_key_value_heads": 2, "head_dim": 8}
DISENTANGLED = {"relative_attention": True, "pos_att_type": ["c2p", "p2c"]}
DISENTANGLED |= {"position_buckets": 4, "max_relative_positions": 8, "type_vocab_size": 0}
# Family: settings, and the layer that takes up the weighted sums, by its path in each block.
TINY: dict[str, tuple[dict[str, Any], str]] = {
    "albert": (BERT | {"embedding_size": 16}, "attention.dense"),
    "bert": (BERT, "output.dense"),
    "deberta-v2": (BERT | DISENTANGLED, "attention.output.dense"),
    "distilbert": (
        {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 64, "vocab_size": len(WORDS)},
        "out_lin",
    ),
    "electra": (BERT | {"embedding_size": 32}, "attention.output.dense"),
    "modernbert": (BERT, "Wo"),
    "mpnet": (BERT | {"pad_token_id": 1}, "attn.o"),
    "roberta": (BERT | {"type_vocab_size": 1}, "attention.output.dense"),
    "xlm-roberta": (BERT | {"type_vocab_size": 1}, "attention.output.dense"),
    "bloom": (BERT | {"n_layer": 2, "n_head": 4}, "self_attention.dense"),
    "gemma": (GROUPED, "o_proj"),
    "gemma2": (GROUPED | {"attn_logit_softcapping": 0.5, "sliding_window": 4}, "o_proj"),
    "gemma3_text": (GROUPED, "o_proj"),
    "gpt2": ({"n_embd": 32, "n_layer": 2, "n_head": 4, "vocab_size": len(WORDS)}, "attn.c_proj"),
    "gpt_neox": (BERT, "attention.dense"),
    "llama": (GROUPED, "o_proj"),
    "mistral": (GROUPED | {"sliding_window": 4}, "o_proj"),
    "opt": (BERT | {"ffn_dim": 64, "word_embed_proj_dim": 32}, "out_proj"),
    "phi": (BERT, "self_attn.dense"),
    "qwen2": (GROUPED, "o_proj"),
    "qwen3": (GROUPED, "o_proj"),
}
CAUSAL = {family for family in TINY if list(TINY).index(family) >= list(TINY).index("bloom")}


def tiny_text(family: str, folder: Path) -> LanguageModel:
    """A tiny model of the family, its weights at random, saved in a folder and opened from it."""
    torch.manual_seed(0)
    model = _auto(family).from_config(AutoConfig.for_model(family, **TINY[family][0]))
    for parameter in model.parameters():  # biases start at 0, which would hide a missing one
        nn.init.normal_(parameter, std=0.3)
    model.save_pretrained(folder)
    tokenizer(pairs=family not in CAUSAL).save(str(folder / "tokenizer.json"))
    made = CausalLanguageModel if family in CAUSAL else Bert
    return made("mine", folder, torch.float32)


def tokenizer(pairs: bool) -> Tokenizer:
    """One of a few words; one for pairs adds what RoBERTa's adds."""
    made = Tokenizer(WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token=UNKNOWN))
    made.pre_tokenizer = Whitespace()
    if pairs:
        made.add_special_tokens([BEGIN, END])
        made.post_processor = TemplateProcessing(
            single="<s> $A </s>",
            pair="<s> $A </s> </s> $B:1 </s>:1",
            special_tokens=[(BEGIN, 1), (END, 2)],
        )
    return made


def difference(family: str, folder: Path, model: LanguageModel, text: Text) -> float:
    """The largest of any weight from those of transformers' eager attention."""
    eager = _auto(family).from_pretrained(folder, attn_implementation="eager").eval()
    extra = {}
    if text.second is not None and eager.config.to_dict().get("type_vocab_size", 0) > 1:
        extra["token_type_ids"] = torch.tensor([model.tokenizer.encode(*PAIR).type_ids])
    with torch.inference_mode():
        found = eager(torch.tensor([text.ids]), output_attentions=True, **extra).attentions
    pairs = zip(model.trace(text).trace.sites, found, strict=True)
    return max(float((site.weights() - weights[0]).abs().max()) for site, weights in pairs)


def _auto(family: str) -> Any:
    return AutoModelForCausalLM if family in CAUSAL else AutoModel
