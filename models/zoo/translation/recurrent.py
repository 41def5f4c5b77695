"""Learning phrase representations using RNN encoder-decoder (Cho et al. 2014).

https://arxiv.org/abs/1406.1078

A bidirectional GRU reads the source, a GRU writes the target one token a step. Between them stands
an attention, the one part in which the models of the lab differ (fixed.py, additive.py,
multiplicative.py). What is said at a step is fed back into the next (input feeding, Luong et al.
2015, section 3.3); one table of embeddings serves source, target and output (Press and Wolf 2017).
Axis sizes in comments: B sentences, S source tokens, T target tokens, E embedding, C hidden.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from foveate.models.zoo.translation.places import Place
from foveate.models.zoo.translation.trained import BEGIN, Trained


@dataclass(frozen=True, slots=True)
class Size:
    """A model's dimensions: `hidden` is the decoder's, and that of both encoder directions."""

    vocabulary: int
    embedding: int
    hidden: int


@dataclass(slots=True, eq=False)
class Memory:
    """What the encoder leaves: `states` (B, S, C), the `last` of both directions (B, C).

    `keys` are what the attention made of the states, once a sentence; `bias` (B, 1, S) is minus
    infinity where a key is padding, or (1, T, S) where a query must not look.
    """

    states: Tensor
    last: Tensor
    keys: Tensor
    bias: Tensor | None

    def select(self, beams: Tensor) -> None:
        """Widens a single sentence's memory to that many hypotheses."""
        wide = len(beams)
        self.states, self.last, self.keys = (
            each[:1].expand(wide, *each.shape[1:]) for each in (self.states, self.last, self.keys)
        )


class Attention(nn.Module):
    """What a decoder sees of the source: a context (B, C) for a query (B, C).

    `looks` is False for a model that has no weights over the source tokens.
    """

    looks: ClassVar[bool] = True

    def keys(self, states: Tensor) -> Tensor:
        """What is worked out once a sentence from the encoder's states (B, S, C)."""
        return states

    def forward(self, query: Tensor, memory: Memory) -> Tensor:
        raise NotImplementedError


def attend(scores: Tensor, memory: Memory) -> tuple[Tensor, Tensor]:
    """Scores (B, 1, S) to the context (B, C) and the weights (B, 1, S)."""
    if memory.bias is not None:
        scores = scores + memory.bias
    weights = scores.softmax(-1)
    return (weights.to(memory.states.dtype) @ memory.states)[:, 0], weights


class Cell(nn.Module):
    """A gated recurrent unit (Cho et al. 2014, section 2.3) whose input comes in two parts.

    r, z = sigmoid(W x + U h); n = tanh(W_n x + r * (U_n h)); h' = n + z * (h - n). The part of W x
    that is known beforehand, that of the words, is worked out for all steps together.
    """

    def __init__(self, words: int, fed: int, hidden: int) -> None:
        super().__init__()
        self.words = nn.Linear(words, 3 * hidden)
        self.fed = nn.Linear(fed, 3 * hidden, bias=False)
        self.state = nn.Linear(hidden, 3 * hidden)

    def forward(self, given: Tensor, fed: Tensor, hidden: Tensor) -> Tensor:
        """One step: `given` (B, 3 C) is `words` of the input."""
        x, h = given + self.fed(fed), self.state(hidden)
        half = 2 * hidden.shape[-1]
        reset, keep = (x[:, :half] + h[:, :half]).sigmoid().chunk(2, -1)
        new = torch.addcmul(x[:, half:], reset, h[:, half:]).tanh()
        return torch.lerp(new, hidden.to(new.dtype), keep)


@dataclass(slots=True, eq=False)
class State:
    """What decoding keeps: hidden (B, C), what was said last (B, E), and the source."""

    hidden: Tensor
    said: Tensor
    memory: Memory

    def select(self, beams: Tensor) -> None:
        self.hidden, self.said = self.hidden[beams], self.said[beams]
        self.memory.select(beams)

    def look(self, bias: Tensor) -> None:
        """What the next steps may look at (T, S), of a single sentence."""
        self.memory.bias = bias[None]

    def blind(self) -> None:
        """From here on every context is zero."""
        self.memory.states = torch.zeros_like(self.memory.states)
        self.memory.last = torch.zeros_like(self.memory.last)


