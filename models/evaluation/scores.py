"""How good a translator is: BLEU with its signature, by source length, by beam; coverage.

Intervals are of 95 percent, from 1000 bootstrap samples of the pairs (Koehn 2004): the mean of the
samples' BLEU and sacreBLEU's half-width on either side. Coverage is what the decoder's steps
together looked at a source word (Tu et al. 2016).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import sacrebleu
import torch
from torch import Tensor

from foveate.models.inputs.text import membership
from foveate.models.translation import alignment, search
from foveate.models.translation.result import Translation
from foveate.models.translation.search import Output

BUCKET, LAST_BUCKET = 10, 50  # words of the source: 1 to 9, 10 to 19, ... 50 and more
SAMPLES = 1000
OVERLOOKED = 0.2  # a word with less coverage than this was hardly looked at

Pair = tuple[str, str]
Bucket = tuple[int, int | None]
Translate = Callable[[Sequence[str]], list[str]]


@torch.inference_mode()
def translate(network: Any, pieces: Any, sources: Sequence[str], batch: int = 64) -> list[str]:
    """Greedy translations, sentences of like length together, in the order given."""
    ids = pieces.encode(list(sources), add_eos=True)
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    found: dict[int, str] = {}
    for first in range(0, len(order), batch):
        chosen = order[first : first + batch]
        written = _written(network, pieces, [ids[i] for i in chosen])
        found |= zip(chosen, written, strict=True)
    return [found[i] for i in range(len(ids))]


@torch.inference_mode()
def translate_by_beam(network: Any, pieces: Any, sources: Sequence[str], width: int) -> list[str]:
    """Translations by a beam of that width, one by one."""
    limited, found = output(network, pieces), []
    for ids in pieces.encode(list(sources), add_eos=True):
        state = network.encode(torch.tensor([ids]))
        tree, path = search.beam(network, state, limited, width, search.limit(ids), str)
        written = [tree[number].token.id for number in path]
        found.append(pieces.decode([i for i in written if i != limited.end]))
    return found


def remembered(translate: Translate) -> Translate:
    """The same translations, each sentence translated once however often it is asked for."""
    known: dict[str, str] = {}

    def translated(sources: Sequence[str]) -> list[str]:
        new = [source for source in dict.fromkeys(sources) if source not in known]
        if new:
            known.update(zip(new, translate(new), strict=True))
        return [known[source] for source in sources]

    return translated


def _written(network: Any, pieces: Any, rows: Sequence[list[int]]) -> list[str]:
    end, device = pieces.eos_id(), network.output_bias.device
    source, mask = search.padded(rows, end)
    state = network.encode(source.to(device), mask if mask is None else mask.to(device))
    limits = [*map(search.limit, rows)]
    ids, _ = search.greedy(network, state, output(network, pieces), limits)
    return pieces.decode([[i for i in row if i != end] for row in ids])  # type: ignore[no-any-return]


def output(network: Any, pieces: Any) -> Output:
    """The output layer over the whole vocabulary; the unknown piece is never written."""
    weight, bias = network.output(None)
    limited: Tensor = bias.clone()
    limited[pieces.unk_id()] = float("-inf")
    return Output(weight, limited, None, pieces.eos_id())


@torch.inference_mode()
def forced_accuracy(network: Any, pieces: Any, pairs: Sequence[Pair], batch: int = 64) -> float:
    """Share of target tokens that are the decoder's first choice, given the true ones before.

    Teacher forcing (Williams and Zipser 1989): no mistake of its own leads the decoder astray, and
    nothing hangs on how well a search or a matching of n-grams copes with length.
    """
    sides = [pieces.encode([pair[i] for pair in pairs], add_eos=True) for i in range(2)]
    rows = sorted(zip(*sides, strict=True), key=lambda row: len(row[1]))
    limited, right = output(network, pieces), 0
    for first in range(0, len(rows), batch):
        sources, targets = zip(*rows[first : first + batch], strict=True)
        state = network.encode(*search.padded(sources, limited.end))
        target, _ = search.padded(targets, -1)
        states = network.decode(search.forced(network, target.clamp(min=0)), state)
        right += int((limited.logits(states).argmax(-1) == target).sum())
    return right / sum(map(len, sides[1]))


def bleu(pairs: Sequence[Pair], written: Sequence[str]) -> dict[str, float]:
    """Corpus BLEU of translations, and the ends of its interval."""
    metric = sacrebleu.BLEU()
    found = metric.corpus_score(list(written), [[target for _, target in pairs]], SAMPLES)
    middle, half = found._mean, found._ci
    return {
        "score": round(found.score, 2),
        "low": round(middle - half, 2),
        "high": round(middle + half, 2),
    }


def signature() -> str:
    """What sacreBLEU asks to be printed with a score."""
    metric = sacrebleu.BLEU()
    metric.corpus_score(["a"], [["a"]], SAMPLES)
    return str(metric.get_signature())


def drawn(pairs: Sequence[Pair], most: int | None) -> list[Pair]:
    """At most so many of the pairs, drawn at random but always the same, in their order."""
    if most is None or len(pairs) <= most:
        return list(pairs)
    chosen = np.random.default_rng(1).choice(len(pairs), most, replace=False)
    return [pairs[i] for i in np.sort(chosen)]


def by_length(pairs: Sequence[Pair], most: int | None = None) -> dict[Bucket, list[Pair]]:
    """Pairs by words of the source: (first, last) of a bucket, None for no end; `most` of each."""
    found: dict[Bucket, list[Pair]] = {}
    for pair in pairs:
        first = min(len(pair[0].split()) // BUCKET * BUCKET, LAST_BUCKET)
        ends = (max(first, 1), None if first == LAST_BUCKET else first + BUCKET - 1)
        found.setdefault(ends, []).append(pair)
    return {bucket: drawn(found[bucket], most) for bucket in sorted(found)}


def length_curve(
    pairs: Sequence[Pair], translated: Translate, most: int | None = None
) -> list[dict[str, Any]]:
    """BLEU in buckets of source length, with intervals, and how much was said twice."""
    rows = []
    for (first, last), held in by_length(pairs, most).items():
        written = translated([source for source, _ in held])
        said = {"repeated": round(repeated(written), 3)}
        row = {"from": first, "to": last, "pairs": len(held), **bleu(held, written), **said}
        rows.append(row)
    return rows


def repeated(written: Sequence[str]) -> float:
    """Share of three words in a row that the same text already had: under 0.01 in people's French.

    A decoder that loops says the same again and again.
    """
    counted = twice = 0
    for text in written:
        words = text.split()
        runs = [*zip(words, words[1:], words[2:], strict=False)]
        counted, twice = counted + len(runs), twice + len(runs) - len({*runs})
    return twice / max(counted, 1)


def coverage(found: Translation) -> Tensor:
    """What all steps together looked at each source word (N,): 1 is once, 0 is never.

    A decoder of several layers and heads looks with all of them: this is their mean.
    """
    looks = [site.weights("mean") for site in found.trace.sites if site.kind == "cross"]
    weights = torch.stack(looks).mean(0).sum(0)  # (S,)
    return membership(alignment.real(found.source.words), len(weights)) @ weights


def coverage_summary(covered: Sequence[Tensor]) -> dict[str, float]:
    """Over many sentences: mean of what is covered up to once, share of words overlooked."""
    words = torch.cat([*covered])
    return {
        "words": len(words),
        "covered": round(float(words.clamp_max(1).mean()), 3),
        "overlooked": round(float((words < OVERLOOKED).float().mean()), 3),
    }
