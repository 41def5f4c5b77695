"""Precision, recall and alignment error rate against a gold file (Och and Ney 2003).

python -m bench.alignment [gold.jsonl] [--model bergamot-en-pt] [--threshold 0.3] [--heads]

One JSON object a line: `src` and `tgt`, lists of words, `sure` and `possible`, lists of
[source, target]. AER = 1 - (|A & S| + |A & P|) / (|A| + |S|), P with S in it. `--heads` scores
every head of every cross-attention on its own.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from torch import Tensor

from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.errors import InputError
from foveate.models.inputs.text import joined
from foveate.models.translation.alignment import links, real, symmetrise, word_weights
from foveate.models.translation.result import Translation
from foveate.models.zoo.base import TranslationModel

GOLD = Path(__file__).parent
EXPECTED = "`src` and `tgt` are lists of words, `sure` and `possible` lists of [source, target]"
Pairs = set[tuple[int, int]]
Weights = dict[str, Tensor]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gold", type=Path, nargs="?", help="else that of the model's languages")
    parser.add_argument("--model")
    parser.add_argument("--threshold", type=float, default=0.3)
    parser.add_argument("--heads", action="store_true", help="every head of every cross-attention")
    chosen = parser.parse_args()
    cards = Catalog()
    card = cards.card(chosen.model, "translation")
    path = chosen.gold or GOLD / f"gold.{'-'.join(card.languages)}.jsonl"
    try:
        gold = read_gold(path)
    except InputError as error:
        raise SystemExit(str(error)) from error
    print(f"{len(gold)} pairs of {path.name}, {card.name}, threshold {chosen.threshold}")
    both = [card, *([cards[card.reverse]] if card.reverse else [])]
    models = [(load(each), each.aligner) for each in both]
    weigh = _every_head if chosen.heads else _weights
    found = [weigh(models, pair) for pair in gold]
    for name in found[0]:
        aligned = [_pairs(each[name], chosen.threshold) for each in found]
        print(f"{name:28} {score(gold, aligned)}")


def read_gold(path: Path) -> list[Any]:
    """The pairs of a gold file. Raises InputError, naming file and line."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as UTF-8 text: {error}.") from error
    found = [_pair(line, f"{path}:{n}") for n, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise InputError(f"{path} has no pairs: give one JSON object a line.")
    return found


def _pair(line: str, place: str) -> Any:
    """One line's pair, looked through. Raises InputError that says where and what is expected."""
    try:
        pair = json.loads(line)
        sizes = [len(joined(_words(pair, side), side)[1]) for side in ("src", "tgt")]
        links = [*pair["sure"], *pair.get("possible", [])]
        wrong = [link for link in links if not _is_link(link, sizes)]
    except json.JSONDecodeError as error:
        raise InputError(f"{place} is no JSON ({error}): give one object a line.") from error
    except (KeyError, TypeError, AttributeError, InputError) as error:
        said = error if isinstance(error, InputError) else f"{EXPECTED}, and it is {line[:60]}"
        raise InputError(f"{place}: {said}") from error
    if wrong:
        raise InputError(
            f"{place} has the link {wrong[0]} between {sizes[0]} and {sizes[1]} words."
        )
    return pair


def _words(pair: Any, side: str) -> list[str]:
    """A side's words. Raises TypeError where it is no list of texts."""
    if not isinstance(pair[side], list) or not all(isinstance(w, str) for w in pair[side]):
        raise TypeError
    return list(pair[side])


def _is_link(link: Any, sizes: list[int]) -> bool:
    """Whether a link is two numbers of words that are there."""
    numbers = isinstance(link, list) and len(link) == 2 and all(type(n) is int for n in link)
    return numbers and all(0 <= n < size for n, size in zip(link, sizes, strict=True))


def _weights(models: list[tuple[TranslationModel, Any]], pair: Any) -> Weights:
    """Word weights by method, target by source words."""
    (model, aligner), *back = models
    ahead = _forced(model, pair, "src", "tgt")
    found = {
        "head mean": _by_word(ahead, aligner.site, "mean"),
        "aligning head": _by_word(ahead, aligner.site, aligner.head),
    }
    for reverse, way_back in back:
        behind = _forced(reverse, pair, "tgt", "src")
        found["head mean, backward"] = _by_word(behind, way_back.site, "mean").mT
        alone = _by_word(behind, way_back.site, way_back.head)
        found["aligning head, backward"] = alone.mT
        found["symmetrised"] = symmetrise(found["aligning head"], alone)
    return found


def _every_head(models: list[tuple[TranslationModel, Any]], pair: Any) -> Weights:
    found = _forced(models[0][0], pair, "src", "tgt")
    return {
        f"{site.name} head {head}": _by_word(found, site.name, head)
        for site in found.trace.sites
        if site.kind == "cross"
        for head in range(site.heads)
    }


def _forced(model: TranslationModel, pair: Any, source: str, target: str) -> Translation:
    """The model made to write the pair's own target."""
    read, at_read = joined(pair[source], source)
    written, at_written = joined(pair[target], target)
    return model.force(model.read(read, at_read), model.read_target(written, at_written))


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
