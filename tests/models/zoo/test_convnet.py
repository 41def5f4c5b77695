"""ResNet and ConvNeXt from folders, as transformers' own classes have them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers as hub

import foveate
from foveate.models.analysis.verdict import verdict
from foveate.models.errors import Unrecordable, WeightsError
from foveate.models.inputs.photo import Photo
from foveate.models.inputs.preparation import Preparation
from foveate.models.zoo.image.convnet import CHAINS, ConvNet
from foveate.models.zoo.image.convolutional import Convolutional

pytestmark = pytest.mark.usefixtures("one_thread")
NAMES = ("cat", "dog", "ship", "tree", "house")
LABELS = {"num_labels": 5, "id2label": dict(enumerate(NAMES))}
RESNET = {"embedding_size": 8, "hidden_sizes": [8, 16, 24, 32]} | LABELS


def _bottleneck() -> Any:
    return hub.ResNetConfig(**RESNET, depths=[1, 2, 1, 1])


def _basic() -> Any:
    return hub.ResNetConfig(**RESNET, depths=[2, 1, 1, 1], layer_type="basic")


def _convnext() -> Any:
    sizes = {"hidden_sizes": [8, 16, 24, 32], "depths": [1, 2, 1, 1]}
    return hub.ConvNextConfig(**sizes, **LABELS, layer_scale_init_value=1.0)


@pytest.fixture(scope="module", params=[_bottleneck, _basic, _convnext])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("convnet")
    make: Callable[[], Any] = request.param
    model = hub.AutoModelForImageClassification.from_config(make())
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(std=0.1)
            module.running_var.uniform_(0.5, 1.5)
    model.save_pretrained(path)
    return path


@pytest.fixture(scope="module")
def model(folder: Path) -> ConvNet:
    return ConvNet("tiny", folder, torch.float32)


def test_logits_are_those_of_transformers(model: ConvNet, folder: Path, cat: Photo) -> None:
    reference = hub.AutoModelForImageClassification.from_pretrained(folder).eval()
    pixels, _, _ = model.pixels(cat, 224)
    with torch.inference_mode():
        torch.testing.assert_close(model.forward(pixels), reference(pixels).logits)
        best = NAMES[int(reference(pixels).logits.argmax())]
    assert verdict(model.trace(cat, 224))[0].label == best


def test_layers_are_as_large_as_is_said_and_see_no_more_than_their_box(model: ConvNet) -> None:
    pixels, maps = torch.rand(16, 3, 160, 160), torch.rand(1, 3, 160, 160)
    views = model.views(160, 160)
    for name, view in views.items():
        maps = model.chain.layers[name](maps)
        assert maps.shape[2:] == (view.grid.rows, view.grid.columns), name
    name = "stage2.1"
    row = column = views[name].grid.rows // 2
    left, top, right, bottom = views[name].box(row, column)
    assert 0 < left < right < 160
    with torch.inference_mode():
        unit = model.chain.until(name, pixels)[:, :, row, column]
        inside = torch.zeros(160, 160)
        inside[top:bottom, left:right] = 1
        alone = model.chain.until(name, pixels * inside)[:, :, row, column]
        narrower = inside.clone()
        narrower[top] = 0
        less = model.chain.until(name, pixels * narrower)[:, :, row, column]
    torch.testing.assert_close(alone, unit)
    assert not torch.equal(less, unit)


def test_it_has_class_maps_and_shares(model: ConvNet, cat: Photo) -> None:
    for layer in (model.layer(None), "stage1.1"):
        grid = model.layers(cat, 224)[layer].grid
        found = model.class_map(cat, 224, "hirescam", 2, layer)
        assert found.shape == (grid.rows, grid.columns)
        assert model.unit_share(cat, 224, layer, 1, 1).sum() == pytest.approx(1)


@pytest.mark.parametrize(("early", "size"), [(True, 483), (False, 427)])
def test_resnet_50_has_the_published_size(early: bool, size: int) -> None:
    """483 pixels in Araujo et al. 2019, where all 3 x 3 kernels of a stage are on its own grid."""
    with torch.device("meta"):
        config = hub.ResNetConfig(downsample_in_bottleneck=early)
        network = hub.AutoModelForImageClassification.from_config(config)
    model = Convolutional("resnet-50", network, CHAINS["resnet"].build(network), (), Preparation())
    assert model.views(224, 224)[model.layer(None)].rows.size == size


def test_a_folder_is_opened_in_python(folder: Path, cat: Photo) -> None:
    view = foveate.open(folder, "float32").trace(cat, resolution=224)
    assert isinstance(view, foveate.PhotoView)
    assert sorted(each.label for each in view.verdict()) == sorted(NAMES)
    assert sum(each.probability for each in view.verdict()) == pytest.approx(1)


def test_another_architecture_and_a_folder_without_classifier_are_refused(tmp_path: Path) -> None:
    hub.ViTConfig(num_hidden_layers=1).save_pretrained(tmp_path)
    with pytest.raises(Unrecordable, match="mine is a vit, and resnet and convnext are known"):
        ConvNet("mine", tmp_path, torch.float32)
    hub.ResNetModel(_basic()).save_pretrained(tmp_path)
    with pytest.raises(WeightsError, match="lacks weights the architecture needs"):
        ConvNet("mine", tmp_path, torch.float32)
