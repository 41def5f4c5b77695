"""The lab's models: every attention's formula, training, resuming, guidance."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sentencepiece
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from models import decoding, evaluation
from models.trace import InputError
from models.training import pairs as data
from models.training.run import Plan, Progress, Trainer
from models.translation import Guidance
from models.zoo.additive import Additive, AdditiveTranslator
from models.zoo.fixed import Fixed, LastState
from models.zoo.multiplicative import (
    Concat,
    ConcatTranslator,
    Dot,
    DotTranslator,
    General,
    GeneralTranslator,
)
from models.zoo.recurrent import Cell, Memory
from models.zoo.transformer import Transformer
from tests.models.en_fr import PAIRS

B, S, C = 3, 7, 16
RECURRENT = {"embedding": 32, "hidden": 64}
TRANSFORMER = {"width": 32, "heads": 4, "inner": 64, "encoder": 2, "decoder": 2}
ZOO: dict[str, tuple[Any, dict[str, int]]] = {
    "fixed": (Fixed, RECURRENT),
    "additive": (AdditiveTranslator, RECURRENT),
    "dot": (DotTranslator, RECURRENT),
    "general": (GeneralTranslator, RECURRENT),
    "concat": (ConcatTranslator, RECURRENT),
    "transformer": (Transformer, TRANSFORMER),
}
ATTENDING = [name for name in ZOO if name != "fixed"]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks this small lose more by sharing their work than they gain."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def additive(a: Additive, q: Tensor, s: Tensor) -> Tensor:
    hidden = torch.einsum("ac,bc->ba", a.query.weight, q)[:, None]
    hidden = hidden + torch.einsum("ac,bsc->bsa", a.key.weight, s) + a.key.bias
    return torch.einsum("a,bsa->bs", a.score.weight[0], hidden.tanh())


def dot(a: Dot, q: Tensor, s: Tensor) -> Tensor:
    return torch.einsum("bc,bsc->bs", q, s)


def general(a: General, q: Tensor, s: Tensor) -> Tensor:
    return torch.einsum("bd,dc,bsc->bs", q, a.key.weight, s)


def concat(a: Concat, q: Tensor, s: Tensor) -> Tensor:
    of_query, of_state = a.both.weight.split(C, 1)
    hidden = torch.einsum("ac,bc->ba", of_query, q)[:, None]
    hidden = hidden + torch.einsum("ac,bsc->bsa", of_state, s)
    return torch.einsum("a,bsa->bs", a.score.weight[0], hidden.tanh())


@pytest.mark.parametrize(
    ("kind", "score"), [(Additive, additive), (Dot, dot), (General, general), (Concat, concat)]
)
def test_a_context_is_the_papers_formula(kind: Any, score: Callable[..., Tensor]) -> None:
    torch.manual_seed(0)
    attention = kind(C).double()
    states = torch.randn(B, S, C, dtype=torch.float64)
    query, last = torch.randn(B, C, dtype=torch.float64), states[:, -1]
    bias = torch.zeros(B, 1, S, dtype=torch.float64)
    bias[0, 0, 5:] = float("-inf")
    found = attention(query, Memory(states, last, attention.keys(states), bias))
    weights = (score(attention, query, states) + bias[:, 0]).softmax(-1)
    assert weights[0, 5:].sum() == 0
    wanted = torch.einsum("bs,bsc->bc", weights, states)
    torch.testing.assert_close(found, wanted, atol=1e-12, rtol=1e-10)


def test_without_attention_every_query_gets_the_same_vector() -> None:
    states, last = torch.randn(B, S, C), torch.randn(B, C)
    memory = Memory(states, last, states, None)
    assert LastState(C)(torch.randn(B, C), memory).equal(last)
    assert LastState(C)(torch.randn(B, C), memory).equal(last)


def test_the_cell_is_torchs_gated_recurrent_unit() -> None:
    torch.manual_seed(0)
    cell, theirs = Cell(5, 6, 8), torch.nn.GRUCell(11, 8)
    theirs.weight_ih.data = torch.cat([cell.words.weight, cell.fed.weight], 1)
    theirs.bias_ih.data, theirs.bias_hh.data = cell.words.bias.data, cell.state.bias.data
    theirs.weight_hh.data = cell.state.weight.data
    words, fed, hidden = torch.randn(4, 5), torch.randn(4, 6), torch.randn(4, 8)
    found = cell(cell.words(words), fed, hidden)
    torch.testing.assert_close(found, theirs(torch.cat([words, fed], 1), hidden))


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lab") / "pieces.spm"
    data.train_vocabulary(PAIRS, path, 260)
    return path


@pytest.fixture(scope="module")
def processor(pieces: Path) -> Any:
    return sentencepiece.SentencePieceProcessor(str(pieces))


def untrained(name: str, processor: Any, dropout: float = 0.0) -> Any:
    made, size = ZOO[name]
    torch.manual_seed(3)
    return made.network_of(dropout=dropout, vocabulary=processor.get_piece_size(), **size)


def trainer(network: Any, processor: Any, folder: Path, steps: int, **plan: Any) -> Trainer:
    mixture = data.Mixture({"all": data.encode(processor, PAIRS)}, {"all": 1}, 100)
    settings = {"smoothing": 0.0, "rate": 1e-2, "batch": 800, "every": steps} | plan
    # One look at the end: a step of such a batch has about 400 tokens.
    return Trainer(network, mixture, Plan(steps * 400, **settings), folder)


@pytest.fixture(scope="module")
def learnt(pieces: Path, processor: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Models that know the forty pairs by heart, and their last losses; trained when asked for."""
    found: dict[str, tuple[Any, float]] = {}

    def of(name: str) -> tuple[Any, float]:
        if name not in found:
            folder = tmp_path_factory.mktemp(name)
            network, losses = untrained(name, processor), [0.0]
            run = trainer(network, processor, folder, 250)
            run.run(lambda _, loss: losses.append(loss))
            save_file(dict(network.state_dict()), folder / "model.safetensors")
            size = {"vocabulary": processor.get_piece_size(), **ZOO[name][1]}
            (folder / "config.json").write_text(json.dumps(size))
            (folder / "pieces.spm").write_bytes(pieces.read_bytes())
            found[name] = ZOO[name][0](name, folder, torch.float32), losses[-1]
        return found[name]

    return of


