"""Real-CUGAN against ncnn, and tiles that give what the whole picture would."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from foveate.models.analysis.gates import gate_views, maps
from foveate.models.axis import Crop, Grid, Patches
from foveate.models.calls import GateCall
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.intervention import UNTOUCHED, Intervention, switches
from foveate.models.recording import recording
from foveate.models.trace import PhotoFrame, Trace
from foveate.models.weights.locate import is_cached
from foveate.models.weights.source import WheelSource
from foveate.models.weights.wheel import wheel_file
from foveate.models.zoo.image.gating import GatedModel
from foveate.models.zoo.image.real_cugan import (
    CELL,
    MARGIN,
    Layout,
    RealCugan,
    RealCuganGated,
    UpCunet,
    tiled,
)
from tests.models.weights.test_ncnn import run

pytestmark = pytest.mark.usefixtures("one_thread")


def made(kind: type[RealCugan]) -> RealCugan:
    """The network with weights at random, as a model."""
    torch.manual_seed(0)
    model = kind.__new__(kind)
    GatedModel.__init__(model, "random", UpCunet(kind.gated))
    return model


@pytest.fixture(scope="module")
def plain() -> RealCugan:
    return made(RealCugan)


@pytest.fixture(scope="module")
def gated() -> RealCugan:
    return made(RealCuganGated)


def traced(
    model: RealCugan, pixels: Tensor, layout: Layout, asked: Intervention = UNTOUCHED
) -> Trace:
    rows, columns = (side // CELL for side in pixels.shape[2:])
    frame = PhotoFrame(Patches(Grid(rows, columns, CELL)), Crop(0, 0, 100, 100))
    return model.trace_pixels(tiled(pixels, layout), frame, asked)


@pytest.mark.parametrize(
    ("rows", "columns", "expected"),
    [
        (224, 224, (2, 2, 112, 112)),
        (168, 224, (2, 2, 84, 112)),
        (140, 112, (2, 1, 70, 112)),
        (28, 224, (1, 2, 28, 112)),
    ],
)
def test_tiles_are_of_one_size_with_even_sides(
    rows: int, columns: int, expected: tuple[int, ...]
) -> None:
    layout = Layout.of(rows, columns)
    assert layout == expected
    assert layout.down * layout.height == rows
    assert layout.across * layout.width == columns


def test_a_picture_in_tiles_is_the_whole_pictures(plain: RealCugan) -> None:
    """Overlap-tile: what the convolutions take off is what neighbours have in common."""
    pixels = torch.rand(1, 3, 28, 140)
    trace = traced(plain, pixels, Layout.of(28, 140))
    around = F.pad(pixels, (MARGIN,) * 4, mode="reflect")
    whole = plain.network(around)[0].clamp(0, 1).permute(1, 2, 0)
    found = trace.outputs["picture"].value()
    assert found.shape == (56, 280, 3)
    torch.testing.assert_close(found, whole, rtol=0, atol=1e-5)
    assert trace.network is not None
    cores = [tile.core for tile in trace.network.tiles]
    assert cores == [(0, 0, 70, 28), (70, 0, 140, 28)]
    assert trace.network.tiles[1].whole == (52, -18, 158, 46)
    assert trace.sites == ()


def test_gates_are_the_same_for_all_tiles_and_their_maps_are_one(gated: RealCugan) -> None:
    pixels = torch.rand(1, 3, 28, 140)
    trace = traced(gated, pixels, Layout.of(28, 140))
    sizes = {view.site: len(view.values) for view in gate_views(trace)}
    assert list(sizes.values()) == [64, 128, 128, 64]
    # Set to numbers, gates do not depend on what a tile shows: all is as for the whole at once.
    asked = Intervention({"all": 0.5})
    several = traced(gated, pixels, Layout.of(28, 140), asked)
    with recording(switches=switches(asked, gated.gates, {})) as calls:
        gated.network(F.pad(pixels, (MARGIN,) * 4, mode="reflect"))
    for name, call in zip(sizes, calls, strict=True):
        assert isinstance(call, GateCall)
        expected = call.given[0, [0, 5]].float()
        found = maps(several, name, "x", [0, 5]).float()
        torch.testing.assert_close(found, expected, rtol=1e-2, atol=1e-3)


def test_every_skip_can_be_cut(gated: RealCugan) -> None:
    pixels, layout = torch.rand(1, 3, 28, 28), Layout.of(28, 28)
    own = traced(gated, pixels, layout).outputs["picture"].value()
    for name in gated.offers.cuts:
        found = traced(gated, pixels, layout, Intervention(cuts=(name,)))
        assert not torch.equal(found.outputs["picture"].value(), own), name


def test_sizes_fall_and_grow_as_in_the_paper(gated: RealCugan) -> None:
    network = traced(gated, torch.rand(1, 3, 28, 28), Layout.of(28, 28)).network
    assert network is not None
    sizes = {node.name: (node.channels, node.rows) for node in network.nodes}
    assert sizes["input"] == (3, 28 + 36)
    assert sizes["unet1.output"] == (3, 2 * 28 + 40)
    assert sizes["unet2.bottleneck"] == (128, 28 // 2 + 3)
    assert sizes["output"] == (3, 56)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["real-cugan", "real-cugan-no-gates"])
def test_the_published_weights_give_ncnns_picture(name: str) -> None:
    card = Catalog()[name]
    if not is_cached(name, card.source):
        pytest.skip(f"{name} is optional and not fetched here")
    assert isinstance(card.source, WheelSource)
    model: RealCugan = load(card, fetch=False)
    folder = wheel_file(name, card.source)
    pixels = torch.rand(1, 3, 40 + 36, 64 + 36)
    files = (folder / f"up2x-no-denoise.{kind}" for kind in ("param", "bin"))
    expected = run(*files, pixels)
    found = model.network(pixels)
    assert found.shape == expected.shape == (1, 3, 80, 128)
    assert np.ptp(expected.numpy()) > 0.1
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-3)
