"""What several tests share: a translator, Bahdanau's sentence through it, the lab's vocabulary."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sentencepiece
import torch

from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.training import pairs
from foveate.models.translation.result import Translation
from foveate.models.zoo.translation.bergamot import Bergamot
from tests.models.bergamot import AGREEMENT, translated
from tests.models.en_fr import PAIRS


@pytest.fixture(scope="session")
def model() -> Bergamot:
    return load(Catalog()["bergamot-en-pt"])


@pytest.fixture(scope="session")
def agreement(model: Bergamot) -> Translation:
    return translated(model, AGREEMENT)


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Networks this small lose more by sharing their work than they gain."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lab") / "pieces.spm"
    pairs.train_vocabulary(PAIRS, path, 260)
    return path


@pytest.fixture(scope="session")
def processor(pieces: Path) -> sentencepiece.SentencePieceProcessor:
    return sentencepiece.SentencePieceProcessor(str(pieces))
