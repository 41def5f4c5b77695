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
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

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
from foveate.models.zoo.translation.products import Normed, Product
from foveate.models.zoo.translation.student import Size, renamed, size_of

Pair = tuple[Tensor, Tensor]
SHORTLIST_FILE, SETTINGS_FILE = "shortlist.safetensors", "config.json"
EPSILON = 1e-6
POSITIONS = 4096


class Attention(nn.Module):
    """Multi-head attention, then projection, residual and norm: LN(x + A(x, memory) W)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads, self.width = heads, width // heads
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.output = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width, EPSILON)
        self.products = Product(self.query), Product(self.key_value), Product(self.output)
        self.normed = Normed(self.norm)

    def keys_values(self, memory: Tensor, batch: int) -> tuple[Tensor, Tensor]:
        """(B * S, width) -> keys and values, (B, H, S, D) each."""
        both = self.products[1](memory).view(batch, -1, 2, self.heads, self.width)
        key, value = both.permute(2, 0, 3, 1, 4).unbind(0)
        return key, value


class SelfAttention(Attention):
    """An encoder's, by the fused kernel."""

    def forward(self, x: Tensor, batch: int, mask: Tensor | None) -> Tensor:
        """x (B * T, width) to the same shape."""
        asked, _, output = self.products
        key, value = self.keys_values(x, batch)
        query = asked(x).view(batch, -1, self.heads, self.width).transpose(1, 2)
        record(self, query, key, self.width**-0.5, mask, value=value)
        found = F.scaled_dot_product_attention(query, key, value, mask)  # (B, H, T, D)
        mixed = found.transpose(1, 2).reshape(x.shape)
        return self.normed(output(mixed).add_(x))


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """What a decoder's attention looks at: keys and values (B, H, S, D), and as products take them.

    `columns` (B * H, D, S) are the keys times 1 / sqrt(D), `rows` (B * H, S, D) the values.
    """

    key: Tensor
    value: Tensor
    columns: Tensor
    rows: Tensor

    @classmethod
    def of(cls, key: Tensor, value: Tensor) -> Self:
        columns = (key * key.shape[-1] ** -0.5).flatten(0, 1).mT.contiguous()
        return cls(key, value, columns, value.flatten(0, 1).contiguous())

    def widened(self, count: int) -> Self:
        """The same source for so many hypotheses."""
        key, value = (part[:1].expand(count, -1, -1, -1) for part in (self.key, self.value))
        return self.of(key, value)


class CrossAttention(Attention):
    """A decoder's. A step has one query: of that, plain products cost half the fused kernel."""

    def memory(self, x: Tensor, batch: int) -> Memory:
        """The encoder's states (B * S, width) as keys and values, once a sentence."""
        return Memory.of(*self.keys_values(x, batch))

    def forward(self, x: Tensor, memory: Memory, mask: Tensor | None) -> Tensor:
        """x (B * T, width) to the same shape."""
        asked, _, output = self.products
        key = memory.key
        batch = key.shape[0]
        query = self._by_head(asked(x), batch)  # (B, H, T, D)
        record(self, query, key, self.width**-0.5, mask, value=memory.value)
        scores = torch.bmm(query.flatten(0, 1), memory.columns)  # (B * H, T, S)
        if mask is not None:
            scores = (scores.view(batch, self.heads, -1, scores.shape[-1]) + mask).flatten(0, 1)
        found = torch.bmm(scores.softmax(-1), memory.rows)  # (B * H, T, D)
        mixed = found if x.shape[0] == batch else self._by_token(found, batch)
        return self.normed(output(mixed.view(x.shape)).add_(x))

    def _by_head(self, query: Tensor, batch: int) -> Tensor:
        """(B * T, width) -> (B, H, T, D): of one token each it lies in memory so already."""
        if query.shape[0] == batch:
            return query.view(batch, self.heads, 1, self.width)
        return query.view(batch, -1, self.heads, self.width).transpose(1, 2)

    def _by_token(self, found: Tensor, batch: int) -> Tensor:
        """(B * H, T, D) -> (B, T, H, D)."""
        return found.view(batch, self.heads, -1, self.width).transpose(1, 2).contiguous()


