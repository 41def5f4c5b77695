"""Real parts for every test: the sample photos, and the default model loaded once."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import torch

from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.inputs.photo import Photo, read_photo
from foveate.models.weights.locate import is_cached
from foveate.models.zoo.image.dinov2 import Dinov2
from foveate.models.zoo.image.selfie_segmentation import SelfieSegmentation
from tests.photos import sample_bytes


def pytest_configure() -> None:
    """Of several processes of tests each computes with one thread, and what it starts too.

    Threads of two processes on two cores spin for each other: the same tests cost seven times as
    much processor time. The tests that measure run alone, with as many threads as there are cores.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


@pytest.fixture(scope="session", autouse=True)
def nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A user who has listed no models: what a developer has listed is no part of a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        yield


@pytest.fixture(scope="session")
def cat() -> Photo:
    return read_photo(sample_bytes("cat"))


@pytest.fixture(scope="session")
def dinov2() -> Dinov2:
    """The default model in float32, the precision the parity figures are stated in."""
    return load(Catalog()["dinov2-small"], "float32")


@pytest.fixture(scope="session")
def dinov2_bfloat16() -> Dinov2:
    return load(Catalog()["dinov2-small"], "bfloat16")


@pytest.fixture(scope="session")
def selfie() -> SelfieSegmentation:
    """The network whose gates the tests set: `make test` fetches it."""
    card = Catalog()["selfie-segmentation"]
    if not is_cached(card.name, card.source):
        pytest.skip("selfie-segmentation is not fetched here: foveate fetch selfie-segmentation")
    model: SelfieSegmentation = load(card, fetch=False)
    return model


@pytest.fixture(scope="session")
def astronaut() -> Photo:
    return read_photo(sample_bytes("astronaut"))


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
