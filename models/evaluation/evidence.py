"""The lab's evidence: every measured figure of its page, from one run over the test pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from foveate.models.catalog.card import Card
from foveate.models.catalog.load import load
from foveate.models.evaluation import scores
from foveate.models.evaluation.scores import Pair
from foveate.models.training.pairs import read_pairs
from foveate.models.weights.source import TrainedSource

TESTS = ("multi30k.test2016", "tatoeba.test", "hansards.test")
LONG = ("hansards.test", "hansards.long")  # together they fill every bucket of source length
BEAM = 4
BEAM_PAIRS, BEAM_BUCKET = 200, 100  # of a test and of a bucket: a beam goes sentence by sentence
COVERED = 60  # sentences of a bucket whose coverage is measured
# What the committed weights write of these says whether code and evidence still belong together.
PROBES = (
    "A man in a red shirt is reading a newspaper.",
    "Two dogs are running through the snow.",
    "I want to thank the minister for his answer.",
)

Report = Callable[[str], None]


def measure(
    cards: Sequence[Card], folder: Path, report: Report, most: int | None = None
) -> dict[str, Any]:
    """Scores of the models on the test pairs in `folder`, `most` of each file."""
    files = {name: read_pairs(folder, name)[:most] for name in dict.fromkeys(TESTS + LONG)}
    found: dict[str, Any] = {
        "signature": scores.signature(),
        "pairs": {name: len(pairs) for name, pairs in files.items()},
        "beam": BEAM,
        "beam_pairs": BEAM_PAIRS,
        "length_tests": LONG,
        "bucket_pairs": BEAM_BUCKET,
        "coverage_pairs": COVERED,
        "models": {},
    }
    for card in cards:
        report(f"{card.name}: measuring")
        found["models"][card.name] = _model(card, files, report)
    return found


def _model(card: Card, files: Mapping[str, list[Pair]], report: Report) -> dict[str, Any]:
    model: Any = load(card, "float32")
    network, pieces = model.network, model.source_pieces

    @scores.remembered  # parts, buckets and tests share sentences
    def greedy(sources: Sequence[str]) -> list[str]:
        return scores.translate(network, pieces, sources)

    @scores.remembered
    def beam(sources: Sequence[str]) -> list[str]:
        return scores.translate_by_beam(network, pieces, sources, BEAM)

    bleu = {}
    for name in TESTS:
        pairs, some = files[name], scores.drawn(files[name], BEAM_PAIRS)
        bleu[name] = {
            "greedy": scores.bleu(pairs, greedy([source for source, _ in pairs])),
            "greedy_part": scores.bleu(some, greedy([source for source, _ in some])),
            "beam_part": scores.bleu(some, beam([source for source, _ in some])),
        }
        report(f"{card.name}: {name} {bleu[name]['greedy']['score']}")
    long = [pair for name in LONG for pair in files[name]]
    return {
        "title": card.title,
        "parameters": sum(p.numel() for p in network.parameters()),
        "bytes": card.bytes,
        "sha256": card.source.sha256,
        "bleu": bleu,
        "length": scores.length_curve(long, greedy),
        "length_part": scores.length_curve(long, greedy, BEAM_BUCKET),
        "length_beam": scores.length_curve(long, beam, BEAM_BUCKET),
        "forced": _forced(network, pieces, long),
        "coverage": _coverage(model, long) if card.aligner else [],
        "written": dict(zip(PROBES, greedy(PROBES), strict=True)),
    }


def _forced(network: Any, pieces: Any, pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """Accuracy under teacher forcing in buckets of source length."""
    return [
        {"from": first, "to": last, "pairs": len(held)}
        | {"accuracy": round(scores.forced_accuracy(network, pieces, held), 3)}
        for (first, last), held in scores.by_length(pairs).items()
    ]


def _coverage(model: Any, pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """Coverage in buckets of source length."""
    rows = []
    for (first, last), held in scores.by_length(pairs, COVERED).items():
        found = model.translate([model.read(source) for source, _ in held])
        seen = scores.coverage_summary([scores.coverage(each) for each in found])
        rows.append({"from": first, "to": last, **seen})
    return rows


def lab_cards(cards: Mapping[str, Card]) -> list[Card]:
    """The translators that this project trained itself."""
    trained = (card for card in cards.values() if isinstance(card.source, TrainedSource))
    return [card for card in trained if card.task == "translation"]
