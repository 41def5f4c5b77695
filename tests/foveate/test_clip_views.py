"""A clip's saved view holds the numbers of its trace, and what it opens with."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import foveate
from foveate.models.attention import QueryKey
from foveate.models.errors import InputError
from foveate.models.inputs.clip import Clip
from foveate.models.inputs.photo import Photo
from foveate.models.zoo.clips import clip_model
from foveate.models.zoo.image.vit import VisionTransformer
from tests.zoo.clips import FRAMES, opened
from tests.zoo.tiny import tiny

KEPT = re.compile(r'data-kept="([^"]+)">([^<]*)<')


@pytest.fixture(scope="module")
def clip() -> Clip:
    """Noise."""
    noise = np.random.default_rng(0).integers(0, 256, (FRAMES, 48, 64, 3), np.uint8)
    photos = tuple(Photo(Image.fromarray(each), 64, 48, "") for each in noise)
    return Clip(photos, tuple(n / 10 for n in range(FRAMES)), FRAMES / 10)


@pytest.fixture(scope="module")
def view(clip: Clip, tmp_path_factory: pytest.TempPathFactory) -> foveate.ClipView:
    """Of a model of single pictures, which sees every frame alone."""
    folder = tiny("dinov2", tmp_path_factory.mktemp("tiny"))
    model = clip_model(VisionTransformer("tiny", folder, torch.float32))
    return foveate.ClipView(model.trace(clip, 224), clip, 224, "float32")


def kept(text: str) -> dict[str, bytes]:
    return {name: base64.b64decode(content) for name, content in KEPT.findall(text)}


def array(found: Mapping[str, bytes], name: str) -> Any:
    return np.load(io.BytesIO(found[name]))


def page(text: str) -> Any:
    return json.loads(text.split('id="page-data">')[1].split("</script>")[0])


def test_the_last_layer_is_kept_with_every_frame(view: foveate.ClipView) -> None:
    found = kept(view.html)
    last = view.sites[-1]
    assert set(found) == {f"qk {last.name}"} | {f"frame {n}" for n in range(FRAMES)}
    both = array(found, f"qk {last.name}")
    assert both.dtype == np.float16
    assert np.array_equal(both, last.query_key.half().numpy())
    assert Image.open(io.BytesIO(found["frame 3"])).size == (64, 48)
    assert [site["name"] for site in page(view.html)["trace"]["sites"]] == [last.name]


def test_layers_and_what_it_opens_with_are_chosen(view: foveate.ClipView, tmp_path: Path) -> None:
    chosen = {"site": view.sites[0].name, "head": "1", "query": "2,1,0", "colormap": "grey"}
    thing = {"frame": 2, "click": {"row": 1, "column": 0}}
    path = view.save(tmp_path / "x.html", layers=[1, 2], frame=5, thing=thing, **chosen)
    text = path.read_text()
    assert {f"qk {site.name}" for site in view.sites[:2]} < set(kept(text))
    assert page(text)["view"].items() >= {**chosen, "frame": 5}.items()
    soft = np.frombuffer(base64.b64decode(page(text)["thing"]["data"]), np.uint8)
    assert np.allclose(soft, view.propagate(**thing).flatten() * 255, atol=0.51)


def test_what_is_not_there_cannot_be_kept(view: foveate.ClipView) -> None:
    with pytest.raises(InputError, match=r"layers \[99\] are not all in this trace: choose of \[1"):
        view.document(layers=[99])
    with pytest.raises(InputError, match="is in none of the layers that are kept"):
        view.document(layers=[1], site=view.sites[1].name)
    with pytest.raises(InputError, match="head 99 is not in"):
        view.document(head="99")


def test_of_timesformer_a_layer_is_kept_in_time_in_space_and_as_their_product(
    clip: Clip, tmp_path: Path
) -> None:
    model = opened("timesformer", tmp_path)
    seen = foveate.ClipView(model.trace(clip, 224), clip, 224, "float32")
    found = kept(seen.document(layers=[2]))
    time, space, product = (site for site in seen.sites if site.layer == 2)
    for site in (time, space):
        windows = array(found, f"windows {site.name}").astype(int)
        inside = array(found, f"inside {site.name}")
        assert isinstance(site.attention, QueryKey)
        rows = site.weights()
        for window, entries in enumerate(windows):
            mine = rows[:, entries][:, :, entries]
            assert torch.allclose(torch.tensor(inside[window]).float(), mine, atol=1e-3)
    whole = torch.tensor(array(found, f"weights {product.name}")).float()
    assert torch.allclose(whole, product.weights(), atol=1e-3)


def test_nothing_but_what_it_holds_may_run_or_be_fetched(view: foveate.ClipView) -> None:
    policy = view.html.split('http-equiv="Content-Security-Policy" content="')[1].split('"')[0]
    assert policy.startswith("default-src &#39;none&#39;; script-src &#39;sha256-")
    assert "unsafe" not in policy
    assert "http" not in policy
