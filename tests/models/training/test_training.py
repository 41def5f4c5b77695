"""Training: resuming, schedules, early stopping, the mixture, and the command as a whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from foveate.models.errors import InputError
from foveate.models.evaluation import scores
from foveate.models.training import __main__ as training
from foveate.models.training import pairs
from foveate.models.training.run import Standing
from foveate.models.zoo.translation.fixed import Fixed
from tests.models.en_fr import PAIRS
from tests.models.lab import trainer, untrained

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["additive", "transformer"])
def test_resuming_ends_at_the_same_weights(name: str, processor: Any, tmp_path: Path) -> None:
    def score(network: Any) -> dict[str, float]:
        torch.rand(5)  # as a look that draws would disturb the dropout after it
        return {"score": 1 + float(network.output_bias.detach()[:40].sum())}

    def run(folder: Path, stop_at: int | None) -> tuple[dict[str, Tensor], Any]:
        network = untrained(name, processor, dropout=0.2)
        made = trainer(network, processor, folder, 24, score, every=8)

        def report(done: Standing, _: float) -> None:
            if done.step == stop_at:
                raise KeyboardInterrupt

        at = made.run(report)
        log = [{k: v for k, v in entry.items() if k != "seconds"} for entry in at.log]
        return {**network.state_dict(), **{f"best {k}": v for k, v in made.best.items()}}, log

    whole, log = run(tmp_path / "whole", None)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "broken", 11)  # after the checkpoint of step 8
    resumed, resumed_log = run(tmp_path / "broken", None)
    assert whole.keys() == resumed.keys()
    assert all(whole[key].equal(resumed[key]) for key in whole)
    assert resumed_log == log


def test_a_run_goes_on_under_its_own_plan_only(processor: Any, tmp_path: Path) -> None:
    trainer(untrained("fixed", processor), processor, tmp_path, 2).run()
    other = trainer(untrained("fixed", processor), processor, tmp_path, 3)
    with pytest.raises(InputError, match=r"begun with tokens = 800, not 1200.*--start"):
        other.run()


def test_a_run_that_stopped_early_stays_stopped(processor: Any, tmp_path: Path) -> None:
    def run() -> tuple[Standing, dict[str, Tensor]]:
        scores = iter([2.0, *[1.0] * 100])
        network = untrained("fixed", processor)
        made = trainer(
            network, processor, tmp_path, 40, lambda _: {"score": next(scores)}, every=2, patience=3
        )
        return made.run(), made.best

    (first, best), (again, best_again) = run(), run()
    assert first.step == again.step == 8  # one look that rose, three that did not
    assert first.best == 2.0
    assert all(best[key].equal(best_again[key]) for key in best)


def test_the_rate_rises_and_falls(processor: Any, tmp_path: Path) -> None:
    made = trainer(untrained("fixed", processor), processor, tmp_path, 100, rate=1.0, warmup=0.1)
    rates = []
    for done in (0, 0.05, 0.1, 0.55, 1):
        made.progress.tokens = int(done * made.plan.tokens)
        rates.append(made._rate())
    assert rates == pytest.approx([0.01, 0.51, 1.0, 0.505, 0.01])


def test_scheduled_sampling_comes_to_feed_the_models_own_words(
    processor: Any, tmp_path: Path
) -> None:
    network = untrained("additive", processor).eval()
    made = trainer(network, processor, tmp_path, 12, sampled=1.0)
    batch = pairs.padded(pairs.encode(processor, PAIRS[:1]))
    with torch.no_grad():
        given = made._inputs(batch, batch.target)
        wanted = torch.cat([network.start(1), network.embed(batch.target[:, :-1], 1)], 1)
        assert given.equal(wanted)
        made.progress.tokens = made.plan.tokens
        states = network.decode(given, network.encode(batch.source, batch.mask))
        own = (states @ network.embedding.weight.T + network.output_bias).argmax(-1)
        wanted = torch.cat([network.start(1), network.embed(own[:, :-1], 1)], 1)
        assert made._inputs(batch, batch.target).equal(wanted)


@pytest.mark.slow
def test_the_command_trains_a_folder_that_translates(
    pieces: Path, processor: Any, tmp_path: Path
) -> None:
    text = "".join(f"{source}\t{target}\n" for source, target in PAIRS)
    for part in ("train", "val"):
        (tmp_path / f"forty.{part}.tsv").write_text(text, encoding="utf-8")
    out = tmp_path / "run"
    choice = {"mix": "forty:1", "vocabulary": pieces, "tokens": 4000, "every": 4, "batch": 300}
    training.main("fixed", tmp_path, out, **choice, bfloat16=True)
    log = json.loads((out / "training.json").read_text())
    assert (log["plan"]["model"], log["plan"]["mix"]) == ("fixed", {"forty": 1.0})
    assert log["log"][-1]["loss"] < log["log"][0]["loss"]
    assert {"score", "forty"} <= log["log"][-1].keys()
    model = Fixed("fixed", out, torch.float32)
    written = [found.target.text for found in model.translate([model.read("The cat sleeps.")])]
    assert written == scores.translate(model.network, processor, ["The cat sleeps."])


@pytest.mark.parametrize(
    ("choice", "detail"),
    [
        ({"model": "transducer"}, "'transducer' is not in the zoo: give one of fixed, additive"),
        ({"mix": "tatoeba:many"}, "--mix has 'tatoeba:many': NAME:SHARE is expected"),
        ({"longest": 600}, "--longest 600: a translator reads 512 tokens at most"),
        ({"mix": "nowhere:1"}, "neither nowhere.train.tsv nor"),
    ],
)
def test_what_cannot_be_trained_is_named(
    choice: dict[str, Any], detail: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=detail):
        training.main(**{"model": "fixed", "folder": tmp_path, **choice})


def test_every_pair_is_in_an_epoch_once_and_in_order_of_the_seed(processor: Any) -> None:
    encoded = pairs.encode(processor, PAIRS)
    mixture = pairs.Mixture({"all": encoded}, {"all": 1}, 100)
    batches = mixture.batches(1, 0, 200)
    rows = [tuple(source) for batch in batches for source, _ in batch]
    assert sorted(rows) == sorted(tuple(source) for source, _ in encoded)
    assert all(max(map(len, (p for pair in b for p in pair))) * len(b) <= 200 for b in batches)
    again = mixture.batches(1, 0, 200)
    assert [[id(s) for s, _ in b] for b in batches] == [[id(s) for s, _ in b] for b in again]
    assert [len(b) for b in batches] != [len(b) for b in mixture.batches(1, 1, 200)]


def test_a_share_takes_that_much_of_a_corpus(processor: Any) -> None:
    encoded = pairs.encode(processor, PAIRS)
    for share, count in ((0.5, 20), (2, 80), (1.25, 50)):
        mixture = pairs.Mixture({"all": encoded}, {"all": share}, 100)
        assert sum(map(len, mixture.batches(1, 0, 400))) == count


@pytest.mark.parametrize("line", ["no tab at all", "one\t", "\tdeux", "one\tdeux\ttrois", ""])
def test_a_line_that_is_no_pair_is_named(line: str, tmp_path: Path) -> None:
    (tmp_path / "odd.train.tsv").write_text(f"one\tun\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"odd\.train\.tsv:2 is .*one tab"):
        pairs.read_pairs(tmp_path, "odd.train")
    with pytest.raises(InputError, match=r"neither even\.tsv nor even\.tsv\.xz"):
        pairs.read_pairs(tmp_path, "even")


@pytest.mark.parametrize("content", [b"", b"one\tun\n\xff\xfe\tdeux\n"])
def test_a_file_without_pairs_or_text_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "odd.train.tsv").write_bytes(content)
    with pytest.raises(InputError, match=r"odd\.train\.tsv (is empty|cannot be read as UTF-8)"):
        pairs.read_pairs(tmp_path, "odd.train")
