"""The lab's evidence: every measured figure of its page, from one run over the test pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from models import evaluation
from models.catalog import Card, load
from models.evaluation import Pair
from models.training.pairs import read_pairs
from models.weights import TrainedSource

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
        "signature": evaluation.signature(),
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

    @evaluation.remembered  # parts, buckets and tests share sentences
    def greedy(sources: Sequence[str]) -> list[str]:
        return evaluation.translate(network, pieces, sources)

    @evaluation.remembered
    def beam(sources: Sequence[str]) -> list[str]:
        return evaluation.translate_by_beam(network, pieces, sources, BEAM)

    scores = {}
    for name in TESTS:
        pairs, some = files[name], evaluation.drawn(files[name], BEAM_PAIRS)
        scores[name] = {
            "greedy": evaluation.bleu(pairs, greedy([source for source, _ in pairs])),
            "greedy_part": evaluation.bleu(some, greedy([source for source, _ in some])),
            "beam_part": evaluation.bleu(some, beam([source for source, _ in some])),
        }
        report(f"{card.name}: {name} {scores[name]['greedy']['score']}")
    long = [pair for name in LONG for pair in files[name]]
    return {
        "title": card.title,
        "parameters": sum(p.numel() for p in network.parameters()),
        "bytes": card.bytes,
        "sha256": card.source.sha256,
        "bleu": scores,
        "length": evaluation.length_curve(long, greedy),
        "length_part": evaluation.length_curve(long, greedy, BEAM_BUCKET),
        "length_beam": evaluation.length_curve(long, beam, BEAM_BUCKET),
        "forced": _forced(network, pieces, long),
        "coverage": _coverage(model, long) if card.aligner else [],
        "written": dict(zip(PROBES, greedy(PROBES), strict=True)),
    }


def _forced(network: Any, pieces: Any, pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """Accuracy under teacher forcing in buckets of source length."""
    return [
        {"from": first, "to": last, "pairs": len(held)}
        | {"accuracy": round(evaluation.forced_accuracy(network, pieces, held), 3)}
        for (first, last), held in evaluation.by_length(pairs).items()
    ]


def _coverage(model: Any, pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """Coverage in buckets of source length."""
    rows = []
    for (first, last), held in evaluation.by_length(pairs, COVERED).items():
        found = model.translate([model.read(source) for source, _ in held])
        seen = evaluation.coverage_summary([evaluation.coverage(each) for each in found])
        rows.append({"from": first, "to": last, **seen})
    return rows


def lab_cards(cards: Mapping[str, Card]) -> list[Card]:
    """The models that this project trained itself."""
    return [card for card in cards.values() if isinstance(card.source, TrainedSource)]