class FeedForward(nn.Module):
    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.up, self.down = nn.Linear(width, inner), nn.Linear(inner, width)
        self.norm = nn.LayerNorm(width, EPSILON)
        self.products = Product(self.up), Product(self.down)
        self.normed = Normed(self.norm)

    def forward(self, x: Tensor) -> Tensor:
        up, down = self.products
        return self.normed(down(up(x).relu_()).add_(x))


class Ssru(nn.Module):
    """Simpler simple recurrent unit (Kim et al. 2019, section 3.2).

    f_t = sigmoid(W_f x_t + b_f); c_t = f_t c_{t-1} + (1 - f_t) W x_t; y_t = LN(x_t + relu(c_t)).
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.forget_input = nn.Linear(width, 2 * width)
        self.norm = nn.LayerNorm(width, EPSILON)
        self.products = (Product(self.forget_input),)
        self.normed = Normed(self.norm)

    def forward(self, x: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
        """x (B * T, width) and the cell (B, width) before it -> y and the cell after it."""
        forget, new = self.products[0](x).chunk(2, -1)
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
        return self.normed(states.relu().add_(x)), cell


class EncoderLayer(nn.Module):
    def __init__(self, width: int, heads: int, inner: int) -> None:
        super().__init__()
        self.attention = SelfAttention(width, heads)
        self.feed_forward = FeedForward(width, inner)

    def forward(self, x: Tensor, batch: int, mask: Tensor | None) -> Tensor:
        mixed: Tensor = self.feed_forward(self.attention(x, batch, mask))
        return mixed


class DecoderLayer(nn.Module):
    def __init__(self, width: int, heads: int, inner: int) -> None:
        super().__init__()
        self.recurrence = Ssru(width)
        self.attention = CrossAttention(width, heads)
        self.feed_forward = FeedForward(width, inner)
        self.parts = self.recurrence, self.attention, self.feed_forward

    def forward(self, x: Tensor, cell: Tensor, memory: Memory, mask: Tensor | None) -> Pair:
        """x (B * T, width) and the cell (B, width) before it -> the layer's and the cell after."""
        recur, attend, feed = self.parts
        x, cell = recur(x, cell)
        return feed(attend(x, memory, mask)), cell


@dataclass(slots=True, eq=False)
class State:
    """What decoding keeps of one batch: cells (B, width) a layer, keys and values once."""

    cells: list[Tensor]
    memory: list[Memory]
    mask: Tensor | None

    def select(self, beams: Tensor) -> None:
        """Keeps these hypotheses; the source is the same for all, so keys are only widened."""
        if len(beams) != len(self.cells[0]):
            self.memory = [memory.widened(len(beams)) for memory in self.memory]
        self.cells = [cell[beams] for cell in self.cells]

    def look(self, bias: Tensor) -> None:
        """What the next steps may look at (T, S), of a single sentence."""
        self.mask = bias[None, None]

    def blind(self) -> None:
        """From here on what is seen of the source is zero."""
        self.memory = [Memory.of(m.key, torch.zeros_like(m.value)) for m in self.memory]


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
        memory = [layer.attention.memory(x, batch) for layer in self.decoder]  # type: ignore[union-attr, operator]
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
            x, state.cells[i] = layer(x, state.cells[i], state.memory[i], state.mask)
        return x.view(shape)

    def output(self, allowed: Tensor | None) -> tuple[Tensor, Tensor]:
        """The output layer's rows and biases for the allowed ids."""
        weight, bias = self.embedding.weight, self.output_bias
        return (
            (weight, bias)
            if allowed is None
            else (
                weight.index_select(0, allowed),
                bias.index_select(0, allowed),
            )
        )

    def lay_out(self) -> None:
        """Stores every matrix as its products read it fastest: once, when it is loaded."""
        for part in self.modules():
            for product in getattr(part, "products", ()):
                product.lay_out()

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

    threads = 1

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
        size = size_of(yaml.safe_load(settings), tensors)
        save_file(renamed(tensors, size), target / MODEL_FILE)
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
