"""Ludicrously fast neural machine translation (Kim et al. 2019), "From research to production".

https://aclanthology.org/D19-5632

A deep encoder of self-attention (Vaswani et al. 2017) and a shallow decoder whose self-attention is
replaced by a simple recurrent unit (SSRU), so that a decoding step costs two small layers. Trained
with guided alignment: the first head of the last cross-attention is a word aligner (Chen et al.
2016). Any folder of Marian's tiny or base student models loads: a model.*.bin, one or two *.spm,
and the lexical shortlist (lex.*.bin) where there is one.
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import yaml
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from foveate.models.errors import WeightsError
from foveate.models.recording import record
from foveate.models.weights.marian import read_model, read_shortlist
from foveate.models.weights.source import MODEL_FILE
from foveate.models.zoo.translation.piecewise import Piecewise, Shortlist
from foveate.models.zoo.translation.places import Place

SHORTLIST_FILE, SETTINGS_FILE = "shortlist.safetensors", "config.json"
EPSILON = 1e-6
POSITIONS = 4096


Pair = tuple[Tensor, Tensor]


def _pairs(*layers: nn.Linear | nn.LayerNorm) -> tuple[Pair, ...]:
    """Weight and bias of each layer. A module looks them up by name whenever it is called, which
    for one token's step takes about as long as the small matrix products themselves.
    """
    return tuple((layer.weight, layer.bias) for layer in layers)


def _normed(x: Tensor, pair: Pair) -> Tensor:
    return F.layer_norm(x, x.shape[-1:], *pair, EPSILON)


class Attention(nn.Module):
    """Multi-head attention, then projection, residual and norm: LN(x + A(x) W)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads, self.width = heads, width // heads
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.output = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width, EPSILON)
        self.pairs = _pairs(self.query, self.key_value, self.output, self.norm)

    def keys_values(self, memory: Tensor, batch: int) -> tuple[Tensor, Tensor]:
        """(B * S, width) -> keys and values, (B, H, S, D) each."""
        both = F.linear(memory, *self.pairs[1]).view(batch, -1, 2, self.heads, self.width)
        key, value = both.permute(2, 0, 3, 1, 4).unbind(0)
        return key, value

    def forward(self, x: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
        """x (B * T, width) to the same shape."""
        asked, _, output, norm = self.pairs
        query = F.linear(x, *asked).view(len(key), -1, self.heads, self.width).transpose(1, 2)
        record(self, query, key, self.width**-0.5, mask, value=value)
        found = F.scaled_dot_product_attention(query, key, value, mask)  # (B, H, T, D)
        mixed = found.transpose(1, 2).reshape(x.shape)
        return _normed(F.linear(mixed, *output).add_(x), norm)


class FeedForward(nn.Module):
    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.up, self.down = nn.Linear(width, inner), nn.Linear(inner, width)
        self.norm = nn.LayerNorm(width, EPSILON)
        self.pairs = _pairs(self.up, self.down, self.norm)

    def forward(self, x: Tensor) -> Tensor:
        up, down, norm = self.pairs
        return _normed(F.linear(F.linear(x, *up).relu_(), *down).add_(x), norm)


class Ssru(nn.Module):
    """Simpler simple recurrent unit (Kim et al. 2019, section 3.2).

    f_t = sigmoid(W_f x_t + b_f); c_t = f_t c_{t-1} + (1 - f_t) W x_t; y_t = LN(x_t + relu(c_t)).
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.forget_input = nn.Linear(width, 2 * width)
        self.norm = nn.LayerNorm(width, EPSILON)
        self.pairs = _pairs(self.forget_input, self.norm)

    def forward(self, x: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
        """x (B * T, width) and the cell (B, width) before it -> y and the cell after it."""
        linear, norm = self.pairs
        forget, new = F.linear(x, *linear).chunk(2, -1)
        forget = forget.sigmoid()
        if len(x) == len(cell):  # one step
            states = cell = torch.lerp(new, cell, forget)
        else:
            cells = []
            shape = len(cell), -1, x.shape[1]
            steps = (part.reshape(shape).unbind(1) for part in (new, forget))
            for added, kept in zip(*steps, strict=True):
                cell = torch.lerp(added, cell, kept)
                cells.append(cell)
            states = torch.stack(cells, 1).flatten(0, 1)
        return _normed(states.relu().add_(x), norm), cell


class EncoderLayer(nn.Module):
    def __init__(self, width: int, heads: int, inner: int) -> None:
        super().__init__()
        self.attention = Attention(width, heads)
        self.feed_forward = FeedForward(width, inner)

    def forward(self, x: Tensor, batch: int, mask: Tensor | None) -> Tensor:
        x = self.attention(x, *self.attention.keys_values(x, batch), mask)
        mixed: Tensor = self.feed_forward(x)
        return mixed


class DecoderLayer(nn.Module):
    def __init__(self, width: int, heads: int, inner: int) -> None:
        super().__init__()
        self.recurrence = Ssru(width)
        self.attention = Attention(width, heads)
        self.feed_forward = FeedForward(width, inner)


@dataclass(slots=True, eq=False)
class State:
    """What decoding keeps of one batch: cells (B, width) a layer, keys and values once."""

    cells: list[Tensor]
    memory: list[tuple[Tensor, Tensor]]
    mask: Tensor | None

    def select(self, beams: Tensor) -> None:
        """Keeps these hypotheses; the source is the same for all, so keys are only widened."""
        self.cells = [cell[beams] for cell in self.cells]
        wide = len(beams)
        self.memory = [(k[:1].expand(wide, -1, -1, -1), v[:1].expand(wide, -1, -1, -1))
                       for k, v in self.memory]  # fmt: skip

    def look(self, bias: Tensor) -> None:
        """What the next steps may look at (T, S), of a single sentence."""
        self.mask = bias[None, None]

    def blind(self) -> None:
        """From here on what is seen of the source is zero."""
        self.memory = [(key, torch.zeros_like(value)) for key, value in self.memory]


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


class Network(nn.Module):
    """The tied embedding, encoder and decoder. Source and target share one table."""

    positions: Tensor

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size
        dimensions = size.width, size.heads, size.inner
        self.embedding = nn.Embedding(size.vocabulary, size.width)
        self.output_bias = nn.Parameter(torch.zeros(size.vocabulary))
        self.encoder = nn.ModuleList(EncoderLayer(*dimensions) for _ in range(size.encoder))
        self.decoder = nn.ModuleList(DecoderLayer(*dimensions) for _ in range(size.decoder))
        self.register_buffer("positions", _sinusoids(size.width), persistent=False)

    def encode(self, ids: Tensor, mask: Tensor | None = None) -> State:
        """Source ids (B, S), and True where a key is no padding, broadcast to (B, H, T, S)."""
        batch = len(ids)
        if mask is not None:  # once here, or every attention would do it
            mask = torch.zeros(mask.shape).masked_fill(~mask, torch.finfo(torch.float32).min)
        x = self.embed(ids, 0).flatten(0, 1)
        for layer in self.encoder:
            x = layer(x, batch, mask)
        cells = [x.new_zeros(batch, self.size.width) for _ in self.decoder]
        memory = [layer.attention.keys_values(x, batch) for layer in self.decoder]  # type: ignore[union-attr, operator]
        return State(cells, memory, mask)

    def start(self, count: int) -> Tensor:
        """The input (B, 1, width) of the first step: a zero embedding at the first position."""
        return self.positions[None, :1].expand(count, 1, -1)

    def embed(self, ids: Tensor, position: int) -> Tensor:
        """Ids (B, T) from that position on -> (B, T, width)."""
        places = self.positions[position : position + ids.shape[1]]
        words = F.embedding(ids, self.embedding.weight)
        return torch.add(places, words, alpha=math.sqrt(self.size.width))

    def decode(self, x: Tensor, state: State) -> Tensor:
        """Inputs (B, T, width) to the decoder's states (B, T, width); moves `state` on by T."""
        shape, x = x.shape, x.flatten(0, 1)
        for i, layer in enumerate(self.decoder):
            x, state.cells[i] = layer.recurrence(x, state.cells[i])  # type: ignore[operator]
            x = layer.attention(x, *state.memory[i], state.mask)  # type: ignore[operator]
            x = layer.feed_forward(x)  # type: ignore[operator]
        return x.view(shape)

    def output(self, allowed: Tensor | None) -> tuple[Tensor, Tensor]:
        """The output layer's rows and biases for the allowed ids."""
        weight, bias = self.embedding.weight, self.output_bias
        return (weight, bias) if allowed is None else (weight[allowed], bias[allowed])

    def lay_out(self) -> None:
        """Stores wide layers by columns: one row times such a matrix is a quarter faster so."""
        for layer in self.modules():
            if isinstance(layer, nn.Linear) and layer.out_features >= layer.in_features:
                layer.weight.data = layer.weight.data.T.contiguous().T

    def places(self) -> dict[nn.Module, Place]:
        """The place of every attention."""
        found: dict[nn.Module, Place] = {}
        for i, layer in enumerate(self.encoder, start=1):
            own: Attention = layer.attention  # type: ignore[assignment]
            found[own] = Place(f"encoder.{i}.self", "self", i, own.output)
        for i, layer in enumerate(self.decoder, start=1):
            cross: Attention = layer.attention  # type: ignore[assignment]
            found[cross] = Place(f"decoder.{i}.cross", "cross", i, cross.output)
        return found


def _sinusoids(width: int) -> Tensor:
    """(POSITIONS, width): half sines, half cosines, wavelengths from 2 pi to 20,000 pi."""
    half = width // 2
    rates = torch.exp(torch.arange(half) * (-math.log(10000) / (half - 1)))
    angles = torch.arange(POSITIONS)[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], -1)


