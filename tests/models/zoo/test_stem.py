"""The vision lab's stem: the first stages of EfficientNet-Lite0, as float16, one for all."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from foveate.models.errors import WeightsError
from foveate.models.weights.cache import file_sha256
from foveate.models.weights.folder import TRAINED
from foveate.models.weights.source import MODEL_FILE
from foveate.models.zoo.image.efficientnet_lite import Lite0
from foveate.models.zoo.image.stem import FOLDER, Stem, stem, take


def test_it_is_the_first_five_stages(tmp_path: Path) -> None:
    torch.manual_seed(0)
    whole = Lite0().eval()
    save_file(whole.state_dict(), tmp_path / MODEL_FILE)
    take(tmp_path, tmp_path / "stem", Stem())
    half = load_file(tmp_path / "stem" / MODEL_FILE)
    made = Stem()
    made.load_state_dict({name: each.float() for name, each in half.items()})
    pixels = torch.randn(1, 3, 224, 224)
    with torch.inference_mode():
        maps = whole.stem(pixels)
        for stage in whole.stages[:5]:
            maps = stage(maps)
        found = made(pixels)
    assert found.shape == (1, 112, 14, 14)
    torch.testing.assert_close(found, maps, rtol=0.02, atol=0.02 * float(maps.abs().max()))


def test_it_is_loaded_once_and_only_with_its_checksum() -> None:
    sha256 = file_sha256(TRAINED / FOLDER / MODEL_FILE)
    assert stem(sha256) is stem(sha256)
    with pytest.raises(WeightsError, match="SHA-256"):
        stem("0" * 64)
