"""A trace as a file: what comes back is what was kept, and nothing in the file is believed."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import safetensors.torch
import torch
from PIL import Image

from foveate.app.runtime.packing import HEAD, Unreadable, pack, unpack
from foveate.app.runtime.store import ClipSource, ImageSource, Stored, TextSource
from foveate.models.attention import Gate, Partition, Product, QueryKey, Weights
from foveate.models.axis import Branches, Channels, Crop, Grid, Patches, Tokens
from foveate.models.inputs.clip import Clip, Sampling
from foveate.models.inputs.photo import Photo
from foveate.models.inputs.text import Text, Token, Word
from foveate.models.intervention import Intervention, Offers
from foveate.models.network import Edge, Network, Node, Tile
from foveate.models.site import Site
from foveate.models.trace import ClipFrame, Deferred, PhotoFrame, TextFrame, Trace
from foveate.models.translation.guidance import Guidance

GRID = Grid(2, 3, 14)
TOKENS, ONE = Tokens(("a", "b", "b")), Tokens(("x",))
BRANCHES = Branches(("3x3", "5x5"))


def photo() -> Photo:
    return Photo(Image.effect_noise((9, 5), 80).convert("RGB"), 90, 50, "ab" * 32, ("A note.",))


def windows() -> Partition:
    rows = torch.arange(6).view(2, 3)
    return Partition(rows, rows, 6, 6)


def windowed() -> QueryKey:
    query = torch.randn(2, 1, 3, 4).bfloat16()
    return QueryKey(
        query, torch.randn(2, 1, 3, 4).half(), 0.5, torch.zeros(1, 1, 1, 3), partition=windows()
    )


def sites() -> tuple[Site, ...]:
    patches = Patches(GRID, frames=1)
    qkv = torch.randn(2, 3, 3, 4)  # queries and keys are views of one tensor, as in models
    gate = Gate(torch.rand(1, 1, 5), torch.rand(1, 1, 5), torch.randn(5, 2, 3).half())
    causal = QueryKey(qkv[:, 0], qkv[:, 1], 0.5, causal=True)
    split = windowed()
    return (
        Site("encoder.1.self", "self", 1, TOKENS, TOKENS, causal),
        Site("stage1.1.self", "self", 1, patches, patches, split),
        Site("encoder.2.cross", "cross", 2, TOKENS, TOKENS, Weights(torch.rand(1, 3, 3))),
        Site("stage2.channel", "gate", 2, ONE, Channels(5), gate),
        Site("stage3.branch", "gate", 3, ONE, BRANCHES, Gate(torch.rand(1, 1, 2))),
        Site("encoder.3.both", "self", 3, patches, patches, Product(split, split)),
    )


def stored(**change: Any) -> Stored:
    network = Network(
        (
            Node("a", "conv", "encoder", 0, 3, 4, 5),
            Node("b", "gate", "decoder", 1, 3, 4, 5, "s", "skip", "w"),
        ),
        (Edge("a", "b", "skip", "n"),),
        (Tile(0, 1, (0, 0, 4, 4), (-2, -2, 6, 6)),),
    )
    trace = Trace(
        "model",
        PhotoFrame(Patches(GRID, ("cls",), ("det",)), Crop(0, 1.5, 9, 4)),
        sites(),
        {"classes": Deferred(lambda: torch.rand(1, 2), 8, ("sky", "road"), ((1, 2, 3), (4, 5, 6)))},
        {"forward_ms": 1.5},
        Intervention({"all": "flat", "s": {3: 0.5, 4: 1}}, ("skip",), "off", (1, 2)),
        Offers(("s",), ("skip",), True, output="classes"),
        network,
    )
    usual = {"id": "1" * 32, "trace": trace, "source": ImageSource(photo(), 224)}
    return Stored(**usual | {"description": b'{"id": 1}', "expires": time.time() + 60} | change)


def text() -> TextSource:
    tokens = Token(5, "\N{LOWER ONE EIGHTH BLOCK}a", "a", 0, 1), Token(2, "</s>", "", 1, 1, True)
    found = Text("a", tokens, (Word("a", 0, 1, 0, 1),), ("Note",), second=0)
    return TextSource(found, found, Guidance({None: (0,), 2: (1,)}, attention=False))


def clip() -> Stored:
    axis = Patches(GRID, frames=2)
    site = Site("encoder.1.self", "self", 1, axis, axis, Weights(torch.rand(1, 12, 12)))
    trace = Trace("m", ClipFrame(axis, Crop(0, 0, 9, 5), 2, True), (site,))
    source = ClipSource(Clip((photo(), photo()), (0.0, 0.5), 1.0, ("Note",)), 336, Sampling(8))
    return stored(trace=trace, source=source)


@pytest.mark.parametrize(
    "make",
    [stored, clip, lambda: stored(source=text(), trace=Trace("m", TextFrame(TOKENS), sites()[:1]))],
)
def test_what_comes_back_is_what_was_kept(make: Any) -> None:
    kept = make()
    found, content = unpack(pack(kept)), pack(kept)
    assert pack(found) == content
    assert (found.id, found.description, found.expires) == (kept.id, kept.description, kept.expires)
    assert found.trace.frame == kept.trace.frame
    assert found.nbytes == kept.nbytes
    for name, output in kept.trace.outputs.items():
        other = found.trace.outputs[name]
        assert (other.labels, other.colours) == (output.labels, output.colours)
        assert torch.equal(other.value(), output.value())
    for one, other in zip(kept.trace.sites[:5], found.trace.sites[:5], strict=True):
        assert torch.equal(one.rows(), other.rows())


def test_what_several_sites_hold_is_written_once() -> None:
    one, six = sites()[1], sites()[5]
    assert isinstance(six.attention, Product)
    frame = TextFrame(TOKENS)
    shared = Site("b", "self", 2, one.query, one.key, one.attention)
    alone = len(pack(stored(trace=Trace("m", frame, (one,)))))
    both = len(pack(stored(trace=Trace("m", frame, (one, shared)))))
    assert both - alone < one.attention.nbytes + 600  # the JSON of another site


def changed(change: Any) -> bytes:
    """A file whose JSON was changed."""
    tensors = safetensors.torch.load(pack(stored()))
    plain = json.loads(tensors[HEAD].numpy().tobytes())
    change(plain)
    head = torch.frombuffer(bytearray(json.dumps(plain).encode()), dtype=torch.uint8)
    return safetensors.torch.save(tensors | {HEAD: head})


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p.update(id=3),
        lambda p: p.update({"is": "Trace"}),
        lambda p: p.update(more=1),
        lambda p: p.pop("expires"),
        lambda p: p["trace"].update(timings=[["forward_ms"]]),
        lambda p: p["trace"].update(timings=[["forward_ms", "1"]]),
        lambda p: p["trace"].update(model=["a"]),
        lambda p: p["trace"]["intervention"].update(attention="maybe"),
        lambda p: p["trace"]["intervention"].update(gates=[["s", 7]]),
        lambda p: p["trace"]["frame"]["axis"]["grid"].update(rows=2.5),
        lambda p: p["trace"]["frame"]["axis"]["grid"].update(rows=True),
        lambda p: p["trace"]["sites"][0]["query"].update(labels=["a"]),
        lambda p: p["trace"]["sites"][0].update(attention={"is": "Popen", "args": "id"}),
        lambda p: p["trace"]["sites"][0]["attention"].update(query={"tensor": "none"}),
        lambda p: p["trace"]["sites"][0]["attention"].update(query={"tensor": ["0"]}),
        lambda p: p["source"]["photo"].update(image=p["description"]),
        lambda p: p.update(description=p["source"]["photo"]["image"]),
    ],
)
def test_what_does_not_fit_its_type_is_no_trace(change: Any) -> None:
    with pytest.raises(Unreadable):
        unpack(changed(change))


def test_bytes_that_are_no_file_are_no_trace() -> None:
    content = pack(stored())
    huge = (2**40).to_bytes(8, "little") + content[8:]
    for bad in (b"", b"{}", b"\x80\x04cos\nsystem\n.", content[:-1], content[:200], huge):
        with pytest.raises(Unreadable):
            unpack(bad)


def test_numbers_that_are_not_finite_are_no_trace() -> None:
    tensors = safetensors.torch.load(pack(stored()))
    floats = {name: t for name, t in tensors.items() if t.is_floating_point()}
    bad = {name: torch.full_like(t, float("nan")) for name, t in floats.items()}
    with pytest.raises(Unreadable, match="NotFinite"):
        unpack(safetensors.torch.save(tensors | bad))
