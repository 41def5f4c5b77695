"""Gates of any network: noted, set and drawn, by its own code or by hooks on another's."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from transformers import EfficientNetForImageClassification, RegNetForImageClassification

from foveate.models.analysis.difference import difference
from foveate.models.analysis.gates import gate_views
from foveate.models.analysis.verdict import verdict
from foveate.models.axis import Branches, Channels, Crop, Patches
from foveate.models.calls import GateCall
from foveate.models.errors import InputError
from foveate.models.intervention import Intervention, switches
from foveate.models.recording import record_gate, record_skip, recording
from foveate.models.zoo.gates import MAP_BYTES, SqueezeExcitation, gate_sites
from foveate.models.zoo.image.vit import VisionTransformer
from tests.models.zoo.test_families import WHOLE, noise, opened
from tests.zoo.tiny import TINY, saved

pytestmark = pytest.mark.usefixtures("one_thread")
CLASSIFIERS = {
    "regnet": RegNetForImageClassification,
    "efficientnet": EfficientNetForImageClassification,
}


class Spatial(nn.Module):
    """A gate of places (Woo et al. 2018)."""

    def forward(self, maps: Tensor) -> Tensor:
        gate = maps.mean(1, keepdim=True).sigmoid()  # (B, 1, rows, columns)
        return maps * record_gate(self, gate, maps)


class Selective(nn.Module):
    """Shares of two branches for every channel (Li et al. 2019)."""

    labels = ("3x3", "5x5")

    def forward(self, maps: Tensor) -> Tensor:
        both = torch.stack([maps, maps.flip(-1)], 1)  # (B, 2, C, rows, columns)
        shares = both.mean((3, 4), keepdim=True).softmax(1)  # (B, 2, C, 1, 1)
        return (both * record_gate(self, shares, both)).sum(1)


class Every(nn.Module):
    """One gate of each kind, and a skip."""

    def __init__(self) -> None:
        super().__init__()
        self.channel, self.spatial, self.branch = SqueezeExcitation(4, 2), Spatial(), Selective()
        self.skip = nn.Identity()

    def forward(self, maps: Tensor) -> Tensor:
        made: Tensor = self.branch(self.spatial(self.channel(maps)))
        return made + record_skip(self.skip, maps)

    def gates(self) -> dict[str, nn.Module]:
        return {"b.channel": self.channel, "b.spatial": self.spatial, "b.branch": self.branch}


@pytest.fixture
def every() -> Every:
    return Every().eval().requires_grad_(False)


def test_gates_of_every_kind_are_sites_on_axes_of_their_own(every: Every) -> None:
    with recording() as calls:
        every(torch.randn(1, 4, 3, 5))
    channel, spatial, branch = gate_sites(every.gates(), calls, side=80)
    assert [site.name for site in (channel, spatial, branch)] == list(every.gates())
    assert channel.key == Channels(4)
    assert isinstance(spatial.key, Patches)
    assert (spatial.key.grid.rows, spatial.key.grid.columns) == (3, 5)
    assert spatial.key.grid.patch_size == 16
    assert branch.key == Branches(("3x3", "5x5"))
    assert branch.query == Channels(4)
    torch.testing.assert_close(branch.attention.rows().sum(-1), torch.ones(1, 4))


def test_each_of_them_is_set_and_a_skip_is_cut(every: Every) -> None:
    maps = torch.randn(1, 4, 3, 5)
    for name in every.gates():
        asked = Intervention({name: "closed"}, cuts=("skip",))
        changed = switches(asked, every.gates(), {"skip": every.skip})
        with recording(switches=changed) as calls:
            made = every(maps)
        assert made.abs().max() == 0, name
        call = next(c for c in calls if isinstance(c, GateCall) and c.gate is not c.computed)
        assert call.module is every.gates()[name]
        assert call.computed.max() > 0
    with recording(switches=switches(Intervention(cuts=("skip",)), {}, {"skip": every.skip})):
        without = every(maps)
    torch.testing.assert_close(every(maps) - without, maps)


def test_outside_a_recording_nothing_is_changed(every: Every) -> None:
    maps = torch.randn(1, 4, 3, 5)
    with recording():
        inside = every(maps)
    assert torch.equal(every(maps), inside)


def test_maps_that_are_too_large_are_not_kept(every: Every) -> None:
    side = int((MAP_BYTES / 8 * 1.1) ** 0.5)  # four channels in float16
    with recording() as calls:
        every.channel(torch.zeros(1, 4, side, side))
    (site,) = gate_sites(every.gates(), calls, side)
    assert site.attention.given is None  # type: ignore[union-attr]
    assert site.attention.nbytes < 1000


@pytest.mark.parametrize("family", ["regnet", "efficientnet"])
def test_families_offer_the_same(family: str, tmp_path: Path) -> None:
    model = opened(family, tmp_path)
    pixels, cells = noise(model)
    own = model.trace_pixels(pixels, cells, WHOLE)
    assert own.offers.gates == tuple(site.name for site in own.sites)
    assert own.offers.output == "features"
    views = gate_views(own)
    assert all(view.given is not None and len(view.given) == len(view.values) for view in views)
    last = own.offers.gates[-1]
    asked = Intervention({last: "closed"})
    changed = model.trace_pixels(pixels, cells, WHOLE, asked)
    assert gate_views(changed)[-1].values.max() == 0
    computed = gate_views(changed)[-1].computed
    assert computed is not None
    torch.testing.assert_close(computed, views[-1].values)
    found = difference(changed, own)
    assert found.measure == "cosine"
    assert found.value is not None
    assert found.value < 1
    assert difference(own, own).value == pytest.approx(1)
    with pytest.raises(InputError, match=f"gate 'x' is not in {family}"):
        model.structure.offers.check(family, Intervention({"x": "open"}))


@pytest.mark.parametrize("family", ["regnet", "efficientnet"])
def test_a_familys_network_is_drawn(family: str, tmp_path: Path) -> None:
    model = opened(family, tmp_path)
    pixels, cells = noise(model)
    trace = model.trace_pixels(pixels, cells, WHOLE)
    assert trace.network is not None
    nodes = trace.network.nodes
    assert [node.name for node in nodes[:2]] == ["input", "stem"]
    assert (nodes[0].rows, nodes[0].columns) == tuple(pixels.shape[2:])
    assert nodes[1].rows == pixels.shape[2] // 2
    assert [node.site for node in nodes if node.site] == list(trace.offers.gates)
    assert [(edge.source, edge.target) for edge in trace.network.edges] == [
        (a.name, b.name) for a, b in pairwise(nodes)
    ]


@pytest.mark.parametrize("family", ["regnet", "efficientnet"])
def test_a_folder_with_a_classifier_has_its_verdict(family: str, tmp_path: Path) -> None:
    config = TINY[family][1]()
    config.num_labels = 3
    config.id2label = {0: "cat", 1: "dog", 2: "bird"}
    config.label2id = {"cat": 0, "dog": 1, "bird": 2}
    saved(CLASSIFIERS[family](config).eval(), tmp_path)
    model = VisionTransformer(family, tmp_path, torch.float32)
    pixels, cells = noise(model)
    own = model.trace_pixels(pixels, cells, Crop(0, 0, 10, 10))
    assert own.offers.output == "classes"
    assert {each.label for each in verdict(own)} == {"cat", "dog", "bird"}
    found = difference(model.trace_pixels(pixels, cells, WHOLE, Intervention({"all": "open"})), own)
    assert found.measure == "overlap"
    assert found.value is not None
    assert 0 <= found.value < 1
    assert verdict(own)[0].label in found.words