class Bergamot(Piecewise):
    """A student model of Marian's in a folder that `convert` made."""

    def __init__(self, name: str, folder: Path, dtype: torch.dtype) -> None:
        # float32 whatever was asked: a step is a matrix times one vector, which gains nothing.
        network = Network(Size(**json.loads((folder / SETTINGS_FILE).read_text())))
        network.load_state_dict(load_file(folder / MODEL_FILE))
        network.lay_out()
        lists = load_file(folder / SHORTLIST_FILE) if (folder / SHORTLIST_FILE).is_file() else None
        super().__init__(
            name,
            network.eval().requires_grad_(False),
            folder / "source.spm",
            folder / "target.spm",
            Shortlist(int(lists["first"]), lists["offsets"], lists["ids"]) if lists else None,
        )
        self.aligner = f"decoder.{network.size.guided_layer}.cross", 0

    @staticmethod
    def convert(source: Path, target: Path) -> None:
        """Marian's files in `source` as safetensors, settings and vocabularies in `target`."""
        tensors, settings = read_model(_only(source, "model.*.bin"))
        size = _size(yaml.safe_load(settings), tensors)
        save_file(_renamed(tensors, size), target / MODEL_FILE)
        (target / SETTINGS_FILE).write_text(json.dumps(asdict(size), indent=2) + "\n")
        vocabularies = sorted(source.glob("*.spm"))  # one for both, or srcvocab and trgvocab
        if not vocabularies:
            raise WeightsError(f"{source} has no vocabulary (*.spm).")
        shutil.copyfile(vocabularies[0], target / "source.spm")
        shutil.copyfile(vocabularies[-1], target / "target.spm")
        if list(source.glob("lex.*.bin")):
            first, offsets, ids = read_shortlist(_only(source, "lex.*.bin"))
            lists = {"first": torch.tensor(first), "offsets": offsets, "ids": ids}
            save_file(lists, target / SHORTLIST_FILE)


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise WeightsError(f"{folder} has {len(found)} files {pattern}: exactly one is needed.")
    return found[0]


def _size(settings: Any, tensors: Mapping[str, Tensor]) -> Size:
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


def _renamed(marian: Mapping[str, Tensor], size: Size) -> dict[str, Tensor]:
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
