"""The translator that several tests share, and Bahdanau's sentence through it."""

from __future__ import annotations

import pytest

from models.catalog import Catalog, load
from models.translation import Translation
from models.zoo.bergamot import Bergamot
from tests.models.bergamot import AGREEMENT, translated


@pytest.fixture(scope="module")
def model() -> Bergamot:
    return load(Catalog()["bergamot-en-pt"])


@pytest.fixture(scope="module")
def agreement(model: Bergamot) -> Translation:
    return translated(model, AGREEMENT)