@pytest.mark.parametrize("name", ZOO)
def test_a_model_learns_forty_pairs_by_heart(name: str, learnt: Any) -> None:
    model, loss = learnt(name)
    assert loss < 0.05
    sources = [model.read(source) for source, _ in PAIRS]
    written = [each.target.text for each in model.translate(sources)]
    right = sum(a == b for a, (_, b) in zip(written, PAIRS, strict=True))
    assert right >= 36


@pytest.mark.parametrize("name", ZOO)
def test_a_batch_translates_as_one_by_one(name: str, learnt: Any) -> None:
    model, _ = learnt(name)
    sources = [model.read(source) for source, _ in PAIRS[:9]]
    for each, together in zip(sources, model.translate(sources), strict=True):
        alone = model.translate([each])[0]
        assert alone.target.ids == together.target.ids
        for a, b in zip(alone.steps, together.steps, strict=True):
            assert abs(a.token.probability - b.token.probability) < 1e-4
        for a, b in zip(alone.trace.sites, together.trace.sites, strict=True):
            torch.testing.assert_close(a.weights(), b.weights(), atol=1e-4, rtol=0)


@pytest.mark.parametrize("name", ZOO)
def test_forcing_a_models_own_words_gives_what_decoding_gave(name: str, learnt: Any) -> None:
    model, _ = learnt(name)
    decoded = model.translate([model.read("The black cat reads a letter.")])[0]
    forced = model.force(decoded.source, decoded.target)
    assert [s.name for s in forced.trace.sites] == [s.name for s in decoded.trace.sites]
    for a, b in zip(decoded.trace.sites, forced.trace.sites, strict=True):
        torch.testing.assert_close(a.weights(), b.weights(), atol=1e-4, rtol=0)
        torch.testing.assert_close(a.weights().sum(-1), torch.ones(a.heads, a.query.size))
    for a, b in zip(decoded.steps, forced.steps, strict=True):
        assert abs(a.entropy - b.entropy) < 1e-3


