"""The models' texts, translations and alignments as wire types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from torch import Tensor

from app import schemas, wire
from models import alignment, analysis
from models.catalog import Aligner, Card
from models.text import Text
from models.trace import InputError, Site, Valued
from models.translation import Candidate, Live, Step, Translation


def text(found: Text) -> schemas.Text:
    return schemas.Text(
        text=found.text,
        tokens=[schemas.Token(**asdict(token)) for token in found.tokens],
        words=[schemas.Word(**asdict(word)) for word in found.words],
        notes=list(found.notes),
        second=found.second,
    )


def step(found: Step) -> schemas.Step:
    return schemas.Step(
        token=candidate(found.token),
        candidates=[candidate(each) for each in found.candidates],
        entropy=found.entropy,
        vocabulary=found.vocabulary,
    )


def candidate(found: Candidate) -> schemas.Candidate:
    return schemas.Candidate(id=found.id, text=found.text, probability=found.probability)


def matrix(weights: Tensor) -> list[list[float]]:
    return wire.numbers(weights.numpy())


def links(found: Sequence[alignment.Link]) -> list[schemas.Link]:
    return [schemas.Link(**asdict(link)) for link in found]


def aligner(card: Card, translation: Translation) -> Aligner | None:
    """The card's aligner, else the first head of the last cross-attention, if there is any."""
    cross = [site for site in translation.trace.sites if site.kind == "cross"]
    if not cross:
        return None
    return card.aligner or Aligner(site=cross[-1].name, head=0)


def needed_aligner(card: Card, translation: Translation) -> Aligner:
    """The same, for callers that cannot go on without. Raises InputError."""
    found = aligner(card, translation)
    if found is None:
        raise InputError(
            f"model {card.name} has no attention over the source: it aligns no words. Choose "
            "another model.",
            "model",
        )
    return found


def alignment_weights(
    translation: Translation, guide: Aligner | None, threshold: float
) -> schemas.AlignmentWeights | None:
    """The aligner's weights by tokens and words, and the links they make."""
    if guide is None:
        return None
    weights = translation.trace.site(guide.site).weights(guide.head)  # (T, S)
    source, target = translation.source.words, translation.target.words
    by_word = alignment.word_weights(weights, target, source)
    found = alignment.links(real_weights(translation, guide), threshold)
    return schemas.AlignmentWeights(
        site=guide.site,
        head=guide.head,
        weights=matrix(weights),
        word_weights=matrix(by_word),
        threshold=threshold,
        links=links(found),
        pharaoh=alignment.pharaoh(found),
    )


def real_weights(translation: Translation, guide: Aligner) -> Tensor:
    """The aligner's weights between the words of both texts, without special ones: (M, N)."""
    weights = translation.trace.site(guide.site).weights(guide.head)
    source, target = translation.source.words, translation.target.words
    return alignment.word_weights(weights, alignment.real(target), alignment.real(source))


def pair(
    model: str, found: Translation, strengths: Tensor, linked: Sequence[alignment.Link]
) -> schemas.AlignedPair:
    """A sentence pair with the strength of every word pair, target by source."""
    return schemas.AlignedPair(
        model=model,
        source=found.source.text,
        target=found.target.text,
        source_words=[word.text for word in alignment.real(found.source.words)],
        target_words=[word.text for word in alignment.real(found.target.words)],
        strengths=matrix(strengths),
        links=links(linked),
        pharaoh=alignment.pharaoh(linked),
        notes=[*found.source.notes, *found.target.notes],
    )


def beam(found: Translation, width: int) -> schemas.Beam | None:
    if not found.tree:
        return None
    nodes = [
        schemas.BeamNode(
            parent=node.parent,
            step=node.step,
            token=candidate(node.token),
            score=node.score,
            normalised=node.normalised,
            state=node.state,
        )
        for node in found.tree
    ]
    return schemas.Beam(width=width, nodes=nodes, path=list(found.path))


def live(found: Live, sentence: int, guide: Aligner | None) -> schemas.StreamStep:
    return schemas.StreamStep(
        sentence=sentence,
        number=found.number,
        text=found.text,
        step=step(found.step),
        alignment=guide and wire.numbers(found.weights[guide.site][guide.head].numpy()),
    )


def query_key_value(
    site: Site, head: int, query: int, valued: Valued, top: int | None
) -> schemas.QueryKeyValue:
    """One query of one head, step by step; at most `top` keys, those with the most weight."""
    found = analysis.steps(site, head, query, valued)
    shown = list(range(site.key.size))
    if top is not None and top < len(shown):
        shown = sorted(found.weights.topk(top).indices.tolist())
    scaled = [None if value < -1e30 else value for value in found.scaled[shown].tolist()]
    labels = site.query.labels or ()
    return schemas.QueryKeyValue(
        site=site.name,
        head=head,
        query_number=query,
        query_label=labels[query] if query < len(labels) else site.query.place(query),
        key=wire.axis(site.key),
        shown=shown,
        query=wire.numbers(found.query.numpy()),
        keys=matrix(found.keys[shown]),
        scores=wire.numbers(found.scores[shown].numpy()),
        scale=found.scale,
        scaled=scaled,
        weights=wire.numbers(found.weights[shown].numpy()),
        values=matrix(found.values[shown]),
        weighted_sum=wire.numbers(found.weighted_sum.numpy()),
        output=wire.numbers(found.output.numpy()),
        layer_output=wire.numbers(found.layer_output.numpy()),
    )
