"""Class maps and receptive fields of a real network, at random: they hold whatever the weights."""

from __future__ import annotations

import pytest
import torch

from foveate.models.analysis.cam import METHODS, CamMethod
from foveate.models.analysis.receptive import deviation
from foveate.models.errors import InputError
from foveate.models.inputs.photo import Photo
from foveate.models.zoo.base import ConvolutionalModel
from foveate.models.zoo.image.efficientnet_lite import EfficientNetLite
from tests.zoo import lite0

pytestmark = pytest.mark.usefixtures("one_thread")
CLASS = 285


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> EfficientNetLite:
    torch.manual_seed(0)
    return lite0.converted(lite0.random_state(), tmp_path_factory.mktemp("lite0"))


def test_it_offers_what_a_convolutional_model_does(model: EfficientNetLite) -> None:
    assert isinstance(model, ConvolutionalModel)
    assert list(model.chain.layers)[:3] == ["stem", "stage1.1", "stage2.1"]
    assert (len(model.chain.layers), model.layer(None)) == (18, "head")
    with pytest.raises(InputError, match=r"layer 'stage9' is not in random: it has stem, stage1"):
        model.layer("stage9")


@pytest.mark.parametrize("layer", ["stage2.2", "stage5.1", "head"])
@pytest.mark.parametrize("method", METHODS)
def test_a_class_map_is_on_the_grid_of_its_layer(
    method: CamMethod, layer: str, model: EfficientNetLite, cat: Photo
) -> None:
    found = model.class_map(cat, 224, method, CLASS, layer)
    grid = model.layers(cat, 224)[layer].grid
    assert found.shape == (grid.rows, grid.columns)
    assert found.std() > 0
    assert method == "hirescam" or found.min() >= 0


def test_hirescam_of_the_last_layer_sums_to_the_logit_less_its_bias(
    model: EfficientNetLite, cat: Photo
) -> None:
    pixels, _, _ = model.pixels(cat, 224)
    logit = float(model.forward(pixels)[0, CLASS])
    bias = float(model.network.get_parameter("classifier.bias")[CLASS])
    found = model.class_map(cat, 224, "hirescam", CLASS, "head")
    assert float(found.sum()) == pytest.approx(logit - bias, abs=1e-4)
    rectified = model.class_map(cat, 224, "grad-cam", CLASS, "head")
    torch.testing.assert_close(rectified, found.relu(), rtol=1e-4, atol=1e-6)


def test_grids_are_those_that_the_layers_make(model: EfficientNetLite) -> None:
    maps = torch.rand(1, 3, 96, 160)
    for name, view in model.views(96, 160).items():
        maps = model.chain.layers[name](maps)
        assert maps.shape[2:] == (view.grid.rows, view.grid.columns), name
        assert view.grid.patch_size * view.grid.rows == 96


@pytest.mark.parametrize(("layer", "row", "column"), [("stem", 30, 0), ("stage3.2", 11, 20)])
def test_a_unit_moves_with_its_box_and_with_no_pixel_more(
    layer: str, row: int, column: int, model: EfficientNetLite
) -> None:
    """Every pixel of the box is changed apart from the rest, then the rest apart from the box."""
    pixels = torch.rand(1, 3, 320, 320)
    left, top, right, bottom = model.views(320, 320)[layer].box(row, column)
    inside = torch.zeros(320, 320, dtype=torch.bool)
    inside[max(top, 0) : bottom, max(left, 0) : right] = True
    with torch.inference_mode():
        unit = model.chain.until(layer, pixels)[0, :, row, column]
        without = model.chain.until(layer, pixels * inside)[0, :, row, column]
        torch.testing.assert_close(without, unit, rtol=0, atol=1e-5)
        for edge in ((max(top, 0), left + 2), (bottom - 1, left + 2), (top + 2, right - 1)):
            moved = pixels.clone()
            moved[0, :, edge[0], max(edge[1], 0)] += 9
            assert (model.chain.until(layer, moved)[0, :, row, column] - unit).abs().max() > 1e-7


def test_the_share_of_a_unit_lies_in_its_box_and_grows_with_depth(
    model: EfficientNetLite, cat: Photo
) -> None:
    views, spread = model.layers(cat, 224), []
    for layer, (row, column) in {
        "stem": (50, 60),
        "stage3.1": (12, 15),
        "stage5.1": (6, 7),
    }.items():
        share = model.unit_share(cat, 224, layer, row, column)
        left, top, right, bottom = views[layer].box(row, column)
        inside = share[max(top, 0) : bottom, max(left, 0) : right]
        assert float(inside.sum()) == pytest.approx(float(share.sum())) == pytest.approx(1)
        spread.append(deviation(share)[0])
    assert spread == sorted(spread)
    assert 4 * spread[-1] < views["stage5.1"].rows.size


def test_one_channel_sees_other_pixels_than_all_and_must_be_there(
    model: EfficientNetLite, cat: Photo
) -> None:
    every = model.unit_share(cat, 224, "stage3.1", 12, 15)
    assert not torch.equal(model.unit_share(cat, 224, "stage3.1", 12, 15, 3), every)
    with pytest.raises(InputError, match="row 28 is not in stage3.1: give a number from 0 to 19"):
        model.unit_share(cat, 224, "stage3.1", 28, 15)
    with pytest.raises(InputError, match="channel 40 is not in stage3.1: .* from 0 to 39"):
        model.unit_share(cat, 224, "stage3.1", 12, 15, 40)
