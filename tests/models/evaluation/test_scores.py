"""What a model's scores are made of, and the evidence that the lab's page draws."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import sacrebleu
import torch
from typer.testing import CliRunner

from foveate.app.cli import app
from foveate.app.cli.lock import alone
from foveate.app.cli.terminal import CannotStart
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.errors import InputError
from foveate.models.evaluation import scores
from foveate.models.evaluation.evidence import LONG, PROBES, TESTS, lab_cards
from tests.models.en_fr import PAIRS
from tests.photos import ROOT

CARDS = Catalog()
EVIDENCE = ROOT / "static" / "lab" / "evidence.json"


def test_bleu_is_sacrebleus_and_lies_in_its_interval() -> None:
    written = [target if i % 3 else "Le chat dort." for i, (_, target) in enumerate(PAIRS)]
    found = scores.bleu(PAIRS, written)
    theirs = sacrebleu.corpus_bleu(written, [[target for _, target in PAIRS]]).score
    assert found["score"] == pytest.approx(theirs, abs=0.01)
    assert found["low"] < found["score"] < found["high"]
    assert scores.bleu(PAIRS, [target for _, target in PAIRS])["score"] == 100


def test_pairs_fall_into_buckets_of_source_length() -> None:
    pairs = [(" ".join(["word"] * words), "mot") for words in (1, 9, 10, 19, 20, 49, 50, 80)]
    found = scores.by_length(pairs)
    assert list(found) == [(1, 9), (10, 19), (20, 29), (40, 49), (50, None)]
    assert [len(held) for held in found.values()] == [2, 2, 1, 1, 2]
    assert [len(held) for held in scores.by_length(pairs, 1).values()] == [1] * 5


def test_a_part_is_drawn_from_everywhere_and_always_the_same() -> None:
    pairs = [(str(i), str(i)) for i in range(1000)]
    part = scores.drawn(pairs, 100)
    assert part == scores.drawn(pairs, 100)
    assert part == sorted(part, key=lambda pair: int(pair[0]))
    assert len({*part}) == 100
    assert 10 < sum(int(source) < 500 for source, _ in part) < 90
    assert scores.drawn(pairs[:7], 100) == pairs[:7]


def test_coverage_is_all_that_the_steps_looked_at() -> None:
    model = load(CARDS["additive-en-fr"])
    source = model.read("Two young men are outside near many bushes.")
    found = model.translate([source])[0]
    covered = scores.coverage(found)
    words = [word.text for word in source.words if not word.special]
    assert len(covered) == len(words)
    (site,) = found.trace.sites
    weights = site.weights(0)
    end = weights[:, -1].sum()
    assert float(covered.sum() + end) == pytest.approx(len(found.target.tokens), abs=1e-3)
    summary = scores.coverage_summary([torch.tensor([0.1, 1.5]), torch.tensor([0.6])])
    assert summary == {"words": 3, "covered": 0.567, "overlooked": 0.333}


@pytest.mark.slow
@pytest.mark.parametrize("name", [card.name for card in lab_cards(CARDS)])
def test_batches_and_beams_write_what_the_model_writes(name: str) -> None:
    model = load(CARDS[name])
    sources = [source for source, _ in PAIRS[:6]]
    wanted = [found.target.text for found in model.translate([model.read(s) for s in sources])]
    assert scores.translate(model.network, model.source_pieces, sources, 4) == wanted
    one = scores.translate_by_beam(model.network, model.source_pieces, sources, 1)
    assert one == wanted


@pytest.mark.slow
@pytest.mark.parametrize("name", [card.name for card in lab_cards(CARDS)])
def test_forced_accuracy_is_what_teacher_forcing_shows(name: str) -> None:
    model = load(CARDS[name])
    right = total = 0
    for source, target in PAIRS[:9]:
        found = model.force(model.read(source), model.read_target(target))
        right += sum(step.token.id == step.candidates[0].id for step in found.steps)
        total += len(found.steps)
    in_batches = scores.forced_accuracy(model.network, model.source_pieces, PAIRS[:9], 4)
    assert in_batches == pytest.approx(right / total)


def test_what_is_said_twice_is_counted() -> None:
    assert scores.repeated(["a b c d", "a b c"]) == 0
    assert scores.repeated(["a b c a b c"]) == pytest.approx(1 / 4)
    assert scores.repeated(["", "a b"]) == 0


@pytest.mark.slow
def test_evaluate_writes_what_it_measured(tmp_path: Path) -> None:
    for name in {*TESTS, *LONG}:
        lines = [f"{source}\t{target}\n" for source, target in PAIRS]
        (tmp_path / f"{name}.tsv").write_text("".join(lines), encoding="utf-8")
    out = tmp_path / "new" / "evidence.json"
    command = ["evaluate", "--data", str(tmp_path), "--out", str(out), "--most", "6"]
    result = CliRunner().invoke(app, [*command, "--model", "general-en-fr"])
    assert result.exit_code == 0, result.output
    found = json.loads(out.read_text())
    assert found["signature"].startswith("nrefs:1|")
    scores = found["models"]["general-en-fr"]["bleu"]["hansards.test"]
    assert 0 <= scores["greedy"]["score"] <= 100
    (bucket,) = found["models"]["general-en-fr"]["length"]
    assert (bucket["from"], bucket["to"], bucket["pairs"]) == (1, 9, 12)


def test_the_committed_evidence_is_of_the_committed_models() -> None:
    found = json.loads(EVIDENCE.read_text())
    cards = lab_cards(CARDS)
    assert list(found["models"]) == [card.name for card in cards]
    for card in cards:
        measured = found["models"][card.name]
        assert measured["bytes"] == card.bytes
        assert measured["sha256"] == card.source.sha256
        assert {*measured["bleu"]} == {*TESTS}
        assert bool(measured["coverage"]) == (card.aligner is not None)


@pytest.mark.parametrize("name", [card.name for card in lab_cards(CARDS)])
def test_the_committed_evidence_is_of_this_code(name: str) -> None:
    """The same sentences come out, but for what another processor rounds otherwise."""
    held = json.loads(EVIDENCE.read_text())["models"][name]["written"]
    model = load(CARDS[name])
    written = scores.translate(model.network, model.source_pieces, PROBES)
    same = sacrebleu.corpus_bleu(written, [[held[probe] for probe in PROBES]])
    assert same.score > 80


def test_only_models_trained_here_are_evaluated(tmp_path: Path) -> None:
    command = ["evaluate", "--data", str(tmp_path), "--model", "bergamot-en-pt"]
    result = CliRunner().invoke(app, command)
    assert isinstance(result.exception, InputError)
    assert "'bergamot-en-pt' was not trained here: give one of fixed" in str(result.exception)


def test_what_was_translated_is_remembered() -> None:
    asked: list[str] = []

    def translate(sources: Sequence[str]) -> list[str]:
        asked.extend(sources)
        return [source.upper() for source in sources]

    translated = scores.remembered(translate)
    assert translated(["a", "b", "a"]) == ["A", "B", "A"]
    assert translated(["b", "c"]) == ["B", "C"]
    assert translated([]) == []
    assert asked == ["a", "b", "c"]


def test_a_run_that_breaks_leaves_the_old_evidence(tmp_path: Path) -> None:
    out = tmp_path / "evidence.json"
    out.write_text("old")
    command = ["evaluate", "--data", str(tmp_path), "--out", str(out)]
    assert isinstance(CliRunner().invoke(app, command).exception, InputError)
    assert [path.name for path in tmp_path.iterdir()] == ["evidence.json"]
    assert out.read_text() == "old"
    with alone(out):
        beside = CliRunner().invoke(app, command)
    assert isinstance(beside.exception, CannotStart)
    assert f"{out} is being made by another run" in str(beside.exception)
