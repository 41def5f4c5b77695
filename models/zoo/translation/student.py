"""A student of Marian's: its dimensions, out of its settings, and its tensors by our names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from foveate.models.errors import WeightsError


@dataclass(frozen=True, slots=True)
class Size:
    """A model's dimensions; `guided_layer` is that of the head trained to align, from 1."""

    vocabulary: int
    width: int
    heads: int
    inner: int
    encoder: int
    decoder: int
    guided_layer: int


def size_of(settings: Any, tensors: Mapping[str, Tensor]) -> Size:
    """Dimensions out of special:model.yml. Raises WeightsError for another architecture."""
    wanted = {
        "type": "transformer",
        "transformer-decoder-autoreg": "rnn",
        "dec-cell": "ssru",
        "tied-embeddings-all": True,
        "transformer-postprocess": "dan",
        "transformer-ffn-activation": "relu",
    }
    for key, value in wanted.items():
        if not isinstance(settings, dict) or settings.get(key) != value:
            raise WeightsError(f"the model's {key} is not {value!r}: it is no student with SSRU.")
    guided, layers = settings["transformer-guided-alignment-layer"], settings["dec-depth"]
    return Size(
        len(tensors["Wemb"]),
        settings["dim-emb"],
        settings["transformer-heads"],
        settings["transformer-dim-ffn"],
        settings["enc-depth"],
        layers,
        layers if guided == "last" else int(guided),
    )


def renamed(marian: Mapping[str, Tensor], size: Size) -> dict[str, Tensor]:
    """Marian's names and (in, out) matrices as ours and torch's (out, in)."""
    ours = {
        "embedding.weight": marian["Wemb"],
        "output_bias": marian["decoder_ff_logit_out_b"].flatten(),
    }
    for i in range(size.encoder):
        ours |= _layer(marian, f"encoder_l{i + 1}_", "self", f"encoder.{i}.")
    for i in range(size.decoder):
        theirs, our = f"decoder_l{i + 1}_", f"decoder.{i}."
        ours |= _layer(marian, theirs, "context", our)
        gates = [marian[f"{theirs}rnn_Wf"].T, marian[f"{theirs}rnn_W"].T]
        bias = marian[f"{theirs}rnn_bf"].flatten()
        ours[f"{our}recurrence.forget_input.weight"] = torch.cat(gates).contiguous()
        ours[f"{our}recurrence.forget_input.bias"] = torch.cat([bias, torch.zeros_like(bias)])
        ours |= _norm(marian, f"{theirs}rnn_ffn", f"{our}recurrence.norm")
    return ours


def _layer(marian: Mapping[str, Tensor], theirs: str, kind: str, ours: str) -> dict[str, Tensor]:
    """The attention (`kind` self or context) and feed-forward of one layer."""
    attention, feed = f"{theirs}{kind}_", f"{theirs}ffn_"
    keys_values = [marian[f"{attention}W{c}"].T for c in "kv"]
    biases = [marian[f"{attention}b{c}"].flatten() for c in "kv"]
    return {
        f"{ours}attention.key_value.weight": torch.cat(keys_values).contiguous(),
        f"{ours}attention.key_value.bias": torch.cat(biases),
        **_linear(marian, attention, "q", f"{ours}attention.query"),
        **_linear(marian, attention, "o", f"{ours}attention.output"),
        **_norm(marian, f"{attention}Wo", f"{ours}attention.norm"),
        **_linear(marian, feed, "1", f"{ours}feed_forward.up"),
        **_linear(marian, feed, "2", f"{ours}feed_forward.down"),
        **_norm(marian, f"{feed}ffn", f"{ours}feed_forward.norm"),
    }


def _linear(marian: Mapping[str, Tensor], prefix: str, letter: str, ours: str) -> dict[str, Tensor]:
    return {
        f"{ours}.weight": marian[f"{prefix}W{letter}"].T.contiguous(),
        f"{ours}.bias": marian[f"{prefix}b{letter}"].flatten(),
    }


def _norm(marian: Mapping[str, Tensor], theirs: str, ours: str) -> dict[str, Tensor]:
    return {
        f"{ours}.weight": marian[f"{theirs}_ln_scale"].flatten(),
        f"{ours}.bias": marian[f"{theirs}_ln_bias"].flatten(),
    }
