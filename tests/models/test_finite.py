"""Weights that make a NaN, or a number that its format does not hold: a sentence, and no result."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from foveate.models.analysis.gates import maps
from foveate.models.analysis.steps import steps
from foveate.models.attention import LARGEST, Gate, QueryKey
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.errors import InputError, NotFinite
from foveate.models.inputs.photo import Photo
from foveate.models.translation.result import decoding_steps
from foveate.models.zoo.image.selfie_segmentation import SelfieSegmentation
from foveate.models.zoo.image.vit import VisionTransformer
from foveate.models.zoo.translation.translator import Translator
from tests.zoo.families import opened

SITE = "decoder.1.channel"


@pytest.fixture(scope="module")
def broken() -> Iterator[Translator]:
    """A translator whose output layer has one NaN: all that it records is right."""
    model: Translator = load(Catalog()["additive-en-fr"])
    _, bias = model.network.output(None)
    kept = bias[7].item()
    with torch.inference_mode():
        bias[7] = torch.nan
    assert model.network.output(None)[1].isnan().any()
    yield model
    with torch.inference_mode():
        bias[7] = kept


@pytest.mark.parametrize("beam", [1, 4])
def test_a_translator_writes_no_nan(broken: Translator, beam: int) -> None:
    with pytest.raises(NotFinite, match="what the model would write next came out as NaN"):
        broken.translate([broken.read("A cat sleeps.")], beam)


def test_nor_is_a_translation_forced(broken: Translator) -> None:
    with pytest.raises(NotFinite, match="what the model would write next"):
        broken.force(broken.read("A cat sleeps."), broken.read_target("Un chat dort."))


@pytest.mark.parametrize("bad", [torch.nan, torch.inf])
def test_steps_have_finite_logits(bad: float) -> None:
    logits = torch.tensor([[0.5, -torch.inf, 1.0]])  # the second may not be written
    (step,) = decoding_steps(logits, [2], None, str)
    assert step.token.probability == pytest.approx(0.6225, abs=1e-4)
    with pytest.raises(NotFinite):
        decoding_steps(logits.index_fill(1, torch.tensor(0), bad), [2], None, str)


@pytest.fixture
def tiny(tmp_path: Path) -> VisionTransformer:
    return opened("vit", tmp_path)


def test_values_are_finite_where_they_are_gone_through(tiny: VisionTransformer, cat: Photo) -> None:
    site = tiny.trace(cat, 224).sites[-1]
    values = tiny.values(cat, 224, site.name)
    assert steps(site, 0, 0, values).output.isfinite().all()
    for name in ("value", "weight"):
        wrong = getattr(values, name).clone()
        wrong[0, 0] = torch.nan
        with pytest.raises(NotFinite, match=f"at {site.name} came out as NaN"):
            steps(site, 0, 0, replace(values, **{name: wrong}))


def test_a_patch_has_a_finite_token(tiny: VisionTransformer, cat: Photo) -> None:
    assert tiny.embedding(cat, 224, (0, 0), 0).projected.isfinite().all()
    tiny.model.embeddings.patch_embeddings.projection.weight.data[3, 0, 0, 0] = torch.nan
    with pytest.raises(NotFinite, match="the token of a patch came out as NaN"):
        tiny.embedding(cat, 224, (0, 0), 0)


def test_parts_have_finite_pictures(selfie: SelfieSegmentation, astronaut: Photo) -> None:
    wrong = deepcopy(selfie)
    [*wrong.network.parameters()][-1].data.fill_(torch.nan)
    with pytest.raises(NotFinite, match="the map of .* came out as NaN"):
        wrong.pictures(astronaut, 224)


def test_a_map_that_float16_does_not_hold_is_not_given(
    selfie: SelfieSegmentation, astronaut: Photo
) -> None:
    trace = selfie.trace(astronaut, 224)
    site = trace.site(SITE)
    assert isinstance(site.attention, Gate)
    assert site.attention.given is not None
    large = replace(site.attention, given=(site.attention.given.float() + 1e5).half())
    sites = [replace(each, attention=large) if each is site else each for each in trace.sites]
    with pytest.raises(NotFinite, match=f"the map of {SITE} in float16 came out as NaN or inf"):
        maps(replace(trace, sites=tuple(sites)), SITE, "x", [0])


def test_queries_that_float16_does_not_hold_are_not_sent() -> None:
    query = torch.randn(2, 5, 4)
    assert QueryKey(query, query, 1.0).half().isfinite().all()
    assert QueryKey(query * 0 + LARGEST, query, 1.0).half().isfinite().all()
    with pytest.raises(InputError, match="go up to 70000, and float16 holds no number over 65504"):
        QueryKey(query * 0 - 70_000, query, 1.0).half()
