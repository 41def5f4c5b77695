"""A patch embedding is a matrix product, and bfloat16 agrees with float32 at every shape."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from transformers import Dinov2Config, Dinov2Model, ViTConfig, ViTModel

from foveate.models.axis import Crop, Grid
from foveate.models.errors import NotFinite
from foveate.models.inputs.photo import Photo
from foveate.models.inputs.preparation import Preparation
from foveate.models.trace import Deferred, Trace
from foveate.models.zoo.embedding import PatchEmbedding, embed_by_products, product
from foveate.models.zoo.image.dinov2 import Dinov2
from foveate.models.zoo.image.vit import VisionTransformer

MOST = 16  # patches along the long side at 224 pixels
SHAPES = [(rows, MOST) for rows in range(1, MOST)] + [(MOST, n) for n in range(1, MOST + 1)]
SHAPES += [shape for n in (32, 46) for shape in ((n, 1), (n, 2), (1, n))]  # at 448 and 644


@pytest.mark.parametrize("shape", [(1, 1), (1, 16), (16, 1), (2, 1), (5, 7)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_product_is_the_convolution(shape: tuple[int, int], dtype: torch.dtype) -> None:
    convolution = nn.Conv2d(3, 24, 14, 14)
    pixels = torch.randn(2, 3, *(14 * n for n in shape))
    expected = convolution(pixels)
    found = PatchEmbedding(convolution).to(dtype)(pixels.to(dtype))
    assert found.shape == (2, 24, *shape)
    tolerance = 1e-5 if dtype == torch.float32 else 0.02
    torch.testing.assert_close(found.float(), expected, atol=tolerance, rtol=tolerance)


def test_a_tubelet_is_embedded_the_same_way_and_what_is_too_much_is_left_out() -> None:
    convolution = nn.Conv3d(3, 8, (2, 4, 4), (2, 4, 4))
    clip = torch.randn(1, 3, 5, 9, 6)
    expected = convolution(clip)
    torch.testing.assert_close(PatchEmbedding(convolution)(clip), expected, atol=1e-5, rtol=1e-5)


def test_a_convolution_that_overlaps_pads_or_has_groups_stays_one() -> None:
    kept = nn.Sequential(
        nn.Conv2d(4, 4, 3, 1), nn.Conv2d(4, 4, 2, 2, padding=1), nn.Conv2d(4, 4, 2, 2, groups=2),
        nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 2, 2, dilation=2),
    )  # fmt: skip
    assert not [m for m in embed_by_products(kept).modules() if isinstance(m, PatchEmbedding)]


def test_a_model_of_somebody_s_own_is_embedded_so_and_stays_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    live = ViTModel(ViTConfig(**sizes, patch_size=16, image_size=224)).eval()
    modules = list(live.modules())
    made: list[Tensor] = []

    def noted(*given: Any) -> Tensor:
        made.append(product(*given))
        return made[-1]

    monkeypatch.setattr("foveate.models.zoo.embedding.product", noted)
    shown = VisionTransformer.of(live, Preparation.read({"do_normalize": False}))
    pixels = torch.rand(1, 3, 16, 64)
    shown.trace_pixels(pixels, Grid(1, 4, 16), Crop(0, 0, 64, 16))
    convolution = live.embeddings.patch_embeddings.projection
    torch.testing.assert_close(made[0], convolution(pixels), atol=1e-5, rtol=1e-5)
    assert list(live.modules()) == modules


@pytest.mark.parametrize("family", ["vit", "dinov2"])
def test_every_model_of_a_folder_is_embedded_by_products(family: str, tmp_path: Path) -> None:
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "patch_size": 16}
    sizes |= {"image_size": 224}
    config, kind = {"vit": (ViTConfig, ViTModel), "dinov2": (Dinov2Config, Dinov2Model)}[family]
    whole = kind(config(**sizes)).eval()
    whole.save_pretrained(tmp_path)
    model = VisionTransformer("mine", tmp_path, torch.float32)
    modules = list(model.model.modules())
    assert any(isinstance(module, PatchEmbedding) for module in modules)
    assert not any(isinstance(module, nn.Conv2d) for module in modules)
    pixels = torch.randn(1, 3, 224, 16)
    with torch.inference_mode():
        options = {"interpolate_pos_encoding": True} if family == "vit" else {}
        found, expected = (m.embeddings(pixels, **options) for m in (model.model, whole))
        torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)


@pytest.mark.slow
def test_bfloat16_agrees_with_float32_over_all_aspect_ratios(
    dinov2: Dinov2, dinov2_bfloat16: Dinov2, cat: Photo
) -> None:
    for rows, columns in SHAPES:
        size = columns * 40, rows * 40
        photo = replace(cat, image=cat.image.resize(size), width=size[0], height=size[1])
        resolution = 14 * max(rows, columns)
        exact, found = (m.trace(photo, resolution) for m in (dinov2, dinov2_bfloat16))
        assert exact.photo.grid == Grid(rows, columns, 14)
        for one, two in zip(exact.sites[::11], found.sites[::11], strict=True):
            wrong = (one.weights() - two.weights()).abs().sum(-1)  # 2 where nothing is shared
            assert wrong.mean() < 0.04, (rows, columns, one.name)
        maps = exact.outputs["saliency"].value(), found.outputs["saliency"].value()
        assert (maps[0] - maps[1]).abs().mean() < 0.015, (rows, columns)


def test_numbers_that_are_not_finite_are_a_sentence_and_no_trace(tmp_path: Path) -> None:
    config = ViTConfig(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, image_size=32)
    ViTModel(config).save_pretrained(tmp_path)
    model = VisionTransformer("mine", tmp_path, torch.float32)
    pixels, grid = torch.randn(1, 3, 32, 32), Grid(2, 2, 16)
    assert isinstance(model.trace_pixels(pixels, grid, Crop(0, 0, 32, 32)), Trace)
    pixels[0, 0, 0, 0] = torch.nan
    with pytest.raises(NotFinite, match="what mine computed at encoder.1.self came out as NaN"):
        model.trace_pixels(pixels, grid, Crop(0, 0, 32, 32))


def test_a_site_that_is_not_finite_makes_no_trace(dinov2: Dinov2) -> None:
    photo = Photo(Image.new("RGB", (32, 32)), 32, 32, "")
    trace = dinov2.trace(photo, 224)
    broken = replace(
        trace.sites[3].query_key, key=torch.full_like(trace.sites[3].query_key.key, torch.inf)
    )
    with pytest.raises(NotFinite, match="at encoder.4.self came out as NaN or infinity"):
        replace(trace, sites=(replace(trace.sites[3], attention=broken),))


def test_an_output_that_is_not_finite_is_not_given() -> None:
    assert Deferred(lambda: torch.ones(3), 12).value().sum() == 3
    with pytest.raises(NotFinite, match="an output of the model came out as NaN"):
        Deferred(lambda: torch.tensor([1, torch.nan]), 8).value()
