"""Every encoder-decoder of transformers: its words and weights against transformers' own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from foveate.models.analysis.steps import steps
from foveate.models.catalog.adding import draft, unknown
from foveate.models.catalog.load import load
from foveate.models.errors import WeightsError
from foveate.models.translation.guidance import Guidance
from foveate.models.translation.result import Live
from foveate.models.translation.search import limit
from foveate.models.zoo.translation.encoder_decoder import EncoderDecoder
from tests.zoo.translators import SENTENCE, TINY, difference, generated, tiny_translator

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.mark.parametrize("family", TINY)
def test_words_and_weights_are_transformers_own(family: str, tmp_path: Path) -> None:
    model, own = tiny_translator(family, tmp_path)
    source = model.read(SENTENCE)
    assert [word.text for word in source.words if not word.special] == SENTENCE.split()
    assert not any(token.unknown for token in source.tokens)
    (greedy,) = model.translate([source])
    assert greedy.target.ids == generated(model, own, source.ids, limit(source.tokens))
    assert len(set(greedy.target.ids)) > 1  # else any fault might pass
    start = model.network.first
    assert difference(tmp_path, greedy, start) < 1e-5
    (beamed,) = model.translate([source], beam=3)
    assert difference(tmp_path, beamed, start) < 1e-5
    best = beamed.tree[beamed.path[-1]].score
    assert best == pytest.approx(
        sum(torch.tensor(step.token.probability).log().item() for step in beamed.steps), abs=1e-3
    )
    forced = model.force(source, model.read_target("the mat"))
    assert forced.target.ids[-1] == model.end
    assert difference(tmp_path, forced, start) < 1e-5
    together = model.translate([source, model.read("the mat")])
    assert together[0].target == greedy.target
    for one, other in zip(together[0].trace.sites, greedy.trace.sites, strict=True):
        torch.testing.assert_close(one.weights(), other.weights(), atol=5e-5, rtol=0)
    assert together[1].target == model.translate([model.read("the mat")])[0].target


@pytest.fixture(scope="module")
def t5(tmp_path_factory: pytest.TempPathFactory) -> EncoderDecoder:
    return tiny_translator("t5", tmp_path_factory.mktemp("t5"))[0]


def test_its_steps_end_in_what_its_own_layers_give(t5: EncoderDecoder) -> None:
    source, target = t5.read(SENTENCE), t5.read_target("le chat")
    trace = t5.force(source, target).trace
    for site in trace.sites:
        (module,) = (m for m, place in t5.places.items() if place.name == site.name)
        made: list[torch.Tensor] = []
        handle = module.o.register_forward_hook(lambda _, __, out, made=made: made.append(out[0]))
        values = t5.values(source, target, site.name)
        handle.remove()
        worked = steps(site, 1, 1, values).layer_output
        torch.testing.assert_close(worked, made[0][1], atol=1e-5, rtol=0)


def test_pins_limit_what_a_step_sees_and_attention_can_be_off(t5: EncoderDecoder) -> None:
    source = t5.read(SENTENCE)
    for beam in (1, 2):
        (pinned,) = t5.translate([source], beam, guidance=Guidance({None: (1, 3)}))
        weights = pinned.trace.site("decoder.2.cross").weights()
        torch.testing.assert_close(weights[..., [1, 3]].sum(-1), torch.ones(weights.shape[:2]))
    (off,) = t5.translate([source], guidance=Guidance(attention=False))
    other = t5.read("the mat")
    (same,) = t5.translate([other], guidance=Guidance(attention=False))
    both = min(len(off.target.ids), len(same.target.ids))
    assert off.target.ids[:both] == same.target.ids[:both]  # the source is not seen
    assert off.steps[0].entropy == pytest.approx(same.steps[0].entropy, abs=1e-5)


def test_a_watcher_sees_each_step_as_it_happens(t5: EncoderDecoder) -> None:
    seen: list[Live] = []
    (found,) = t5.translate([t5.read(SENTENCE)], watch=seen.append)
    assert [live.step.token.id for live in seen] == found.target.ids
    last = found.trace.site("decoder.2.cross").weights()[:, -1]
    torch.testing.assert_close(seen[-1].weights["decoder.2.cross"], last)


def test_a_model_of_many_languages_writes_the_one_of_its_card(tmp_path: Path) -> None:
    model, _ = tiny_translator("m2m_100", tmp_path)
    assert model.read("the cat").labels[0] == "__en__"
    assert model.translate([model.read("the cat")])[0].target.labels[0] == "__fr__"
    other = EncoderDecoder("mine", tmp_path, torch.float32, ("fr", "pt"))
    assert other.read("the cat").labels[0] == "__fr__"
    assert other.translate([other.read("the cat")])[0].target.labels[0] == "__pt__"
    with pytest.raises(WeightsError, match=r"no language 'xx': give one .*__"):
        EncoderDecoder("mine", tmp_path, torch.float32, ("en", "xx"))
    settings = json.loads((tmp_path / "tokenizer_config.json").read_text())
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings | {"tgt_lang": None}))
    with pytest.raises(WeightsError, match="writes many languages: say which two"):
        EncoderDecoder("mine", tmp_path, torch.float32)
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n")
    source = {"kind": "folder", "path": str(tmp_path)}
    assert unknown(tmp_path, {}) == ["languages"]
    card = draft(tmp_path, source, {"languages": "en, pt"})
    assert (card.task, card.zoo) == ("translation", "encoder_decoder:EncoderDecoder")
    assert card.languages == ("en", "pt")
    assert load(card).translate([other.read("the cat")])[0].target.labels[0] == "__pt__"
