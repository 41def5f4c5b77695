"""No model convolves in bfloat16, where torch gives wrong numbers at some shapes.

Which shapes those are depends on the processor, so what is looked at is what reaches torch.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn import functional as F  # noqa: N812
from torch.overrides import TorchFunctionMode

from foveate.models.catalog.load import Precision, dtype
from foveate.models.zoo.image.vit import VisionTransformer
from foveate.models.zoo.video.transformer import VideoTransformer
from tests.zoo.clips import FRAMES, MADE, SIDE, saved
from tests.zoo.clips import WHOLE as CLIP
from tests.zoo.families import WHOLE, noise
from tests.zoo.tiny import TINY, tiny

# What keeps a convolution that no product can stand for; all others keep the faster bfloat16.
CONVOLVED = {"depth_anything", "detr", "segformer", "pvt_v2", "mobilevit", "mobilevitv2"}
CONVOLVED |= {"hiera", "regnet", "efficientnet"}
ASKED: tuple[Precision, ...] = ("auto", "bfloat16")


class Convolutions(TorchFunctionMode):
    """The dtypes of all convolutions inside it whose kernels are larger than one place."""

    KINDS = {getattr(F, f"conv{way}{n}d") for way in ("", "_transpose") for n in (1, 2, 3)}

    def __init__(self) -> None:
        super().__init__()
        self.found: list[torch.dtype] = []

    def __torch_function__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        if function in self.KINDS and max(args[1].shape[2:]) > 1:
            self.found.append(args[0].dtype)
        return function(*args, **(kwargs or {}))


@pytest.fixture(autouse=True)
def _native(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("foveate.models.catalog.load.native_bfloat16", lambda: True)


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("family", TINY)
def test_no_family_of_photos_convolves_in_bfloat16(
    family: str, asked: Precision, tmp_path: Path
) -> None:
    assert dtype(asked) is torch.bfloat16
    model = VisionTransformer(family, tiny(family, tmp_path), dtype(asked))
    with Convolutions() as convolutions:
        model.trace_pixels(*noise(model), WHOLE)
    convolved = family in CONVOLVED
    assert set(convolutions.found) == ({torch.float32} if convolved else set())
    assert model.precision == ("float32" if convolved else "bfloat16")


@pytest.mark.parametrize("family", MADE)
def test_no_family_of_clips_does(family: str, tmp_path: Path) -> None:
    made, config = MADE[family]
    model = VideoTransformer(family, saved(made(config()), tmp_path), dtype("auto"))
    with Convolutions() as convolutions:
        model.trace_pixels(torch.randn(1, FRAMES, 3, SIDE, SIDE), CLIP)
    assert (convolutions.found, model.precision) == ([], "bfloat16")


def test_its_weights_are_those_of_the_file_and_were_never_rounded(tmp_path: Path) -> None:
    folder = tiny("segformer", tmp_path)
    exact, found = (VisionTransformer("it", folder, dtype(p)) for p in ("float32", "auto"))
    pixels, cells = noise(exact)
    one, two = (model.trace_pixels(pixels, cells, WHOLE) for model in (exact, found))
    for site, other in zip(one.sites, two.sites, strict=True):
        assert torch.equal(site.weights(), other.weights())
