"""Real parts for every test: the sample photos, and the default model loaded once."""

from __future__ import annotations

import pytest
import torch

from models.catalog.catalog import Catalog
from models.catalog.load import load
from models.inputs.photo import Photo, read_photo
from models.zoo.image.dinov2 import Dinov2
from tests.photos import sample_bytes


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


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
