"""From attention to word alignment: token weights to word weights, to links, in both directions.

Axis sizes in comments: T target and S source tokens, M target and N source words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from models.inputs.text import Word, membership

THRESHOLD = 0.3


@dataclass(frozen=True, slots=True)
class Link:
    """A source word and a target word that translate each other; numbers count words from 0.

    `strength` is a weight, or, of both directions together, their geometric mean: 0 to 1.
    """

    source: int
    target: int
    strength: float


def real(words: Sequence[Word]) -> list[Word]:
    """The words of the text itself, without end-of-sentence and the like."""
    return [word for word in words if not word.special]


def word_weights(weights: Tensor, target: Sequence[Word], source: Sequence[Word]) -> Tensor:
    """Token weights (T, S) as word weights (M, N): summed over a source word's tokens, averaged
    over a target word's. Rows of words with tokens sum to what the source words given hold.
    """
    columns = weights @ membership(source, weights.shape[1]).mT  # (T, N)
    rows = membership(target, weights.shape[0])
    return rows @ columns / rows.sum(1, keepdim=True).clamp_min(1)


def links(weights: Tensor, threshold: float = THRESHOLD) -> list[Link]:
    """Links of word weights (M, N): every pair at the threshold or over it, in source order."""
    found = [
        Link(int(column), int(row), float(weights[row, column]))
        for row, column in (weights >= threshold).nonzero()
    ]
    return sorted(found, key=lambda link: (link.source, link.target))


def symmetrise(forward: Tensor, backward: Tensor) -> Tensor:
    """One strength a pair from both directions' word weights, forward (M, N), backward (N, M).

    The geometric mean: high only where both models agree, as in alignment by agreement, whose
    posteriors are multiplied (Liang, Taskar and Klein 2006, section 3.3).
    """
    return (forward * backward.mT).sqrt()


def pharaoh(found: Sequence[Link]) -> str:
    """Links as Pharaoh writes them: source-target, a space between."""
    return " ".join(f"{link.source}-{link.target}" for link in found)
