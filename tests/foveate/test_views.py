"""What Python is offered: the numbers of a view are those of its trace, whatever it is of."""

from __future__ import annotations

import dataclasses
import html
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import foveate
from foveate.models.errors import InputError
from tests.photos import ROOT, sample_bytes

CAT = ROOT / "static" / "samples" / "cat.jpg"


@pytest.fixture(scope="module")
def model() -> foveate.Model:
    return foveate.open("dinov2-small", "float32", fetch=False)


@pytest.fixture(scope="module")
def view(model: foveate.Model) -> foveate.PhotoView:
    found = model.trace(CAT)
    assert isinstance(found, foveate.PhotoView)
    return found


def test_weights_of_a_head_sum_to_one(view: foveate.PhotoView) -> None:
    found = view.weights("encoder.11.self", head=0)
    assert found.shape == (177, 177)
    assert torch.allclose(found.sum(-1), torch.ones(177), atol=1e-5)
    assert np.asarray(found).dtype == np.float32


def test_a_query_is_a_number_or_a_place(view: foveate.PhotoView) -> None:
    by_place = view.weights("encoder.11.self", 0, "3,4")
    assert torch.equal(by_place, view.weights("encoder.11.self", 0, 1 + 3 * 16 + 4))
    whole = view.weights("encoder.11.self", 0)
    assert torch.allclose(by_place, whole[1 + 3 * 16 + 4], atol=1e-6)


def test_rollout_and_heatmap_are_on_the_grid(view: foveate.PhotoView) -> None:
    assert float(view.rollout("3,4").sum()) == pytest.approx(1, abs=1e-4)
    assert view.heatmap("3,4", head=2).shape == (11, 16)
    assert view.saliency().shape == (154, 224)


def test_statistics_are_of_every_head(view: foveate.PhotoView) -> None:
    found = view.statistics()
    assert len(found) == 12 * 6
    assert all(0 < head.entropy < np.log2(177) for head in found)


@pytest.mark.parametrize("kind", ["path", "bytes", "picture"])
def test_a_photo_is_a_path_bytes_or_a_picture(model: foveate.Model, kind: str) -> None:
    given = {"path": CAT, "bytes": sample_bytes("cat"), "picture": Image.open(CAT)}[kind]
    assert model.trace(given).sites[-1].name == "encoder.12.self"


def test_a_text_is_read_as_tokens() -> None:
    view = foveate.open("minilm", fetch=False).trace("The animal crossed.", pair="It was tired.")
    assert isinstance(view, foveate.TextView)
    assert view.tokens[:3] == ["[CLS]", "the", "animal"]
    assert view.weights(head="mean").shape == (len(view.tokens),) * 2


def test_a_translation_has_its_target() -> None:
    model = foveate.open("bergamot-en-pt", fetch=False)
    found, forced = model.trace("The black cat sat."), model.trace("A cat.", target="Um gato.")
    assert isinstance(found, foveate.TranslationView)
    assert isinstance(forced, foveate.TranslationView)
    assert "gato" in found.target.text
    assert forced.target.text == "Um gato."
    assert found.weights("decoder.2.cross", 0).shape == (
        len(found.target.tokens),
        len(found.source.tokens),
    )


def test_what_is_not_there_is_named(model: foveate.Model) -> None:
    with pytest.raises(InputError, match=r"'nothing' is no folder and not in the catalog: dino"):
        foveate.open("nothing")
    with pytest.raises(InputError, match="was given PosixPath"):
        foveate.open("minilm", fetch=False).trace(CAT)
    with pytest.raises(InputError, match="no-such-photo"):
        model.trace("no-such-photo.jpg")


def test_a_saved_view_needs_nothing_beside_it(view: foveate.PhotoView, tmp_path: Path) -> None:
    text = view.save(tmp_path / "view.html").read_text()
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert 'src="' not in text
    assert 'from ".' not in text


def test_a_saved_view_opens_as_it_is_asked_to(view: foveate.PhotoView, tmp_path: Path) -> None:
    path = view.save(tmp_path / "x.html", layers=[2, 3], layer=3, query="1,2", lens="filter")
    text = path.read_text()
    assert 'data-kept="qk encoder.3.self"' in text
    assert 'data-kept="qk encoder.4.self"' not in text
    assert '"lens": "filter"' in text
    with pytest.raises(InputError, match=r"layers \[13\] are not all in this trace"):
        view.document(layers=[13])


def test_a_saved_translation_marks_a_head_only_where_one_aligns() -> None:
    view = foveate.open("bergamot-en-pt", fetch=False).trace("The black cat sat.")
    assert isinstance(view, foveate.TranslationView)
    marked = '"aligner": {"head": 0, "site": "decoder.2.cross"}'
    assert marked in view.html
    assert '"aligner": null' in dataclasses.replace(view, aligner=None).document()


def test_a_frame_holds_the_whole_document(view: foveate.PhotoView) -> None:
    frame = view._repr_html_()
    assert html.unescape(frame.split('srcdoc="')[1].split('"')[0]) == view.html


def test_what_a_text_says_never_becomes_markup() -> None:
    view = foveate.open("minilm", fetch=False).trace("</script><script>alert(1)</script>")
    assert "<script>alert" not in view.html
