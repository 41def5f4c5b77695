"""Tiny random encoder-decoders of every family, as folders, and what transformers says of them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import sentencepiece
import torch
import transformers as hub
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing
from torch import nn

from foveate.models.translation.result import Translation
from foveate.models.zoo.translation.encoder_decoder import EncoderDecoder

SENTENCE = "the cat sat on the mat"
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
WORDS = [*SPECIAL, *["the", "cat", "sat", "on", "mat", "le", "chat", "assis", "sur", "tapis"]]
BART = {"d_model": 16, "encoder_layers": 2, "decoder_layers": 2, "max_position_embeddings": 128}
BART |= {"encoder_attention_heads": 2, "decoder_attention_heads": 2}
BART |= {"encoder_ffn_dim": 16, "decoder_ffn_dim": 16}
T5 = {"d_model": 16, "d_kv": 8, "d_ff": 16, "num_layers": 2, "num_heads": 2}
T5 |= {"pad_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 1}
Config = Callable[..., Any]


def words(folder: Path, begin: bool = False) -> Any:
    """A tokenizer of whole words, which begins with <s> as BART's does."""
    made = Tokenizer(WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="<unk>"))
    made.pre_tokenizer = Whitespace()
    made.post_processor = TemplateProcessing(
        single="<s> $A </s>" if begin else "$A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    names = dict(zip(("bos", "pad", "eos", "unk"), SPECIAL, strict=True))
    return hub.PreTrainedTokenizerFast(
        tokenizer_object=made, **{f"{name}_token": word for name, word in names.items()}
    )


def pieces(
    folder: Path, sentences: Sequence[str] = (SENTENCE, "le chat assis sur le tapis")
) -> tuple[Path, Path]:
    """A vocabulary of sentencepiece made of those, and the numbers of its pieces."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([*sentences] * 4),
        model_writer=model,
        vocab_size=30,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    path, numbers = folder / "made.model", folder / "made.json"
    path.write_bytes(model.getvalue())
    own = sentencepiece.SentencePieceProcessor(str(path))
    names = [own.id_to_piece(i) for i in range(own.get_piece_size())]
    names = [*SPECIAL, *(name for name in reversed(names) if name not in SPECIAL)]
    numbers.write_text(json.dumps({name: i for i, name in enumerate(names)}))
    return path, numbers


def marian(folder: Path, *sentences: str) -> Any:
    model, numbers = pieces(folder, *((sentences,) if sentences else ()))
    return hub.MarianTokenizer(str(model), str(model), str(numbers))


def m2m100(folder: Path) -> Any:
    model, numbers = pieces(folder)
    return hub.M2M100Tokenizer(str(numbers), str(model), src_lang="en", tgt_lang="fr")


def nllb(folder: Path) -> Any:
    letters = ["▁", *sorted(set(SENTENCE) - {" "}), "▁t", "th", "▁th"]
    vocab = {piece: i for i, piece in enumerate([*SPECIAL, *letters])}
    merges = [("▁", "t"), ("▁t", "h")]
    tags = {"src_lang": "eng_Latn", "tgt_lang": "fra_Latn"}
    return hub.NllbTokenizer(vocab=vocab, merges=merges, **tags)


def mbart(folder: Path) -> Any:
    vocab = [(piece, -1.0) for piece in [*SPECIAL, "▁", *sorted(set(SENTENCE) - {" "}), "▁the"]]
    vocab += [("en_XX", 0.0), ("fr_XX", 0.0), ("<mask>", 0.0)]
    return hub.MBartTokenizer(vocab=vocab, src_lang="en_XX", tgt_lang="fr_XX")


# Family: its class, the settings of a tiny model of it, and a tokenizer.
TINY: dict[str, tuple[Any, dict[str, Any], Config]] = {
    "t5": (hub.T5Config, T5, words),
    "mt5": (hub.MT5Config, T5, words),
    "bart": (hub.BartConfig, BART, lambda f: words(f, begin=True)),
    "pegasus": (hub.PegasusConfig, BART | {"pad_token_id": 1, "eos_token_id": 2}, words),
    "marian": (hub.MarianConfig, BART | {"pad_token_id": 1, "eos_token_id": 2}, marian),
    "m2m_100": (hub.M2M100Config, BART, m2m100),
    "mbart": (hub.MBartConfig, BART, mbart),
    "nllb": (hub.M2M100Config, BART, nllb),
}


# What a model is told of writing, as the published ones are.
GENERATION: dict[str, dict[str, Any]] = {
    "bart": {"forced_bos_token_id": 0},
    "marian": {"bad_words_ids": [[1]]},
}


# With which a model writes several words, and not one again and again.
SEEDS = {"t5": 7, "mt5": 4, "bart": 2, "pegasus": 6, "marian": 2, "m2m_100": 4, "nllb": 4}


def tiny_translator(family: str, folder: Path) -> tuple[EncoderDecoder, Any]:
    """A tiny model of the family, saved in a folder and opened from it; and transformers' own."""
    config, settings, tokenizer = TINY[family]
    words = tokenizer(folder)
    words.save_pretrained(folder)
    tags = getattr(words, "lang_token_to_id", {})  # M2M100's come after all others
    size: dict[str, Any] = {"vocab_size": max(len(words), *tags.values(), 0) + 1}
    if family == "marian":
        size |= {"decoder_start_token_id": 1, "forced_eos_token_id": None}
        size |= {"decoder_vocab_size": len(words)}
    elif settings.get("d_kv") is None:
        size |= {"decoder_start_token_id": 2, "forced_eos_token_id": None}
    torch.manual_seed(SEEDS.get(family, 0))
    model = hub.AutoModelForSeq2SeqLM.from_config(config(**settings | size)).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "embed_positions" in name:
                parameter *= 50 if parameter.std() < 0.1 else 1  # the learned ones
            elif parameter.ndim < 2:
                parameter += torch.randn_like(parameter) / 10
            else:  # large, so that no token only repeats itself
                nn.init.normal_(parameter, std=0.4)
    for name, value in GENERATION.get(family, {}).items():
        setattr(model.generation_config, name, value)
    model.save_pretrained(folder)
    return EncoderDecoder("mine", folder, torch.float32), model


def generated(model: EncoderDecoder, own: Any, source: list[int], steps: int) -> list[int]:
    """What transformers' own greedy search writes after the start token."""
    found = own.generate(
        torch.tensor([source]),
        num_beams=1,
        do_sample=False,
        max_new_tokens=steps,
        decoder_start_token_id=model.network.first,
        forced_bos_token_id=model.begin,
    )
    return [int(number) for number in found[0, 1:]]


def difference(folder: Path, found: Translation, start: int) -> float:
    """The largest of any weight from those of transformers' eager attention."""
    eager = hub.AutoModelForSeq2SeqLM.from_pretrained(folder, attn_implementation="eager").eval()
    with torch.inference_mode():
        given = torch.tensor([[start, *found.target.ids[:-1]]])
        source = torch.tensor([found.source.ids])
        out = eager(input_ids=source, decoder_input_ids=given, output_attentions=True)
    expected = {
        f"{name}.{layer}.{kind}": weights[0]
        for name, kind, part in (
            ("encoder", "self", out.encoder_attentions),
            ("decoder", "self", out.decoder_attentions),
            ("decoder", "cross", out.cross_attentions),
        )
        for layer, weights in enumerate(part, start=1)
    }
    sites = {site.name: site.weights() for site in found.trace.sites}
    assert sites.keys() == expected.keys()
    return max(float((sites[name] - expected[name]).abs().max()) for name in sites)