class Network(nn.Module):
    """Encoder, attention and decoder."""

    shown: ClassVar = ("embeddings", "states", "last")  # what `outputs` has

    def __init__(self, size: Size, attention: Attention, dropout: float = 0.0) -> None:
        super().__init__()
        self.size = size
        self.embedding = nn.Embedding(size.vocabulary, size.embedding)
        self.output_bias = nn.Parameter(torch.zeros(size.vocabulary))
        self.encoder = nn.GRU(
            size.embedding, size.hidden // 2, batch_first=True, bidirectional=True
        )
        self.first = nn.Linear(size.hidden, size.hidden)
        self.cell = Cell(size.embedding, size.embedding, size.hidden)
        self.attention = attention
        self.say = nn.Linear(2 * size.hidden, size.embedding)
        self.dropout = nn.Dropout(dropout)
        nn.init.normal_(self.embedding.weight, std=size.embedding**-0.5)
        nn.init.orthogonal_(self.cell.state.weight)

    def encode(self, ids: Tensor, mask: Tensor | None = None) -> State:
        """Source ids (B, S), and True where a key is no padding (B, 1, 1, S)."""
        states, last = self.read(ids, mask)
        bias = None
        if mask is not None:
            bias = torch.zeros(mask[:, 0].shape, device=mask.device).masked_fill(
                ~mask[:, 0], float("-inf")
            )
        memory = Memory(states, last, self.attention.keys(states), bias)
        said = states.new_zeros(len(ids), self.size.embedding)
        return State(self.first(last).tanh(), said, memory)

    def read(self, ids: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The encoder's states (B, S, C) and the last of both directions (B, C)."""
        x = self.embed(ids, 0)
        if mask is None:
            states, last = self.encoder(x)
        else:
            lengths = mask[:, 0, 0].sum(-1).cpu()  # where packing wants them
            packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            states, last = self.encoder(packed)
            states, _ = pad_packed_sequence(states, batch_first=True, total_length=ids.shape[1])
        return self.dropout(states), last.transpose(0, 1).flatten(1)

    def multiplications(self, tokens: int) -> int:
        """Of reading so many tokens: each times every matrix, in both directions."""
        named = self.encoder.named_parameters()
        return tokens * sum(each.numel() for name, each in named if name.startswith("weight"))

    def steps(self, tokens: int) -> int:
        """How many states wait for the one before: as many as tokens, in each direction."""
        return tokens

    def start(self, count: int) -> Tensor:
        """The input (B, 1, E) of the first step: that of the start token."""
        return self.embed(torch.full((count, 1), BEGIN, device=self.output_bias.device), 0)

    def embed(self, ids: Tensor, position: int) -> Tensor:
        """Ids (B, T) -> (B, T, E); a recurrent decoder needs no position."""
        words: Tensor = self.dropout(self.embedding(ids) * math.sqrt(self.size.embedding))
        return words

    def decode(self, x: Tensor, state: State) -> Tensor:
        """Inputs (B, T, E) to what is said (B, T, E); moves `state` on by T."""
        said, bias = [], state.memory.bias
        for step, given in enumerate(self.cell.words(x).unbind(1)):
            if bias is not None and bias.shape[1] > 1:
                state.memory.bias = bias[:, step : step + 1]
            state.hidden = self.cell(given, state.said, state.hidden)
            context = self.attention(state.hidden, state.memory)
            state.said = self.say(torch.cat([context, state.hidden], -1)).tanh()
            said.append(state.said)
        spoken: Tensor = self.dropout(torch.stack(said, 1))
        return spoken

    def outputs(self, ids: Tensor, state: State) -> dict[str, Tensor]:
        """What the encoder made of a single sentence: vectors a token, and the last state."""
        return {
            "embeddings": self.embedding(ids)[0],
            "states": state.memory.states[0],
            "last": state.memory.last,
        }

    def output(self, allowed: Tensor | None) -> tuple[Tensor, Tensor]:
        """The output layer's rows and biases for the allowed ids."""
        weight, bias = self.embedding.weight, self.output_bias
        return (weight, bias) if allowed is None else (weight[allowed], bias[allowed])

    def places(self) -> dict[nn.Module, Place]:
        """The one place of attention; none where nothing looks at the source."""
        cross = Place("decoder.1.cross", "cross", 1)  # the context goes on as it is
        return {self.attention: cross} if self.attention.looks else {}


class Recurrent(Trained):
    """The encoder-decoder with one attention."""

    attention: ClassVar[type[Attention]]

    @classmethod
    def network_of(cls, dropout: float = 0.0, **size: int) -> Network:
        whole = Size(**size)
        return Network(whole, cls.attention(whole.hidden), dropout)
