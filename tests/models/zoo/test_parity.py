"""The default model against independent runs of the same weights."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import Tensor

from foveate.models.analysis.heatmap import heatmap
from foveate.models.axis import Crop, Grid
from foveate.models.catalog.catalog import Catalog
from foveate.models.inputs.patches import cut, fit, pixel_values
from foveate.models.inputs.photo import read_photo
from foveate.models.inputs.preparation import IMAGENET_MEAN, IMAGENET_STD
from foveate.models.weights.source import WheelSource
from foveate.models.weights.wheel import wheel_file
from foveate.models.zoo.image.dinov2 import Dinov2
from tests.photos import sample_bytes, sample_names

pytestmark = pytest.mark.slow

GRID = Grid(16, 16, 14)
WHOLE = Crop(0, 0, 224, 224)


def square_pixels(name: str) -> Tensor:
    """A sample's middle square at 224 x 224: the only size the reference file takes."""
    photo = read_photo(sample_bytes(name))
    side = min(photo.width, photo.height)
    crop = Crop((photo.width - side) / 2, (photo.height - side) / 2, side, side)
    return pixel_values(cut(photo, crop, 224, 224), IMAGENET_MEAN, IMAGENET_STD)


@pytest.fixture(scope="module")
def reference() -> Iterator[onnxruntime.InferenceSession]:
    """The file as its author published it, its twelve Softmax nodes exposed as outputs."""
    source = Catalog()["dinov2-small"].source
    assert isinstance(source, WheelSource)
    file = wheel_file("dinov2-small", source)
    model = onnx.load(file)
    softmax = [node.output[0] for node in model.graph.node if node.op_type == "Softmax"]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in softmax)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "exposed.onnx"
        onnx.save(model, path)
        yield onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("name", sample_names())
def test_weights_and_saliency_equal_onnx_runtime(
    name: str, dinov2: Dinov2, reference: onnxruntime.InferenceSession
) -> None:
    pixels = square_pixels(name)
    saliency, *expected = reference.run(None, {"input_image": pixels.numpy()})
    trace = dinov2.trace_pixels(pixels, GRID, WHOLE)
    assert len(trace.sites) == len(expected) == 12
    assert trace.photo.notes == ()
    for site, weights_there in zip(trace.sites, expected, strict=True):
        np.testing.assert_allclose(site.weights().numpy(), weights_there[0], rtol=0, atol=1e-4)
    np.testing.assert_allclose(trace.outputs["saliency"].value(), saliency[0, 0], rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", sample_names())
def test_bfloat16_keeps_the_picture(name: str, dinov2: Dinov2, dinov2_bfloat16: Dinov2) -> None:
    photo = read_photo(sample_bytes(name))
    exact, fast = dinov2.trace(photo, 448), dinov2_bfloat16.trace(photo, 448)
    for site, same in zip(exact.sites, fast.sites, strict=True):
        maps = [heatmap(s.weights("mean", 0), s.key).flatten() for s in (site, same)]
        assert torch.corrcoef(torch.stack(maps))[0, 1] > 0.99, site.name


def test_recording_changes_nothing_in_the_output(dinov2: Dinov2) -> None:
    pixels = square_pixels("cat")
    with torch.inference_mode():
        dinov2.model.set_attn_implementation("sdpa")
        bare = dinov2.forward(pixels)
        dinov2.model.set_attn_implementation("foveate")
        silent = dinov2.forward(pixels)
    trace = dinov2.trace_pixels(pixels, GRID, WHOLE)
    assert torch.equal(bare.last_hidden_state, silent.last_hidden_state)
    saliency = dinov2.outputs(bare, GRID, WHOLE)["saliency"]
    assert torch.equal(trace.outputs["saliency"].value(), saliency.value())
    assert torch.equal(trace.outputs["features"].value(), bare.last_hidden_state[:, 0].float())


@pytest.mark.parametrize("resolution", [224, 448])
def test_weights_equal_transformers_eager_ones_on_a_photo_that_is_not_square(
    dinov2: Dinov2, resolution: int
) -> None:
    photo = read_photo(sample_bytes("cat"))
    grid, crop = fit(photo.width, photo.height, resolution, 14)
    assert grid.rows != grid.columns
    image = cut(photo, crop, grid.columns * 14, grid.rows * 14)
    pixels = pixel_values(image, IMAGENET_MEAN, IMAGENET_STD)
    dinov2.model.set_attn_implementation("eager")
    with torch.inference_mode():
        eager = dinov2.model(pixels, output_attentions=True).attentions
    dinov2.model.set_attn_implementation("foveate")
    trace = dinov2.trace(photo, resolution)
    for site, expected in zip(trace.sites, eager, strict=True):
        assert (site.weights() - expected[0]).abs().max() < 1e-4
