"""What a translation leaves: both texts, every step's candidates, the beam's tree, a trace.

Axis sizes in comments: B sentences, T target tokens, V the pieces that may be written.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from foveate.models.analysis.statistics import entropy_bits
from foveate.models.errors import NotFinite
from foveate.models.inputs.text import Text
from foveate.models.trace import Trace

CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A piece that might be written next and its probability."""

    id: int
    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class DecodingStep:
    """One decoding step: what was written, how sure the model was, what else it considered.

    `entropy` is in bits over the `vocabulary` pieces that were allowed.
    """

    token: Candidate
    candidates: tuple[Candidate, ...]
    entropy: float
    vocabulary: int


@dataclass(frozen=True, slots=True)
class Node:
    """A hypothesis of the beam: `parent` is a number in the tree, None for the first step.

    `score` is the log probability of all tokens up to here (natural), `normalised` that by length.
    """

    parent: int | None
    step: int
    token: Candidate
    score: float
    normalised: float
    state: Literal["kept", "pruned", "finished"]


@dataclass(frozen=True, slots=True, eq=False)
class Translation:
    """A source sentence and its target. The target's tokens end in the end-of-sentence token.

    `forced` says that the target was given and not found; `tree` and the numbers of its best
    `path` are those of a beam search.
    """

    source: Text
    target: Text
    steps: tuple[DecodingStep, ...]
    trace: Trace
    forced: bool = False
    tree: tuple[Node, ...] = ()
    path: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A text that a model has read, and what it left.

    A causal model has also said, after every token, which it expects `next`: the step's token is
    the one that came, at the last position the likeliest.
    """

    text: Text
    trace: Trace
    next: tuple[DecodingStep, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Live:
    """One step as it happens: number from 0, text so far, cross weights (H, S) by site name."""

    number: int
    text: str
    step: DecodingStep
    weights: Mapping[str, Tensor]


Watch = Callable[[Live], None]


def writable(logits: Tensor) -> Tensor:
    """The same logits, -infinity for what may not be written. Raises NotFinite for others."""
    if not float(logits.sum(dtype=torch.float32)) < math.inf:  # NaN is less than nothing
        raise NotFinite("what the model would write next")
    return logits


def decoding_steps(
    logits: Tensor, ids: list[int], allowed: Tensor | None, piece: Callable[[int], str]
) -> tuple[DecodingStep, ...]:
    """The steps that wrote `ids` (T) by logits (T, V) over the `allowed` ids (V), else over all.

    Raises NotFinite.
    """
    probabilities = writable(logits).softmax(-1)
    best, places = probabilities.topk(min(CANDIDATES, logits.shape[-1]))
    entropy = entropy_bits(probabilities).tolist()
    chosen = torch.tensor(ids)
    if allowed is None:
        written, names = probabilities.gather(1, chosen[:, None])[:, 0], places
    else:
        hits = allowed == chosen[:, None]  # (T, V)
        written, names = (probabilities * hits).sum(-1), allowed[places]
    rows = zip(ids, written.tolist(), names.tolist(), best.tolist(), entropy, strict=True)
    return tuple(
        DecodingStep(
            Candidate(token, piece(token), probability),
            tuple(Candidate(n, piece(n), p) for n, p in zip(candidates, chances, strict=True)),
            bits,
            logits.shape[-1],
        )
        for token, probability, candidates, chances, bits in rows
    )
