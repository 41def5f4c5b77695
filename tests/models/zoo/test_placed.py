"""Position embeddings shuffled and removed, and a patch on its way to a token."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from foveate.models.axis import Crop, Grid
from foveate.models.errors import InputError
from foveate.models.intervention import Intervention, shuffled
from foveate.models.trace import Trace
from foveate.models.zoo.image.vit import VisionTransformer
from tests.zoo.families import opened

pytestmark = pytest.mark.usefixtures("one_thread")
PLACED = ("vit", "vit_msn", "deit", "dinov2", "dinov2_with_registers")
SHUFFLED, REMOVED = Intervention(positions="shuffled"), Intervention(positions="removed")


def trained_grid(model: VisionTransformer) -> tuple[Tensor, Grid, Crop]:
    """Pixels of the side that the model was made for, at which positions are not interpolated."""
    cell = model.structure.cell
    side = int(model.model.config.image_size)
    pixels = torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(1))
    return pixels, Grid(side // cell, side // cell, cell), Crop(0, 0, side, side)


def features(trace: Trace) -> Tensor:
    return trace.outputs["features"].value()


@pytest.mark.parametrize("family", PLACED)
def test_it_is_the_same_as_other_embeddings_in_the_model(family: str, tmp_path: Path) -> None:
    model = opened(family, tmp_path)
    given = trained_grid(model)
    table = model.model.embeddings.position_embeddings
    torch.nn.init.normal_(table.data)
    plain = model.trace_pixels(*given)
    found = {each.positions: model.trace_pixels(*given, each) for each in (SHUFFLED, REMOVED)}
    assert not torch.allclose(features(plain), features(found["removed"]), atol=1e-3)
    first = table.shape[1] - given[1].size
    learned = table.data.clone()
    orders = {"shuffled": learned[:, first:][:, shuffled(given[1].size)], "removed": 0.0}
    for name, patches in orders.items():
        table.data[:, first:] = patches
        expected = model.trace_pixels(*given)
        torch.testing.assert_close(features(found[name]), features(expected))
        for one, other in zip(found[name].sites, expected.sites, strict=True):
            torch.testing.assert_close(one.weights(), other.weights())
    table.data[:] = learned
    torch.testing.assert_close(features(model.trace_pixels(*given)), features(plain))


def test_without_positions_a_jigsaw_is_the_photo(tmp_path: Path) -> None:
    model = opened("dinov2", tmp_path)
    pixels, cells, crop = trained_grid(model)
    torch.nn.init.normal_(model.model.embeddings.position_embeddings.data)
    side = cells.patch_size
    cut = pixels.unfold(2, side, side).unfold(3, side, side).flatten(2, 3)  # (1, 3, N, side, side)
    mixed = cut[:, :, shuffled(cells.size)].unflatten(2, (cells.rows, cells.columns))
    jigsaw = mixed.permute(0, 1, 2, 4, 3, 5).reshape(pixels.shape)
    apart = [
        (features(model.trace_pixels(pixels, cells, crop, how)) - features(other)).abs().max()
        for how in (Intervention(), REMOVED)
        for other in [model.trace_pixels(jigsaw, cells, crop, how)]
    ]
    assert apart[0] > 1e-2
    assert apart[1] < 1e-5


@pytest.mark.parametrize("family", PLACED)
def test_a_token_is_pixels_times_kernels_and_a_position(family: str, tmp_path: Path) -> None:
    model = opened(family, tmp_path)
    pixels, cells, _ = trained_grid(model)
    embeddings = model.model.embeddings
    found = model.structure.embedded(pixels, cells, (1, 2), 5)
    whole = embeddings.patch_embeddings(pixels)[0]  # (N, D)
    number = cells.columns + 2
    torch.testing.assert_close(found.projected, whole[number])
    entry = float((found.kernel * found.pixels).sum()) + found.bias
    assert entry == pytest.approx(float(found.projected[5]), abs=1e-5)
    first = embeddings.position_embeddings.shape[1] - cells.size
    torch.testing.assert_close(found.position, embeddings.position_embeddings[0, first + number])
    assert found.alike.shape == (cells.rows, cells.columns)
    assert float(found.alike[1, 2]) == pytest.approx(1)


def test_what_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    model = opened("vit", tmp_path / "vit")
    pixels, cells, _ = trained_grid(model)
    with pytest.raises(InputError, match="patch 9,0 is outside the grid: give row,column from 0,0"):
        model.structure.embedded(pixels, cells, (9, 0), 0)
    with pytest.raises(InputError, match="channel 24 is not in a token: give one from 0 to 23"):
        model.structure.embedded(pixels, cells, (0, 0), 24)
    beit = opened("beit", tmp_path / "beit")
    with pytest.raises(InputError, match="beit adds no learned position"):
        beit.structure.embedded(pixels, cells, (0, 0), 0)
    with pytest.raises(InputError, match="no position embeddings that are learned"):
        beit.structure.offers.check("beit", REMOVED)
