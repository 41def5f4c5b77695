"""From attention to word alignment: token weights to word weights, to links, in both directions.

A pair is aligned twice: once the source's translator writes the target, once the target's writes
the source. Links are the word pairs on which both agree.

Axis sizes in comments: T target and S source tokens, M target and N source words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from foveate.models.errors import InputError
from foveate.models.inputs.text import Text, Word, clean, joined, membership
from foveate.models.translation.result import Translation

THRESHOLD = 0.3
Words = str | list[str]
Spans = Sequence[tuple[int, int]]


class AligningHead(Protocol):
    """A head that aligns: of a catalog's card, or found here."""

    @property
    def site(self) -> str: ...

    @property
    def head(self) -> int: ...


class Named(Protocol):
    """What must be known of a translator: a catalog's card knows it."""

    @property
    def name(self) -> str: ...

    @property
    def aligner(self) -> AligningHead | None: ...


class Translator(Protocol):
    """What a translator must be able to do, so that its words can be aligned."""

    def read(self, text: str, spans: Spans | None = None) -> Text: ...

    def read_target(self, text: str, spans: Spans | None = None) -> Text: ...

    def translate(self, sources: Sequence[Text], beam: int = 1) -> list[Translation]: ...

    def force(self, source: Text, target: Text) -> Translation: ...


@dataclass(frozen=True, slots=True)
class Aligner:
    """The site and head whose weights align words."""

    site: str
    head: int


@dataclass(frozen=True, slots=True)
class Link:
    """A source word and a target word that translate each other; numbers count words from 0.

    `strength` is a weight, or, of both directions together, their geometric mean: 0 to 1.
    """

    source: int
    target: int
    strength: float


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """A translation's words aligned by one head; every array is worked out once, in float32.

    `weights` (T, S) by tokens, `word_weights` by words, special ones too; `between` (M, N) has the
    words of the texts alone, `source_words` and `target_words`, and `links` are its pairs at or
    over `threshold`. Rows of `weights` sum to 1. Those of `word_weights` do where every token is in
    a word; a given word without tokens has a row of zeros, and what lies on tokens of no given word
    is missing.
    """

    site: str
    head: int
    source_words: list[str]
    target_words: list[str]
    weights: Tensor
    word_weights: Tensor
    between: Tensor
    threshold: float
    links: tuple[Link, ...]

    @property
    def row_sums(self) -> Tensor:
        """What each row of `word_weights` sums to."""
        return self.word_weights.sum(1)

    @property
    def pharaoh(self) -> str:
        return pharaoh(self.links)


@dataclass(frozen=True, slots=True, eq=False)
class PairAlignment:
    """A sentence pair aligned by its translator and, where there is one, by that of the way back.

    `tokens` is the forward direction in full, `forward` (M, N) and `backward` (N, M) both
    directions' word weights; `strengths` (M, N) is their geometric mean, or `forward` where there
    is no way back; `links` are its pairs at or over `threshold`.
    """

    model: str
    reverse: str | None
    translated: bool
    source: Text
    target: Text
    tokens: Alignment
    forward: Tensor
    backward: Tensor | None
    strengths: Tensor
    threshold: float
    links: tuple[Link, ...]

    @property
    def pharaoh(self) -> str:
        return pharaoh(self.links)

    @property
    def source_words(self) -> list[str]:
        return texts_of(self.source.words)

    @property
    def target_words(self) -> list[str]:
        return texts_of(self.target.words)


def aligner(named: AligningHead | None, sites: Sequence[str]) -> AligningHead | None:
    """The head that was named, else the first one of the last of the cross-attention `sites`.

    None where a model has no attention over the source.
    """
    if not sites:
        return None
    return named or Aligner(sites[-1], 0)


def aligns(found: Translation) -> bool:
    """Whether the model has attention over the source at all."""
    return bool(_cross(found))


def _cross(found: Translation) -> list[str]:
    return [site.name for site in found.trace.sites if site.kind == "cross"]


def align(card: Named, found: Translation, threshold: float = THRESHOLD) -> Alignment | None:
    """A translation's alignment; None where the model has no attention over the source."""
    chosen = aligner(card.aligner, _cross(found))
    if chosen is None:
        return None
    source, target = found.source.words, found.target.words
    weights = found.trace.site(chosen.site).weights(chosen.head)  # (T, S)
    between = word_weights(weights, real(target), real(source))
    return Alignment(
        chosen.site,
        chosen.head,
        texts_of(source),
        texts_of(target),
        weights,
        word_weights(weights, target, source),
        between,
        threshold,
        tuple(links(between, threshold)),
    )


def ahead(
    model: Translator, text: Words, target: Words | None = None, beam: int = 1
) -> Translation:
    """A sentence translated, or made to be its given target. Raises InputError."""
    source = model.read(*given(text, "text"))
    if target is None:
        return model.translate([source], beam)[0]
    return model.force(source, model.read_target(*given(target, "target")))


def back(model: Translator, forward: Translation) -> Translation:
    """The same pair and words the other way round: the target is read and the source written."""
    source, target = (
        [(word.start, word.end) for word in real(text.words)]
        for text in (forward.source, forward.target)
    )
    read = model.read(forward.target.text, target)
    return model.force(read, model.read_target(forward.source.text, source))


def pair(
    card: Named,
    forward: Translation,
    way_back: tuple[Named, Translation] | None = None,
    threshold: float = THRESHOLD,
) -> PairAlignment:
    """The alignment of a pair by what `ahead` and `back` found.

    Raises InputError where a model has no attention over the source.
    """
    tokens = _needed(card, forward, threshold)
    backward = None if way_back is None else _needed(*way_back, threshold).between
    strengths = tokens.between if backward is None else symmetrise(tokens.between, backward)
    return PairAlignment(
        card.name,
        way_back and way_back[0].name,
        not forward.forced,
        forward.source,
        forward.target,
        tokens,
        tokens.between,
        backward,
        strengths,
        threshold,
        tuple(links(strengths, threshold)),
    )


def _needed(card: Named, found: Translation, threshold: float) -> Alignment:
    aligned = align(card, found, threshold)
    if aligned is None:
        raise InputError(
            f"model {card.name} has no attention over the source: it aligns no words. Choose "
            "another model.",
            "model",
        )
    return aligned


def given(words: Words, parameter: str) -> tuple[str, Spans | None]:
    """A text as it was sent, in one line, or words put together and where each lies. InputError."""
    if isinstance(words, str):
        return " ".join(clean(words, parameter).split("\n")), None
    if not words:
        raise InputError(f"{parameter} has no words: give at least one.", parameter)
    return joined(words, parameter)


def real(words: Sequence[Word]) -> list[Word]:
    """The words of the text itself, without end-of-sentence and the like."""
    return [word for word in words if not word.special]


def texts_of(words: Sequence[Word]) -> list[str]:
    """The words that links number, from 0."""
    return [word.text for word in real(words)]


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
