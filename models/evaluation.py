"""How good a translator is: BLEU with its signature, by source length, by beam; coverage.

Intervals are of 95 percent, from 1000 bootstrap samples of the pairs (Koehn 2004), as sacreBLEU
draws them. Coverage is what the decoder's steps together looked at a source word (Tu et al. 2016).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sacrebleu
import torch
from torch import Tensor

from models import alignment, decoding
from models.decoding import Output
from models.text import membership
from models.translation import Translation

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
        tree, path = decoding.beam(network, state, limited, width, decoding.limit(ids), str)
        written = [tree[number].token.id for number in path]
        found.append(pieces.decode([i for i in written if i != limited.end]))
    return found


def _written(network: Any, pieces: Any, rows: Sequence[list[int]]) -> list[str]:
    end, device = pieces.eos_id(), network.output_bias.device
    source, mask = decoding.padded(rows, end)
    state = network.encode(source.to(device), mask if mask is None else mask.to(device))
    limits = [*map(decoding.limit, rows)]
    ids, _ = decoding.greedy(network, state, output(network, pieces), limits)
    return pieces.decode([[i for i in row if i != end] for row in ids])  # type: ignore[no-any-return]


def output(network: Any, pieces: Any) -> Output:
    """The output layer over the whole vocabulary; the unknown piece is never written."""
    weight, bias = network.output(None)
    limited: Tensor = bias.clone()
    limited[pieces.unk_id()] = float("-inf")
    return Output(weight, limited, None, pieces.eos_id())


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
    metric.corpus_score(["a"], [["a"]])
    return str(metric.get_signature())


def by_length(pairs: Sequence[Pair], most: int | None = None) -> dict[Bucket, list[Pair]]:
    """Pairs by words of the source: (first, last) of a bucket, None for no end; `most` of each."""
    found: dict[Bucket, list[Pair]] = {}
    for pair in pairs:
        first = min(len(pair[0].split()) // BUCKET * BUCKET, LAST_BUCKET)
        ends = (max(first, 1), None if first == LAST_BUCKET else first + BUCKET - 1)
        bucket = found.setdefault(ends, [])
        if most is None or len(bucket) < most:
            bucket.append(pair)
    return dict(sorted(found.items()))


def length_curve(
    pairs: Sequence[Pair], translated: Translate, most: int | None = None
) -> list[dict[str, Any]]:
    """BLEU in buckets of source length, with intervals."""
    return [
        {"from": first, "to": last, "pairs": len(held)}
        | bleu(held, translated([source for source, _ in held]))
        for (first, last), held in by_length(pairs, most).items()
    ]


def coverage(found: Translation, site: str, head: int) -> Tensor:
    """What all steps together looked at each source word (N,): 1 is once, 0 is never."""
    weights = found.trace.site(site).weights(head).sum(0)  # (S,)
    return membership(alignment.real(found.source.words), len(weights)) @ weights


def coverage_summary(covered: Sequence[Tensor]) -> dict[str, float]:
    """Over many sentences: mean of what is covered up to once, share of words overlooked."""
    words = torch.cat([*covered])
    return {
        "words": len(words),
        "covered": round(float(words.clamp_max(1).mean()), 3),
        "overlooked": round(float((words < OVERLOOKED).float().mean()), 3),
    }
