"""What a segmentation says of a photo, in words: the share of the picture that each class has."""

from __future__ import annotations

from dataclasses import dataclass

from foveate.models.errors import InputError
from foveate.models.trace import Colour, Deferred, Trace

TOLD = 0.005  # of the picture: smaller shares are named together


@dataclass(frozen=True, slots=True)
class Segment:
    """A class by its number from 0, its name, its colour, and its share of the picture."""

    number: int
    label: str
    colour: Colour
    share: float


def segmentation_of(trace: Trace) -> Deferred:
    """The output `segmentation` (rows, columns). Raises InputError where there is none."""
    found = trace.outputs.get("segmentation")
    if found is None:
        raise InputError(
            f"{trace.model} gives no segmentation: choose a model of street scenes, such as "
            "streets-unet.",
            "trace_id",
        )
    return found


def segments(trace: Trace) -> list[Segment]:
    """Every class in the order of the labels. Raises InputError."""
    found = segmentation_of(trace)
    counts = found.value().flatten().long().bincount(minlength=len(found.labels))
    shares = (counts / counts.sum()).tolist()
    named = zip(found.labels, found.colours, shares, strict=True)
    return [Segment(number, *each) for number, each in enumerate(named)]


def in_words(found: list[Segment]) -> str:
    """A sentence: the classes by their share, the largest first."""
    ranked = sorted(found, key=lambda each: -each.share)
    large = [f"{each.label} {each.share:.0%}" for each in ranked if each.share >= TOLD]
    small = [each.label for each in ranked if 0 < each.share < TOLD]
    traces = f"; under {TOLD:.1%} each: {', '.join(small)}" if small else ""
    return f"{', '.join(large)}{traces}.".capitalize()
