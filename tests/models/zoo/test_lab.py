"""The lab's models: every attention's formula, what they learn, guidance."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from foveate.models.errors import InputError
from foveate.models.evaluation import scores
from foveate.models.inputs.text import MAX_TOKENS
from foveate.models.translation import search
from foveate.models.translation.guidance import Guidance
from foveate.models.zoo.translation import transformer
from foveate.models.zoo.translation.additive import Additive
from foveate.models.zoo.translation.fixed import LastState
from foveate.models.zoo.translation.growth import LENGTHS, growth
from foveate.models.zoo.translation.multiplicative import Concat, Dot, General
from foveate.models.zoo.translation.recurrent import Cell, Memory
from tests.models.en_fr import PAIRS
from tests.models.lab import RECURRENT, ZOO, trainer, untrained

pytestmark = pytest.mark.usefixtures("one_thread")
B, S, C = 3, 7, 16
ATTENDING = [name for name in ZOO if name != "fixed"]


def additive(a: Additive, q: Tensor, s: Tensor) -> Tensor:
    hidden = torch.einsum("ac,bc->ba", a.query.weight, q)[:, None]
    hidden = hidden + torch.einsum("ac,bsc->bsa", a.key.weight, s) + a.key.bias
    return torch.einsum("a,bsa->bs", a.score.weight[0], hidden.tanh())


def dot(a: Dot, q: Tensor, s: Tensor) -> Tensor:
    return torch.einsum("bc,bsc->bs", q, s)


def general(a: General, q: Tensor, s: Tensor) -> Tensor:
    return torch.einsum("bd,dc,bsc->bs", q, a.key.weight / C**0.5, s)


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


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("learning", [False, True])
def test_multi_head_attention_is_the_papers_formula(causal: bool, learning: bool) -> None:
    torch.manual_seed(0)
    query, key, value = torch.randn(3, B, 4, S, C, dtype=torch.float64)
    bias = torch.zeros(B, 1, 1, S, dtype=torch.float64)
    if not causal:
        bias[0, ..., 5:] = torch.finfo(torch.float64).min
    with torch.set_grad_enabled(learning):
        found = transformer._attend(query, key, value, None if causal else bias, causal)
    scores = torch.einsum("bhtd,bhsd->bhts", query, key) / C**0.5 + bias
    if causal:
        scores = scores.where(torch.ones(S, S).tril().bool(), float("-inf"))
    wanted = torch.einsum("bhts,bhsd->bhtd", scores.softmax(-1), value)
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


@pytest.mark.slow
@pytest.mark.parametrize("name", ZOO)
def test_a_model_learns_forty_pairs_by_heart(name: str, learnt: Any) -> None:
    model, loss = learnt(name)
    assert loss < 0.05
    sources = [model.read(source) for source, _ in PAIRS]
    written = [each.target.text for each in model.translate(sources)]
    right = sum(a == b for a, (_, b) in zip(written, PAIRS, strict=True))
    assert right >= 36


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.parametrize("name", ZOO)
def test_a_beam_of_one_is_greedy(name: str, learnt: Any) -> None:
    model, _ = learnt(name)
    source = model.read("The white dog opens the window.")
    ids = torch.tensor([source.ids])
    with torch.inference_mode():
        limited = scores.output(model.network, model.target_pieces)
        state = model.network.encode(ids)
        tree, path = search.beam(model.network, state, limited, 1, 40, model.piece)
    greedy = model.translate([source])[0]
    assert [tree[node].token.id for node in path] == greedy.target.ids


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.parametrize("name", ATTENDING)
def test_a_pinned_decoder_sees_nothing_of_the_rest(name: str, processor: Any) -> None:
    network = untrained(name, processor).eval()
    ids = torch.tensor([processor.encode("The black cat drinks milk.", add_eos=True)])
    bias = Guidance({None: (2,)}).bias(1, ids.shape[1])
    assert bias is not None

    def said(rest: float) -> Tensor:
        state = network.encode(ids)
        memory = state.memory if name == "transformer" else [(state.memory.states,)]
        keys = [] if name == "transformer" else [state.memory.keys]
        for kept in (*(part for parts in memory for part in parts), *keys):
            kept[..., [i for i in range(ids.shape[1]) if i != 2], :] += rest
        state.look(bias)
        return network.decode(network.start(1), state)

    with torch.inference_mode():
        torch.testing.assert_close(said(0.0), said(5.0))


@pytest.mark.slow
def test_a_decoder_writes_to_the_longest_limit(processor: Any) -> None:
    network = untrained("transformer", processor).eval()
    with torch.inference_mode():
        output = scores.output(network, processor)
        output.bias[output.end] = float("-inf")
        most = search.limit(range(MAX_TOKENS))
        written, _ = search.greedy(network, network.encode(torch.tensor([[5]])), output, [most])
    assert len(written[0]) == most


@pytest.mark.slow
def test_pins_name_tokens_that_are_there(learnt: Any) -> None:
    model, _ = learnt("additive")
    source = model.read("The cat sleeps.")
    with pytest.raises(InputError, match="source token 99: give numbers from 0 to"):
        model.translate([source], guidance=Guidance({None: (99,)}))
    with pytest.raises(InputError, match="source token 98"):  # at a step that never comes
        model.translate([source], guidance=Guidance({900: (98,)}))
    with pytest.raises(InputError, match="one sentence"):
        model.translate([source, source], guidance=Guidance({None: (0,)}))


@pytest.mark.slow
@pytest.mark.parametrize("name", ATTENDING)
def test_without_attention_the_source_hardly_matters(name: str, learnt: Any) -> None:
    model, _ = learnt(name)
    blind = Guidance(attention=False)
    right = 0
    for source, target in PAIRS:
        found = model.translate([model.read(source)], guidance=blind)[0]
        right += found.target.text == target
    assert right < 30


@pytest.mark.slow
def test_the_fixed_model_shows_its_one_vector(learnt: Any) -> None:
    model, _ = learnt("fixed")
    source = model.read("The cat sleeps.")
    found = model.translate([source])[0]
    assert found.trace.sites == ()
    states, last = (found.trace.outputs[name].value() for name in ("states", "last"))
    half = RECURRENT["hidden"] // 2
    assert states.shape == (len(source.tokens), 2 * half)
    torch.testing.assert_close(last, torch.cat([states[-1, :half], states[0, half:]])[None])


@pytest.mark.slow
def test_steps_of_a_network_that_scores_say_so(learnt: Any) -> None:
    model, _ = learnt("additive")
    found = model.translate([model.read("The cat sleeps.")])[0]
    with pytest.raises(InputError, match="no queries and keys"):
        model.values(found.source, found.target, "decoder.1.cross")
    general, _ = learnt("general")
    found = general.translate([general.read("The cat sleeps.")])[0]
    values = general.values(found.source, found.target, "decoder.1.cross")
    assert values.value.shape == (1, len(found.source.tokens), RECURRENT["hidden"])


@pytest.mark.parametrize("name", ["additive", "transformer"])
def test_multiplications_of_reading_are_those_that_are_done(name: str, processor: Any) -> None:
    network = untrained(name, processor).eval()
    for tokens in (4, 32):
        ids = torch.ones(1, tokens, dtype=torch.long)
        counter = FlopCounterMode(display=False)
        with torch.inference_mode(), sdpa_kernel(SDPBackend.MATH), counter:  # product by product
            network.read(ids)
        assert network.steps(tokens) == (tokens if name == "additive" else 2)
        done = counter.get_total_flops() // 2  # one of each two is an addition
        if name == "transformer":  # the counter does not look into a recurrent kernel
            assert network.multiplications(tokens) == done
    hidden, embedding = RECURRENT["hidden"] // 2, RECURRENT["embedding"]
    if name == "additive":
        assert network.multiplications(5) == 5 * 2 * 3 * hidden * (embedding + hidden)


def test_reading_grows_and_others_do_not_say_how(processor: Any) -> None:
    class Model:
        name, network = "tiny", untrained("transformer", processor).eval()

        def read(self, text: str) -> Any:
            return type("Text", (), {"ids": [5, 6, 7]})

    found = growth(Model(), "a b c")
    assert [each.tokens for each in found] == list(LENGTHS)
    assert all(each.milliseconds > 0 and each.steps == 2 for each in found)
    assert found[-1].multiplications > 64 * found[0].multiplications  # faster than its length
    Model.network = torch.nn.Linear(1, 1)
    with pytest.raises(InputError, match="what reading costs tiny is not counted"):
        growth(Model(), "a")
