"""Precision, recall and alignment error rate against a gold file (Och and Ney 2003).

python -m bench.alignment [gold.jsonl] [--model bergamot-en-pt] [--threshold 0.3]

One JSON object a line: `src` and `tgt`, lists of words, `sure` and `possible`, lists of
[source, target]. AER = 1 - (|A & S| + |A & P|) / (|A| + |S|), P with S in it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch import Tensor

from models.alignment import links, real, symmetrise, word_weights
from models.catalog import Catalog, TranslationModel, load
from models.text import joined
from models.translation import Translation

GOLD = Path(__file__).with_name("gold.en-pt.jsonl")
Pairs = set[tuple[int, int]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gold", type=Path, nargs="?", default=GOLD)
    parser.add_argument("--model")
    parser.add_argument("--threshold", type=float, default=0.3)
    chosen = parser.parse_args()
    cards = Catalog()
    card = cards.card(chosen.model, "translation")
    back = cards.card(card.reverse, "translation")
    models = [(load(each), each.aligner) for each in (card, back)]
    lines = chosen.gold.read_text(encoding="utf-8").splitlines()
    gold = [json.loads(line) for line in lines if line.strip()]
    print(f"{len(gold)} pairs of {chosen.gold.name}, {card.name}, threshold {chosen.threshold}")
    found = [_weights(models, pair) for pair in gold]
    for name, choose in METHODS.items():
        aligned = [_pairs(choose(each), chosen.threshold) for each in found]
        print(f"{name:22} {score(gold, aligned)}")


METHODS: dict[str, Callable[[dict[str, Tensor]], Tensor]] = {
    "head mean": lambda w: w["mean"],
    "head mean, backward": lambda w: w["mean back"].mT,
    "guided head (forward)": lambda w: w["guided"],
    "guided head, backward": lambda w: w["guided back"].mT,
    "symmetrised": lambda w: symmetrise(w["guided"], w["guided back"]),
}


def _weights(models: list[tuple[TranslationModel, Any]], pair: Any) -> dict[str, Tensor]:
    """Word weights of both directions, target by source words of the one that is written."""
    (forward, guide), (backward, guide_back) = models
    source, at_source = joined(pair["src"], "src")
    target, at_target = joined(pair["tgt"], "tgt")
    ahead = forward.force(forward.read(source, at_source), forward.read_target(target, at_target))
    back = backward.force(backward.read(target, at_target), backward.read_target(source, at_source))
    return {
        "mean": _by_word(ahead, guide.site, "mean"),
        "mean back": _by_word(back, guide_back.site, "mean"),
        "guided": _by_word(ahead, guide.site, guide.head),
        "guided back": _by_word(back, guide_back.site, guide_back.head),
    }


def _by_word(found: Translation, site: str, head: Any) -> Tensor:
    weights = found.trace.site(site).weights(head)
    return word_weights(weights, real(found.target.words), real(found.source.words))


def _pairs(weights: Tensor, threshold: float) -> Pairs:
    return {(link.source, link.target) for link in links(weights, threshold)}


def score(gold: list[Any], aligned: list[Pairs]) -> str:
    """Precision over possible, recall over sure, and AER of a whole file."""
    found = sure = hit_sure = hit_possible = 0
    for pair, links_found in zip(gold, aligned, strict=True):
        certain = {tuple(link) for link in pair["sure"]}
        possible = certain | {tuple(link) for link in pair.get("possible", [])}
        found += len(links_found)
        sure += len(certain)
        hit_sure += len(links_found & certain)
        hit_possible += len(links_found & possible)
    error = 1 - (hit_sure + hit_possible) / max(found + sure, 1)
    precision, recall = hit_possible / max(found, 1), hit_sure / max(sure, 1)
    return f"precision {precision:.3f}  recall {recall:.3f}  AER {error:.3f}"


if __name__ == "__main__":
    main()
