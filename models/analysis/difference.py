"""How far what came out of two passes is apart: one number, and what it means in words."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from foveate.models.errors import InputError
from foveate.models.intervention import OutputKind
from foveate.models.trace import Trace

Measure = Literal["iou", "psnr", "overlap", "cosine", "same"]
INSIDE = 0.5  # of a mask: what is at least this is the person


@dataclass(frozen=True, slots=True)
class Difference:
    """`value` is None where two pictures are the same, whose ratio has no bound."""

    measure: Measure
    value: float | None
    words: str


def difference(trace: Trace, other: Trace) -> Difference:
    """How far a trace is from another of the same model and size. Raises InputError."""
    kind = trace.offers.output
    if kind is None:
        raise InputError(
            f"what comes out of {trace.model} is not compared: choose a model with gates.",
            "trace_id",
        )
    if other.model != trace.model:
        raise InputError(
            f"the other trace is of {other.model}, this one of {trace.model}: compare two traces "
            "of one model.",
            "other",
        )
    ours, theirs = trace.outputs[kind].value(), other.outputs[kind].value()
    if ours.shape != theirs.shape:
        raise InputError(
            f"the other trace's {kind} is {_sized(theirs)}, this one's {_sized(ours)}: compare two "
            "traces of one photo.",
            "other",
        )
    if kind == "segmentation":
        return _segmentations(ours, theirs, trace.outputs[kind].labels)
    if kind == "classes":
        return _verdicts(ours[0], theirs[0], trace.outputs[kind].labels)
    return MEASURES[kind](ours, theirs)


def iou(mask: Tensor, other: Tensor) -> float:
    """Intersection over union of two masks at INSIDE; 1 where both are empty."""
    ours, theirs = mask >= INSIDE, other >= INSIDE
    union = int((ours | theirs).sum())
    return int((ours & theirs).sum()) / union if union else 1.0


def psnr(picture: Tensor, other: Tensor) -> float | None:
    """Peak signal-to-noise ratio of pictures 0..1 in decibels; None for the same picture."""
    error = float((picture.float() - other.float()).square().mean())
    return -10 * math.log10(error) if error > 0 else None


def overlap(ours: Tensor, theirs: Tensor) -> float:
    """What two distributions have in common: 1 minus their total variation distance."""
    return float(torch.minimum(ours, theirs).sum())


def _masks(ours: Tensor, theirs: Tensor) -> Difference:
    value = iou(ours, theirs)
    covers = [f"{float((mask >= INSIDE).float().mean()):.0%}" for mask in (theirs, ours)]
    words = f"The masks share {value:.1%} of what either covers: {covers[1]} of the picture here, "
    return Difference("iou", value, f"{words}{covers[0]} in the other.")


def _pictures(ours: Tensor, theirs: Tensor) -> Difference:
    value = psnr(ours, theirs)
    if value is None:
        return Difference("psnr", None, "The pictures are the same, value for value.")
    seen = "hard to tell apart" if value >= 40 else "alike" if value >= 30 else "plainly different"
    return Difference("psnr", value, f"The pictures are {value:.1f} dB apart: {seen}.")


def _features(ours: Tensor, theirs: Tensor) -> Difference:
    value = float(F.cosine_similarity(ours.flatten().float(), theirs.flatten().float(), dim=0))
    words = f"The cosine of the two vectors of features is {value:.3f}: 1 is the same direction."
    return Difference("cosine", value, words)


def _verdicts(ours: Tensor, theirs: Tensor, labels: tuple[str, ...]) -> Difference:
    value, now, before = overlap(ours, theirs), int(ours.argmax()), int(theirs.argmax())
    said = f"{labels[now]} ({float(ours[now]):.0%}) comes first here"
    if now == before:
        words = f"{said}, as in the other ({float(theirs[now]):.0%})."
    else:
        words = f"{said}, {labels[before]} ({float(theirs[before]):.0%}) in the other."
    return Difference("overlap", value, words)


def _segmentations(ours: Tensor, theirs: Tensor, labels: tuple[str, ...]) -> Difference:
    """Which share of the places has the same class; in words, which class has changed most."""
    alike = ours == theirs
    value = float(alike.float().mean())
    if value == 1:
        return Difference("same", value, "Every place has the same class in both.")
    pairs = theirs[~alike].long() * len(labels) + ours[~alike].long()
    before, now = divmod(int(pairs.bincount().argmax()), len(labels))
    share = float(((theirs == before) & (ours == now)).float().mean())
    words = f"{1 - value:.1%} of the picture has another class here, most of it {labels[now]} that "
    return Difference("same", value, f"{words}is {labels[before]} in the other ({share:.1%}).")


def _sized(output: Tensor) -> str:
    return " x ".join(map(str, output.shape))


MEASURES: dict[OutputKind, Callable[[Tensor, Tensor], Difference]] = {
    "mask": _masks,
    "picture": _pictures,
    "features": _features,
}
