"""Street scenes: the gate's formula, skips, attention at the bottom, and photos of any size."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from foveate.models.analysis.difference import difference
from foveate.models.analysis.gates import gate_views
from foveate.models.analysis.segmentation import in_words, segments
from foveate.models.attention import QueryKey
from foveate.models.errors import InputError, WeightsError
from foveate.models.inputs.photo import Photo, read_photo
from foveate.models.intervention import Intervention
from foveate.models.weights.folder import TRAINED
from foveate.models.zoo.image.decoders.attention_unet import AttentionGate
from foveate.models.zoo.image.decoders.base import DEEPEST, Decoder
from foveate.models.zoo.image.decoders.classes import CLASSES, COLOURS, LABELS
from foveate.models.zoo.image.decoders.encoder import Lite0Taps, SharedTaps
from foveate.models.zoo.image.decoders.table import DECODERS, decoder_of
from foveate.models.zoo.image.stem import DEEP, TAPS, Deep, Stem
from foveate.models.zoo.image.streets import CELL, Streets, backbone, whole
from tests.photos import encoded, sample_image

ON_STEM = [name for name in DECODERS if name != "patches"]


def taps(rows: int = 2, columns: int = 3) -> list[Tensor]:
    """As the encoder would give them, of so many cells."""
    sizes = zip((*TAPS, DEEP), (8, 4, 2, 1, 1), strict=True)
    return [torch.randn(1, width, by * rows, by * columns) for width, by in sizes]


def decoder(name: str) -> Any:
    return decoder_of(name).eval().requires_grad_(False)


def opened(name: str) -> Streets:
    return Streets(f"streets-{name}", TRAINED / f"streets-{name}", torch.float32)


@pytest.fixture(scope="module")
def street() -> Photo:
    """A strip of the sample: the smaller the photo, the quicker a pass."""
    return read_photo(encoded(sample_image("street").crop((100, 100, 740, 260))))


@pytest.fixture(scope="module")
def gated() -> Streets:
    return opened("attention-unet")


@pytest.mark.parametrize("name", ON_STEM)
def test_a_decoder_gives_eleven_logits_at_half_the_size(name: str) -> None:
    given, made = taps(), decoder(name)
    with torch.inference_mode():
        assert made(given).shape == (1, 11, 16, 24)
    across = [made(given), made([*(torch.zeros_like(tap) for tap in given[:3]), *given[3:]])]
    assert torch.equal(*across) == (name == "bottleneck")


def test_decoders_are_of_like_size() -> None:
    sizes = [sum(each.numel() for each in decoder(name).parameters()) for name in ON_STEM]
    assert max(sizes) < 1.45 * min(sizes)


def test_the_gate_is_the_papers() -> None:
    gate = AttentionGate(6, 5).double().requires_grad_(False)
    x, g = torch.randn(1, 6, 8, 4).double(), torch.randn(1, 5, 4, 2).double()
    blocks = x.view(1, 6, 4, 2, 2, 2)  # channel, row, inside, column, inside
    inner = torch.einsum("bcriks,ocis->bork", blocks, gate.skip.weight)
    inner = inner + torch.einsum("bcrk,oc->bork", g, gate.gating.weight[:, :, 0, 0])
    scores = torch.einsum(
        "bork,o->brk",
        (inner + gate.gating.bias.view(1, -1, 1, 1)).clamp(min=0),
        gate.score.weight[0, :, 0, 0],
    )
    alpha = 1 / (1 + torch.exp(-(scores + gate.score.bias)))
    torch.testing.assert_close(gate.weigh(x, g)[:, 0], alpha)
    fine = F.interpolate(alpha[:, None], scale_factor=2, mode="bilinear", align_corners=False)
    torch.testing.assert_close(gate(x, g), fine * x)


def test_a_trace_has_the_gates_that_act_and_each_class_of_the_picture(
    gated: Streets, street: Photo
) -> None:
    trace = gated.trace(street, 448)
    sizes = {view.site: (view.of, len(view.values), view.opens) for view in gate_views(trace)}
    rows, columns = trace.photo.grid.rows, trace.photo.grid.columns
    assert sizes == {
        "decoder.1.spatial": ("place", 4 * rows * columns, "skip.1"),
        "decoder.2.spatial": ("place", 16 * rows * columns, "skip.2"),
    }
    made = trace.outputs["segmentation"]
    assert made.value().shape == (rows * CELL, columns * CELL)
    assert made.value().dtype is torch.uint8
    assert (made.labels, made.colours) == (LABELS, COLOURS)
    found = segments(trace)
    assert sum(each.share for each in found) == pytest.approx(1)
    assert max(found, key=lambda each: each.share).label in in_words(found).lower().split(",")[0]


def test_a_closed_gate_is_a_cut_skip_and_an_open_one_is_no_gate(
    gated: Streets, street: Photo
) -> None:
    def logits(**change: Any) -> Tensor:
        asked = Intervention(**change)
        return gated.trace(street, 448, asked).outputs["segmentation"].value()

    closed = logits(gates={"decoder.1.spatial": "closed"})
    assert torch.equal(closed, logits(cuts=("skip.1",)))
    plain = decoder("unet")
    plain.load_state_dict(gated.network.decoder.state_dict(), strict=False)
    gated_open = gated.trace(street, 448, Intervention({"all": "open"}))
    pixels = gated.pixels(street, *gated.fit(street, 448))
    with torch.inference_mode():
        expected = gated.made(plain(gated.encoder.taps(pixels)), gated_open.photo)
    assert torch.equal(gated_open.outputs["segmentation"].value(), expected)
    changed = gated.trace(street, 448, Intervention(cuts=("skip.1", "skip.2", "skip.3")))
    own = gated.trace(street, 448)
    said = difference(changed, own)
    assert said.measure == "same"
    assert said.value is not None
    assert 0 < said.value < 1
    assert "another class here" in said.words
    assert difference(own, own).words == "Every place has the same class in both."


def test_the_bottom_attends_as_it_says(street: Photo) -> None:
    model = opened("attention-bottleneck")
    site = model.trace(street, 448).site("bottleneck.1.self")
    assert isinstance(site.attention, QueryKey)
    assert site.query == site.key == model.trace(street, 448).photo.axis
    block = model.network.decoder.bottom.block
    pixels = model.pixels(street, *model.fit(street, 448))
    with torch.inference_mode():
        scales, taken = model.network.decoder.scales[-2:], model.encoder.taps(pixels)[-2:]
        last = torch.cat([scale(tap) for scale, tap in zip(scales, taken, strict=True)], 1)
        tokens = block.before(model.network.decoder.bottom.convolution(last).flatten(2).mT)
        parts = (block.attention.query(tokens), block.attention.key(tokens))
        query, key = (part.view(-1, 4, 24).transpose(0, 1).double() for part in parts)
        expected = (torch.einsum("htd,hsd->hts", query, key) / 24**0.5).softmax(-1)
    torch.testing.assert_close(site.weights().double(), expected, rtol=1e-4, atol=1e-7)
    values = model.values(street, 448, "bottleneck.1.self")
    assert values.value.shape == (4, site.key.size, 24)
    with pytest.raises(InputError, match="not in"):
        model.values(street, 448, "nowhere")


@pytest.mark.parametrize("name", ON_STEM)
def test_the_network_is_drawn_from_its_own_sizes(name: str, street: Photo) -> None:
    model = opened(name)
    network = model.trace(street, 448).network
    assert network is not None
    nodes = {node.name: node for node in network.nodes}
    assert [nodes[f"encoder.{n}"].channels for n in range(1, 6)] == [*TAPS, DEEPEST]
    stages = [nodes[f"decoder.{n}"].stage for n in (1, 2, 3)]
    assert stages == [3, 2, 1]
    skips = [edge for edge in network.edges if edge.kind == "skip"]
    assert len(skips) == (0 if name == "bottleneck" else 3)
    assert tuple(edge.name for edge in skips) == model.offers.cuts
    for edge in skips:
        source, target = nodes[edge.source], nodes[edge.target]
        assert (source.rows, source.columns) == (target.rows, target.columns)
    assert model.pictures(street, 448).keys() == nodes.keys() - {"input"}


@pytest.mark.parametrize("size", [(480, 360), (360, 480), (40, 30), (64, 64), (1000, 60)])
def test_a_photo_of_any_size_is_seen_whole(size: tuple[int, int]) -> None:
    photo = read_photo(encoded(Image.new("RGB", size)))
    cells, crop = whole(photo, CELL)
    assert (crop.left, crop.top, crop.width, crop.height) == (0, 0, *size)
    assert max(cells.rows, cells.columns) == 30
    short = 480 * min(size) / max(size)
    assert abs(min(cells.rows, cells.columns) * CELL - short) <= CELL / 2


def test_a_sliver_is_refused() -> None:
    with pytest.raises(InputError, match="one 60th of its long side"):
        whole(read_photo(encoded(Image.new("RGB", (1000, 12)))), CELL)


def test_one_photo_goes_through_the_stem_once_and_is_let_go() -> None:
    class Counted(Stem):
        passes = 0

        def taps(self, pixels: Tensor) -> list[Tensor]:
            self.passes += 1
            return super().taps(pixels)

    through = Counted()
    encoder = SharedTaps(Lite0Taps(through, Deep()))
    photo, other = (read_photo(encoded(Image.new("RGB", (64, n)))) for n in (64, 48))
    crop = whole(photo, CELL)[1]
    for _ in range(2):
        pixels = encoder.pixels(photo, crop, (64, 64))
        first = encoder.taps(pixels)
    assert through.passes == 1
    assert [tap.shape[2] for tap in first] == [32, 16, 8, 4, 4]
    encoder.pixels(other, crop, (64, 48))
    encoder.taps(pixels)
    assert through.passes == 2
    del other
    assert encoder._pixels is None


def test_classes_are_told_apart() -> None:
    assert len(set(LABELS)) == len(set(COLOURS)) == len(CLASSES) == 11
    assert {each.label for each in CLASSES if each.group == "thin"} == {
        *("pole", "sign", "pedestrian", "bicyclist")
    }
    with pytest.raises(InputError, match="not known"):
        decoder_of("segnet")
    assert isinstance(decoder("unet"), Decoder)


def test_patches_stand_on_the_dinov2_that_they_were_trained_on() -> None:
    settings = json.loads((TRAINED / "streets-patches" / "config.json").read_text())
    assert backbone(settings["backbone"]).is_dir()
    with pytest.raises(WeightsError, match="foveate fetch dinov2-small"):
        backbone("0" * 64)