@pytest.mark.parametrize("name", ZOO)
def test_a_beam_of_one_is_greedy(name: str, learnt: Any) -> None:
    model, _ = learnt(name)
    source = model.read("The white dog opens the window.")
    ids = torch.tensor([source.ids])
    with torch.inference_mode():
        limited = evaluation.output(model.network, model.target_pieces)
        state = model.network.encode(ids)
        tree, path = decoding.beam(model.network, state, limited, 1, 40, model.piece)
    greedy = model.translate([source])[0]
    assert [tree[node].token.id for node in path] == greedy.target.ids


def test_a_beam_never_ends_less_likely_than_greedy(learnt: Any) -> None:
    model, _ = learnt("additive")
    for text in ("The king drinks water.", "My sister closes the castle.", "Two horses sing."):
        source = model.read(text)
        greedy, beam = model.translate([source])[0], model.translate([source], 4)[0]
        scores = [
            sum(torch.tensor(step.token.probability).log() for step in each.steps) / len(each.steps)
            for each in (greedy, beam)
        ]
        assert scores[1] >= scores[0] - 1e-4


@pytest.mark.parametrize("name", ATTENDING)
def test_a_pinned_decoder_looks_where_it_was_told(name: str, learnt: Any) -> None:
    model, _ = learnt(name)
    source = model.read("The black cat drinks milk.")
    free = model.translate([source])[0]
    for guidance in (Guidance({None: (2,)}), Guidance({1: (0, 3)})):
        pinned = model.translate([source], guidance=guidance)[0]
        for site in pinned.trace.sites:
            if site.kind != "cross":
                continue
            weights = site.weights()  # (H, T, S)
            for step in range(weights.shape[1]):
                allowed = guidance.pins.get(step, guidance.pins.get(None))
                if allowed:
                    told = weights[:, step, list(allowed)].sum(-1)
                    torch.testing.assert_close(told, torch.ones(site.heads))
        forced = model.force(source, pinned.target, guidance=guidance)
        for a, b in zip(pinned.trace.sites, forced.trace.sites, strict=True):
            torch.testing.assert_close(a.weights(), b.weights(), atol=1e-4, rtol=0)
    assert model.translate([source], guidance=Guidance({None: (2,)}))[0].target.text != (
        free.target.text
    )


def test_pins_name_tokens_that_are_there(learnt: Any) -> None:
    model, _ = learnt("additive")
    source = model.read("The cat sleeps.")
    with pytest.raises(InputError, match="source token 99: give numbers from 0 to"):
        model.translate([source], guidance=Guidance({None: (99,)}))
    with pytest.raises(InputError, match="one sentence"):
        model.translate([source, source], guidance=Guidance({None: (0,)}))


@pytest.mark.parametrize("name", ATTENDING)
def test_without_attention_the_source_hardly_matters(name: str, learnt: Any) -> None:
    model, _ = learnt(name)
    blind = Guidance(attention=False)
    right = 0
    for source, target in PAIRS:
        found = model.translate([model.read(source)], guidance=blind)[0]
        right += found.target.text == target
    assert right < 30


def test_the_fixed_model_shows_its_one_vector(learnt: Any) -> None:
    model, _ = learnt("fixed")
    source = model.read("The cat sleeps.")
    found = model.translate([source])[0]
    assert found.trace.sites == ()
    states, last = (found.trace.outputs[name].value() for name in ("states", "last"))
    half = RECURRENT["hidden"] // 2
    assert states.shape == (len(source.tokens), 2 * half)
    torch.testing.assert_close(last, torch.cat([states[-1, :half], states[0, half:]])[None])


