"""Attention is all you need (Vaswani et al. 2017).

https://arxiv.org/abs/1706.03762

Nothing recurs: every token reads all others at once, in several heads. Layers are normalised before
their sublayers (Xiong et al. 2020), which trains without care; one table of embeddings serves
source, target and output. Axis sizes in comments: B sentences, S source tokens, T target tokens,
H heads, D width a head.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from foveate.models.inputs.text import MAX_TOKENS
from foveate.models.recording import record
from foveate.models.site import SiteKind
from foveate.models.translation.search import LENGTH_FACTOR
from foveate.models.zoo.translation.places import Place
from foveate.models.zoo.translation.trained import BEGIN, Trained

POSITIONS = LENGTH_FACTOR * MAX_TOKENS + 1  # as many as the longest translation has


@dataclass(frozen=True, slots=True)
class Size:
    """A model's dimensions; `inner` is the feed-forward's, `encoder` and `decoder` are layers."""

    vocabulary: int
    width: int
    heads: int
    inner: int
    encoder: int
    decoder: int


@dataclass(slots=True, eq=False)
class State:
    """What decoding keeps: every layer's keys and values of the source and of the words so far."""

    memory: list[tuple[Tensor, Tensor]]
    bias: Tensor | None
    said: list[tuple[Tensor, Tensor]] = field(default_factory=list)

    def select(self, beams: Tensor) -> None:
        wide = len(beams)
        self.said = [(key[beams], value[beams]) for key, value in self.said]
        self.memory = [
            (key[:1].expand(wide, -1, -1, -1), value[:1].expand(wide, -1, -1, -1))
            for key, value in self.memory
        ]

    def look(self, bias: Tensor) -> None:
        """What the next steps may look at (T, S), of a single sentence."""
        self.bias = bias[None, None]

    def blind(self) -> None:
        """From here on what is seen of the source is zero."""
        self.memory = [(key, torch.zeros_like(value)) for key, value in self.memory]


class Attention(nn.Module):
    """Multi-head attention: softmax(Q K^T / sqrt(D)) V, heads put together and projected."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.heads = size.heads
        self.query = nn.Linear(size.width, size.width)
        self.key_value = nn.Linear(size.width, 2 * size.width)
        self.output = nn.Linear(size.width, size.width)

    def keys_values(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, S, width) -> keys and values, (B, H, S, D) each."""
        key, value = self.key_value(x).chunk(2, -1)
        return self._split(key), self._split(value)

    def forward(
        self, x: Tensor, key: Tensor, value: Tensor, bias: Tensor | None, causal: bool = False
    ) -> Tensor:
        query = self._split(self.query(x))
        record(self, query, key, query.shape[-1] ** -0.5, bias, causal, value)
        found = _attend(query, key, value, bias, causal)
        mixed: Tensor = self.output(found.transpose(1, 2).flatten(2))
        return mixed

    def _split(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)


def _attend(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None, causal: bool) -> Tensor:
    """softmax(Q K^T / sqrt(D) + bias) V, by the fused kernel where nothing has to be learnt.

    Its backward pass takes three times as long as that of the plain products, at these lengths.
    """
    if not torch.is_grad_enabled():
        return F.scaled_dot_product_attention(query, key, value, bias, is_causal=causal)
    scores = query @ key.mT * query.shape[-1] ** -0.5  # (B, H, T, D) x (B, H, S, D) -> (B, H, T, S)
    if bias is not None:
        scores = scores + bias
    if causal:
        after = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).triu(1)
        scores = scores.masked_fill(after, float("-inf"))
    weights: Tensor = scores.softmax(-1).to(value.dtype)
    return weights @ value


def _feed_forward(size: Size) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(size.width, size.inner),
        nn.ReLU(),
        nn.Linear(size.inner, size.width),
    )


class EncoderLayer(nn.Module):
    def __init__(self, size: Size, dropout: float) -> None:
        super().__init__()
        self.attention, self.feed_forward = Attention(size), _feed_forward(size)
        self.norms = nn.ModuleList(nn.LayerNorm(size.width) for _ in range(2))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor | None) -> Tensor:
        normed = self.norms[0](x)
        keys_values = self.attention.keys_values(normed)
        x = x + self.dropout(self.attention(normed, *keys_values, bias))
        mixed: Tensor = x + self.dropout(self.feed_forward(self.norms[1](x)))
        return mixed


class DecoderLayer(nn.Module):
    def __init__(self, size: Size, dropout: float) -> None:
        super().__init__()
        self.own, self.cross = Attention(size), Attention(size)
        self.feed_forward = _feed_forward(size)
        self.norms = nn.ModuleList(nn.LayerNorm(size.width) for _ in range(3))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, state: State, number: int) -> Tensor:
        normed = self.norms[0](x)
        key, value = self._remembered(normed, state, number)
        # A single new token may see all that is there; several may not see those after them.
        x = x + self.dropout(self.own(normed, key, value, None, x.shape[1] > 1))
        asked = self.norms[1](x)
        x = x + self.dropout(self.cross(asked, *state.memory[number], state.bias))
        mixed: Tensor = x + self.dropout(self.feed_forward(self.norms[2](x)))
        return mixed

    def _remembered(self, x: Tensor, state: State, number: int) -> tuple[Tensor, Tensor]:
        key, value = self.own.keys_values(x)
        if number < len(state.said):
            before = state.said[number]
            key, value = torch.cat([before[0], key], 2), torch.cat([before[1], value], 2)
            state.said[number] = key, value
        else:
            state.said.append((key, value))
        return key, value


