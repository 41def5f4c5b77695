"""Greedy and beam search over any encoder-decoder, and what its output layer may write.

Axis sizes in comments: B sentences or hypotheses, T target tokens, V pieces that may be written.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from foveate.models import interruption
from foveate.models.translation.result import Candidate, Node, writable

LENGTH_FACTOR, SHORTEST_LIMIT = 3, 16
TOGETHER = 8  # sentences that are decoded as one batch


class State(Protocol):
    """What decoding keeps of the source and of the words written so far.

    `look` limits what the next steps may attend to, by a bias (T, S); after `blind` the decoder
    gets zeros for what it would see.
    """

    def select(self, beams: Tensor) -> None: ...
    def look(self, bias: Tensor) -> None: ...
    def blind(self) -> None: ...


class Decoder(Protocol):
    """The half of a network that writes: see models/zoo/translation/bergamot.py."""

    def start(self, count: int) -> Tensor: ...
    def embed(self, ids: Tensor, position: int) -> Tensor: ...
    def decode(self, x: Tensor, state: State) -> Tensor: ...


@dataclass(frozen=True, slots=True, eq=False)
class Output:
    """The output layer over the pieces that may be written: `allowed` (V), None for all.

    `hidden` (B, V), -inf where a sentence of the batch may not write what another may. `begin` is
    the token that every sentence begins with, where the model is told so: a language's tag.
    """

    weight: Tensor
    bias: Tensor
    allowed: Tensor | None
    end: int
    hidden: Tensor | None = None
    begin: int | None = None

    def logits(self, states: Tensor, step: int = 0) -> Tensor:
        """(B, T, width) of the steps from `step` on -> (B, T, V). Raises NotFinite: a search would
        go on to its limit with it.
        """
        logits = writable(F.linear(states, self.weight, self.bias))
        if self.begin is not None and step == 0:
            others = torch.arange(logits.shape[-1]) != self.begin
            logits[:, 0] = logits[:, 0].masked_fill(others, float("-inf"))
        return logits if self.hidden is None else logits + self.hidden[:, None]

    def ids(self, places: Tensor) -> Tensor:
        return places if self.allowed is None else self.allowed.take(places)


def padded(rows: Sequence[Sequence[int]], fill: int) -> tuple[Tensor, Tensor | None]:
    """Ids of like or unlike length as one batch (B, S), and True where a key is no padding.

    The mask (B, 1, 1, S) is None where nothing is padded.
    """
    lengths = torch.tensor([len(row) for row in rows])
    longest = int(lengths.max())
    ids = torch.tensor([[*row, *[fill] * (longest - len(row))] for row in rows])
    if bool((lengths == longest).all()):
        return ids, None
    return ids, (torch.arange(longest) < lengths[:, None])[:, None, None]


def forced(network: Decoder, target: Tensor) -> Tensor:
    """What a decoder is given to write the target ids (B, T): the start token, all but the last."""
    start = network.start(len(target))
    return torch.cat([start, network.embed(target[:, :-1], 1)], 1) if target.shape[1] > 1 else start


def limit(source: Sequence[object]) -> int:
    """The most tokens that a source of so many may be translated to."""
    return max(SHORTEST_LIMIT, LENGTH_FACTOR * len(source))


def batches(sources: Sequence[Sequence[object]], beam: int = 1) -> list[list[int]]:
    """Numbers of the sources that are decoded together: under a beam, one at a time.

    Those of like length go together: less padding, fewer pieces to choose from, and none waits long
    for the others to end.
    """
    order = sorted(range(len(sources)), key=lambda i: len(sources[i]))
    size = TOGETHER if beam == 1 else 1
    return [order[first : first + size] for first in range(0, len(order), size)]


def greedy(
    network: Decoder,
    state: State,
    output: Output,
    limits: Sequence[int],
    watch: Callable[[int, Tensor], None] | None = None,
    bias: Tensor | None = None,
) -> tuple[list[list[int]], Tensor]:
    """The likeliest token at each step, until the end token or a sentence's limit.

    Returns the ids of each sentence and the logits (B, T, V). `watch` is called with every token
    and its logits (V) of the first sentence; what it raises ends the search. `bias` (limit, S) says
    where each step may look.
    """
    written: list[list[int]] = [[] for _ in limits]
    running = set(range(len(limits)))
    x, rows = network.start(len(limits)), []
    for position in range(1, max(limits) + 1):
        interruption.step()
        if bias is not None:
            state.look(bias[position - 1 : position])
        logits = output.logits(network.decode(x, state), position - 1)  # (B, 1, V)
        rows.append(logits)
        ids = output.ids(logits.argmax(-1))  # (B, 1)
        tokens = ids[:, 0].tolist()
        for i in tuple(running):
            written[i].append(tokens[i])
            if tokens[i] == output.end or position == limits[i]:
                running.remove(i)
        if watch is not None:
            watch(tokens[0], logits[0, 0])
        if not running:
            break
        x = network.embed(ids, position)
    return written, torch.cat(rows, 1)


def beam(
    network: Decoder,
    state: State,
    output: Output,
    width: int,
    limit: int,
    piece: Callable[[int], str],
    bias: Tensor | None = None,
) -> tuple[tuple[Node, ...], tuple[int, ...]]:
    """Beam search: the whole tree and the numbers of the best path's nodes, first to last.

    Every hypothesis offers its `width` best tokens; the `width` best offers go on, fewer by each
    that has ended. Hypotheses are ranked by their log probability a token.
    """
    search = _Search([], width, output, piece)
    x = network.start(1)
    for step in range(limit):
        interruption.step()
        if bias is not None:
            state.look(bias[step : step + 1])
        logits = output.logits(network.decode(x, state), step)[:, -1]  # (B, V)
        parents, ids = search.expand(logits.log_softmax(-1), step)
        if not ids:
            break
        state.select(torch.tensor(parents))
        x = network.embed(torch.tensor(ids)[:, None], step + 1)
    return tuple(search.nodes), search.best()


@dataclass(slots=True)
class _Search:
    nodes: list[Node]
    width: int
    output: Output
    piece: Callable[[int], str]
    live: tuple[int | None, ...] = (None,)
    finished: int = 0

    def expand(self, log_probabilities: Tensor, step: int) -> tuple[list[int], list[int]]:
        """One step of all live hypotheses (B, V): which of them go on, and with which tokens."""
        before = torch.tensor([self.nodes[n].score if n is not None else 0.0 for n in self.live])
        best, places = log_probabilities.topk(min(self.width, log_probabilities.shape[-1]))
        scores = before[:, None] + best  # (B, width)
        kept = set(
            scores.flatten().topk(min(self.width - self.finished, scores.numel())).indices.tolist()
        )
        ids = self.output.ids(places).flatten().tolist()
        parents, tokens, live = [], [], []
        for i, token in enumerate(ids):
            row = i // places.shape[1]
            state = "pruned" if i not in kept else "kept"
            if i in kept and token == self.output.end:
                state = "finished"
                self.finished += 1
            chance = float(best.flatten()[i].exp())
            score = float(scores.flatten()[i])
            if math.isinf(score):  # it may not be written
                continue
            self.nodes.append(
                Node(
                    self.live[row],
                    step,
                    Candidate(token, self.piece(token), chance),
                    score,
                    score / (step + 1),
                    state,  # type: ignore[arg-type]
                )
            )
            if state == "kept":
                parents.append(row)
                tokens.append(token)
                live.append(len(self.nodes) - 1)
        self.live = tuple(live)
        return parents, tokens

    def best(self) -> tuple[int, ...]:
        """The path to the best finished hypothesis, or to the best live one at the limit."""
        ends = [i for i, node in enumerate(self.nodes) if node.state == "finished"]
        ends = ends or [n for n in self.live if n is not None]
        at: int | None = max(ends, key=lambda i: self.nodes[i].normalised)
        path = []
        while at is not None:
            path.append(at)
            at = self.nodes[at].parent
        return tuple(reversed(path))