def test_steps_of_a_network_that_scores_say_so(learnt: Any) -> None:
    model, _ = learnt("additive")
    found = model.translate([model.read("The cat sleeps.")])[0]
    with pytest.raises(InputError, match="no queries and keys"):
        model.values(found.source, found.target, "decoder.1.cross")
    general, _ = learnt("general")
    found = general.translate([general.read("The cat sleeps.")])[0]
    valued = general.values(found.source, found.target, "decoder.1.cross")
    assert valued.value.shape == (1, len(found.source.tokens), RECURRENT["hidden"])


@pytest.mark.parametrize("name", ["additive", "transformer"])
def test_resuming_ends_at_the_same_weights(name: str, processor: Any, tmp_path: Path) -> None:
    def run(folder: Path, stop_at: int | None) -> dict[str, Tensor]:
        network = untrained(name, processor, dropout=0.2)
        made = trainer(network, processor, folder, 24, every=8)

        def report(done: Progress, _: float) -> None:
            if done.step == stop_at:
                raise KeyboardInterrupt

        made.run(report)
        return {key: value.clone() for key, value in network.state_dict().items()}

    whole = run(tmp_path / "whole", None)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "broken", 11)  # after the checkpoint of step 8
    resumed = run(tmp_path / "broken", None)
    assert all(whole[key].equal(resumed[key]) for key in whole)


def test_a_run_goes_on_under_its_own_plan_only(processor: Any, tmp_path: Path) -> None:
    trainer(untrained("fixed", processor), processor, tmp_path, 2).run()
    other = trainer(untrained("fixed", processor), processor, tmp_path, 3)
    with pytest.raises(InputError, match=r"begun with tokens = 800, not 1200.*--start"):
        other.run()


def test_scheduled_sampling_feeds_the_models_own_words(processor: Any, tmp_path: Path) -> None:
    network = untrained("additive", processor)
    losses: list[float] = []
    run = trainer(network, processor, tmp_path, 12, sampled=1.0)
    run.run(lambda _, loss: losses.append(loss))
    assert losses[-1] < losses[0]


def test_every_pair_is_in_an_epoch_once_and_in_order_of_the_seed(processor: Any) -> None:
    encoded = data.encode(processor, PAIRS)
    mixture = data.Mixture({"all": encoded}, {"all": 1}, 100)
    batches = mixture.batches(1, 0, 200)
    rows = [tuple(source) for batch in batches for source, _ in batch]
    assert sorted(rows) == sorted(tuple(source) for source, _ in encoded)
    assert all(max(map(len, (p for pair in b for p in pair))) * len(b) <= 200 for b in batches)
    again = mixture.batches(1, 0, 200)
    assert [[id(s) for s, _ in b] for b in batches] == [[id(s) for s, _ in b] for b in again]
    assert [len(b) for b in batches] != [len(b) for b in mixture.batches(1, 1, 200)]


def test_a_share_takes_that_much_of_a_corpus(processor: Any) -> None:
    encoded = data.encode(processor, PAIRS)
    for share, count in ((0.5, 20), (2, 80), (1.25, 50)):
        mixture = data.Mixture({"all": encoded}, {"all": share}, 100)
        assert sum(map(len, mixture.batches(1, 0, 400))) == count


def test_weights_survive_as_float16(learnt: Any, tmp_path: Path) -> None:
    model, _ = learnt("additive")
    halves = {key: value.half() for key, value in model.network.state_dict().items()}
    save_file(halves, tmp_path / "model.safetensors")
    assert all(t.dtype is torch.float16 for t in load_file(tmp_path / "model.safetensors").values())


@pytest.mark.parametrize("line", ["no tab at all", "one\t", "\tdeux", "one\tdeux\ttrois", ""])
def test_a_line_that_is_no_pair_is_named(line: str, tmp_path: Path) -> None:
    (tmp_path / "odd.train.tsv").write_text(f"one\tun\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"odd\.train\.tsv:2 is .*one tab"):
        data.read_pairs(tmp_path, "odd.train")
    with pytest.raises(InputError, match=r"neither even\.tsv nor even\.tsv\.xz"):
        data.read_pairs(tmp_path, "even")