class Network(nn.Module):
    """Encoder and decoder. A target is decoded whole, from a fresh state, or token by token."""

    positions: Tensor

    def __init__(self, size: Size, dropout: float = 0.0) -> None:
        super().__init__()
        self.size = size
        self.embedding = nn.Embedding(size.vocabulary, size.width)
        self.output_bias = nn.Parameter(torch.zeros(size.vocabulary))
        self.encoder = nn.ModuleList(EncoderLayer(size, dropout) for _ in range(size.encoder))
        self.decoder = nn.ModuleList(DecoderLayer(size, dropout) for _ in range(size.decoder))
        self.norms = nn.ModuleList(nn.LayerNorm(size.width) for _ in range(2))
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("positions", _sinusoids(size.width), persistent=False)
        nn.init.normal_(self.embedding.weight, std=size.width**-0.5)

    def encode(self, ids: Tensor, mask: Tensor | None = None) -> State:
        """Source ids (B, S), and True where a key is no padding (B, 1, 1, S)."""
        bias = None
        if mask is not None:  # once here, or every attention would do it
            bias = torch.zeros(mask.shape, device=mask.device).masked_fill(
                ~mask, torch.finfo(torch.float32).min
            )
        x = self.read(ids, bias)
        memory = [layer.cross.keys_values(x) for layer in self.decoder]  # type: ignore[union-attr, operator]
        return State(memory, bias)

    def read(self, ids: Tensor, bias: Tensor | None = None) -> Tensor:
        """Source ids (B, S) to the encoder's states (B, S, width)."""
        x = self.embed(ids, 0)
        for layer in self.encoder:
            x = layer(x, bias)
        states: Tensor = self.norms[0](x)
        return states

    def multiplications(self, tokens: int) -> int:
        """Of reading so many tokens: each times every matrix, and two products of all pairs."""
        linear = [part for part in self.encoder.modules() if isinstance(part, nn.Linear)]
        pairs = 2 * self.size.encoder * self.size.width * tokens**2
        return tokens * sum(part.weight.numel() for part in linear) + pairs

    def steps(self, tokens: int) -> int:
        """How many of them wait for one before: the layers, whatever the length."""
        return self.size.encoder

    def start(self, count: int) -> Tensor:
        """The input (B, 1, width) of the first step: that of the start token."""
        return self.embed(torch.full((count, 1), BEGIN, device=self.output_bias.device), 0)

    def embed(self, ids: Tensor, position: int) -> Tensor:
        """Ids (B, T) from that position on -> (B, T, width)."""
        places = self.positions[position : position + ids.shape[1]]
        words = self.embedding(ids) * math.sqrt(self.size.width)
        placed: Tensor = self.dropout(words + places)
        return placed

    def decode(self, x: Tensor, state: State) -> Tensor:
        """Inputs (B, T, width) to the decoder's states (B, T, width); moves `state` on by T."""
        for number, layer in enumerate(self.decoder):
            x = layer(x, state, number)
        states: Tensor = self.norms[1](x)
        return states

    def output(self, allowed: Tensor | None) -> tuple[Tensor, Tensor]:
        """The output layer's rows and biases for the allowed ids."""
        weight, bias = self.embedding.weight, self.output_bias
        return (weight, bias) if allowed is None else (weight[allowed], bias[allowed])

    def places(self) -> dict[nn.Module, Place]:
        """The place of every attention."""
        found: dict[nn.Module, Place] = {}
        for i, layer in enumerate(self.encoder, start=1):
            found |= _place(layer.attention, f"encoder.{i}.self", "self", i)  # type: ignore[arg-type]
        for i, layer in enumerate(self.decoder, start=1):
            found |= _place(layer.own, f"decoder.{i}.self", "self", i)  # type: ignore[arg-type]
            found |= _place(layer.cross, f"decoder.{i}.cross", "cross", i)  # type: ignore[arg-type]
        return found


def _place(attention: Attention, name: str, kind: SiteKind, layer: int) -> dict[nn.Module, Place]:
    return {attention: Place(name, kind, layer, attention.output)}


def _sinusoids(width: int) -> Tensor:
    """(POSITIONS, width): sines and cosines of wavelengths from 2 pi to 20,000 pi (section 3.5)."""
    rates = torch.exp(torch.arange(0, width, 2) * (-math.log(10000) / width))
    angles = torch.arange(POSITIONS)[:, None] * rates
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(1)


class Transformer(Trained):
    @classmethod
    def network_of(cls, dropout: float = 0.0, **size: int) -> Network:
        return Network(Size(**size), dropout)
