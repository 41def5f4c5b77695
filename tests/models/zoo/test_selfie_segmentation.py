"""Selfie segmentation against LiteRT, and what its gates do to the mask."""

from __future__ import annotations

import threading
from pathlib import Path

import flatbuffers
import numpy as np
import pytest
import torch
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from torch import Tensor

from foveate.models.analysis.difference import iou
from foveate.models.analysis.gates import gate_views, maps
from foveate.models.attention import Gate
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.errors import InputError, WeightsError
from foveate.models.inputs.photo import Photo
from foveate.models.intervention import UNTOUCHED, Intervention
from foveate.models.trace import Trace
from foveate.models.weights.locate import is_cached
from foveate.models.weights.source import WheelSource
from foveate.models.weights.wheel import wheel_file
from foveate.models.zoo.image.selfie_segmentation import SelfieSegmentation

pytestmark = pytest.mark.usefixtures("one_thread")
GATES = {"encoder.2": 16, "encoder.5": 96, "encoder.6": 128, "encoder.7": 128, "encoder.8": 96}
GATES |= {"encoder.9": 96, "bottleneck": 128, "decoder.1": 24, "decoder.2": 16, "decoder.3": 16}


@pytest.fixture(scope="module")
def trace(selfie: SelfieSegmentation, astronaut: Photo) -> Trace:
    return selfie.trace(astronaut, 224)


def mask(model: SelfieSegmentation, photo: Photo, asked: Intervention = UNTOUCHED) -> Tensor:
    return model.trace(photo, 224, asked).outputs["mask"].value()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["selfie-segmentation", "selfie-segmentation-landscape"])
def test_the_decoders_last_map_equals_literts(name: str, astronaut: Photo) -> None:
    card = Catalog()[name]
    if not is_cached(name, card.source):
        pytest.skip(f"{name} is not fetched here")
    assert isinstance(card.source, WheelSource)
    model: SelfieSegmentation = load(card, fetch=False)
    pixels = model.pixels(astronaut, *model.fit(astronaut, 224))
    expected = litert(wheel_file(name, card.source), pixels)
    made: list[Tensor] = []
    handle = model.network.up[-1].register_forward_hook(lambda _, __, found: made.append(found))
    model.network(pixels)
    handle.remove()
    assert expected.abs().max() > 10
    assert (made[0] - expected).abs().max() < 1e-5 * expected.abs().max()


