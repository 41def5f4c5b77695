"""One number for how far what came out of two passes is apart."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from foveate.models.analysis.difference import difference, iou, overlap, psnr
from foveate.models.analysis.gates import gate_views, maps
from foveate.models.axis import Crop, Grid, Patches
from foveate.models.errors import InputError
from foveate.models.intervention import Offers, OutputKind
from foveate.models.trace import Deferred, PhotoFrame, Trace

FRAME = PhotoFrame(Patches(Grid(1, 1, 4)), Crop(0, 0, 4, 4))
LABELS = ("cat", "dog")


def trace(kind: OutputKind | None, made: Tensor, model: str = "mine") -> Trace:
    outputs = {} if kind is None else {kind: Deferred(lambda: made, made.nbytes, LABELS)}
    return Trace(model, FRAME, (), outputs, offers=Offers(output=kind))


def test_masks_are_compared_at_one_half() -> None:
    ours = torch.tensor([[0.9, 0.5], [0.4, 0.0]])
    theirs = torch.tensor([[0.6, 0.1], [0.7, 0.2]])
    assert iou(ours, theirs) == pytest.approx(1 / 3)
    assert iou(torch.zeros(2, 2), torch.zeros(2, 2)) == 1
    found = difference(trace("mask", ours), trace("mask", theirs))
    assert (found.measure, found.value) == ("iou", pytest.approx(1 / 3))
    assert found.words == (
        "The masks share 33.3% of what either covers: 50% of the picture here, 50% in the other."
    )


def test_pictures_are_compared_in_decibels() -> None:
    picture = torch.zeros(2, 2, 3)
    assert psnr(picture, picture + 0.1) == pytest.approx(20, abs=1e-4)
    assert psnr(picture, picture) is None
    same = difference(trace("picture", picture), trace("picture", picture))
    assert (same.value, same.words) == (None, "The pictures are the same, value for value.")
    found = difference(trace("picture", picture), trace("picture", picture + 0.1))
    assert found.words == "The pictures are 20.0 dB apart: plainly different."


def test_verdicts_are_compared_by_what_they_have_in_common() -> None:
    ours, theirs = torch.tensor([[0.8, 0.2]]), torch.tensor([[0.3, 0.7]])
    assert overlap(ours, theirs) == pytest.approx(0.5)
    found = difference(trace("classes", ours), trace("classes", theirs))
    assert found.words == "cat (80%) comes first here, dog (70%) in the other."
    same = difference(trace("classes", ours), trace("classes", ours))
    assert (same.value, same.words) == (1, "cat (80%) comes first here, as in the other (80%).")


def test_features_are_compared_by_their_direction() -> None:
    found = difference(
        trace("features", torch.tensor([[1.0, 0]])), trace("features", torch.tensor([[0, 2.0]]))
    )
    assert (found.measure, found.value) == ("cosine", 0)


def test_what_cannot_be_compared_is_a_sentence() -> None:
    mask = torch.zeros(2, 2)
    pairs = [
        (trace(None, mask), trace(None, mask), "what comes out of mine is not compared"),
        (trace("mask", mask), trace("mask", mask, "other"), "is of other, this one of mine"),
        (trace("mask", mask), trace("mask", torch.zeros(2, 3)), "mask is 2 x 3, this one's 2 x 2"),
    ]
    for ours, theirs, sentence in pairs:
        with pytest.raises(InputError, match=sentence):
            difference(ours, theirs)
    with pytest.raises(InputError, match="mine has no gates"):
        gate_views(trace("mask", mask))
    with pytest.raises(InputError, match="mine has no attention"):
        maps(trace("mask", mask), "a", "x")