def litert(file: Path, pixels: Tensor) -> Tensor:
    """What LiteRT makes of pixels, up to the operation at the end, which it does not know."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(file.read_bytes(), 0))
    graph = model.subgraphs[0]
    custom = [bool(model.operatorCodes[step.opcodeIndex].customCode) for step in graph.operators]
    last = custom.index(True)
    graph.outputs = [int(graph.operators[last].inputs[0])]
    graph.operators = graph.operators[:last]
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    engine = Interpreter(model_content=bytes(builder.Output()), num_threads=1)
    engine.allocate_tensors()
    given = np.ascontiguousarray(pixels.permute(0, 2, 3, 1).numpy())
    engine.set_tensor(engine.get_input_details()[0]["index"], given)
    engine.invoke()
    found = engine.get_tensor(engine.get_output_details()[0]["index"])
    return torch.from_numpy(found).permute(0, 3, 1, 2)


def test_every_gate_is_a_site_with_its_map(trace: Trace) -> None:
    assert {view.site: len(view.values) for view in gate_views(trace)} == {
        f"{name}.channel": size for name, size in GATES.items()
    }
    for site in trace.sites:
        held = site.attention
        assert isinstance(held, Gate)
        assert held.computed is None
        assert held.given is not None
        assert (held.given.dtype, len(held.given)) == (torch.float16, site.key.size)
        assert held.values.min() >= 0
        assert held.values.max() <= 1
    opened = {view.site: view.opens for view in gate_views(trace) if view.opens}
    assert opened == {f"decoder.{n}.channel": f"skip.{n}" for n in (1, 2, 3)}


def test_what_comes_after_a_gate_is_its_value_times_what_came_before(trace: Trace) -> None:
    site = trace.site("decoder.1.channel")
    before, after = maps(trace, site.name, "x", [3, 20]), maps(trace, site.name, "y", [3, 20])
    gate = site.rows()[0, 0, [3, 20]].view(-1, 1, 1)
    torch.testing.assert_close(after.float(), before.float() * gate, rtol=1e-3, atol=1e-3)
    with pytest.raises(InputError, match="channel 24 is not in decoder.1.channel: give .* 23"):
        maps(trace, site.name, "x", [24])
    with pytest.raises(InputError, match="no channel is asked for"):
        maps(trace, site.name, "x", [])


def test_the_network_is_drawn_with_the_sizes_of_the_pass(trace: Trace) -> None:
    network = trace.network
    assert network is not None
    sizes = {node.name: (node.channels, node.rows, node.columns) for node in network.nodes}
    assert sizes["input"] == (3, 256, 256)
    assert sizes["encoder.1"] == (16, 128, 128)
    assert sizes["bottleneck"] == (128, 16, 16)
    assert sizes["decoder.3"] == (16, 128, 128)
    assert sizes["output"] == (1, 256, 256)
    stages = [node.stage for node in network.nodes]
    assert stages == [0, 1, 2, 3, 3, 4, 4, 4, 4, 4, 4, 3, 2, 1, 0]
    skips = [(e.source, e.target, e.name) for e in network.edges if e.kind == "skip"]
    assert skips == [
        ("encoder.4", "decoder.1", "skip.1"),
        ("encoder.2", "decoder.2", "skip.2"),
        ("encoder.1", "decoder.3", "skip.3"),
    ]
    for edge in network.edges:  # a skip joins maps of one size
        if edge.kind == "skip":
            assert sizes[edge.source] == sizes[edge.target]


def test_with_all_gates_open_the_mask_floods_the_picture(
    selfie: SelfieSegmentation, astronaut: Photo, trace: Trace
) -> None:
    own = trace.outputs["mask"].value()
    flooded = mask(selfie, astronaut, Intervention({"all": "open"}))
    assert 0.4 < (own > 0.5).float().mean() < 0.7
    assert (flooded > 0.5).float().mean() > 0.9
    assert iou(flooded, own) == pytest.approx(0.56, abs=0.01)


def test_each_gate_and_each_skip_changes_what_comes_out_and_nothing_stays(
    selfie: SelfieSegmentation, astronaut: Photo
) -> None:
    own = mask(selfie, astronaut)
    for name in selfie.offers.gates:
        assert not torch.equal(mask(selfie, astronaut, Intervention({name: "closed"})), own), name
    for name in selfie.offers.cuts:
        assert not torch.equal(mask(selfie, astronaut, Intervention(cuts=(name,))), own), name
    assert torch.equal(mask(selfie, astronaut), own)


def test_a_trace_says_what_was_set_and_what_was_computed(
    selfie: SelfieSegmentation, astronaut: Photo, trace: Trace
) -> None:
    asked = Intervention({"encoder.5.channel": "flat", "decoder.3.channel": {2: 1.0}})
    changed = {view.site: view for view in gate_views(selfie.trace(astronaut, 224, asked))}
    own = {view.site: view for view in gate_views(trace)}
    flat, hand = changed["encoder.5.channel"], changed["decoder.3.channel"]
    assert flat.computed is not None
    torch.testing.assert_close(flat.computed, own["encoder.5.channel"].values)
    torch.testing.assert_close(flat.values, flat.computed.mean().expand(96))
    assert (flat.setting, hand.setting) == ("flat", {2: 1.0})
    assert hand.values[2] == 1
    assert changed["encoder.2.channel"].computed is None
    # What comes after a gate that is set is computed from it.
    assert not torch.equal(changed["encoder.6.channel"].values, own["encoder.6.channel"].values)


def test_passes_side_by_side_share_nothing(
    selfie: SelfieSegmentation, astronaut: Photo, trace: Trace
) -> None:
    asked = [UNTOUCHED, Intervention({"all": "open"}), Intervention(cuts=("skip.2",))]
    expected = [mask(selfie, astronaut, each) for each in asked]
    found: list[Tensor | None] = [None] * 9

    def run(number: int) -> None:
        found[number] = mask(selfie, astronaut, asked[number % 3])

    threads = [threading.Thread(target=run, args=(number,)) for number in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, made in enumerate(found):
        assert made is not None
        assert torch.equal(made, expected[number % 3]), number


def test_what_is_not_offered_is_a_sentence(selfie: SelfieSegmentation, astronaut: Photo) -> None:
    with pytest.raises(InputError, match="resolution 300 is not offered"):
        selfie.trace(astronaut, 300)
    with pytest.raises(InputError, match="'encoder.3.channel' is not in selfie-segmentation"):
        selfie.trace(astronaut, 224, Intervention({"encoder.3.channel": "open"}))
    with pytest.raises(InputError, match="has a gate and no values"):
        selfie.values(astronaut, 224, "encoder.2.channel")


def test_a_file_of_another_network_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.tflite").write_bytes(b"\x00" * 100)
    with pytest.raises(WeightsError, match="no TensorFlow Lite file"):
        SelfieSegmentation.convert(tmp_path / "other.tflite", tmp_path)
