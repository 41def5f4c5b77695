"""What the decoders of street scenes share: the stem's taps in, a class for every pixel out.

An encoder-decoder (Ronneberger et al. 2015, "U-Net"): the frozen stem goes down to a sixteenth of
the picture, three steps go up again to half of it, and bilinear interpolation does the rest. The
bottom is given the stem's last map, and beside it the context: what EfficientNet's later stages,
frozen too, make of that map at half its size. The decoders differ in what goes across, and in what
the bottom does. Axis sizes in comments: B pictures, C channels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from foveate.models.zoo.gates import Part, Skip
from foveate.models.zoo.image.stem import DEEP, TAPS

DEEPEST = TAPS[-1] + DEEP  # channels that the bottom is given
BOTTOM = 96  # channels at the bottleneck
UP = (64, 32, 16)  # channels after each step up: an eighth, a quarter, half of the picture
DROPPED = 0.1  # of the last map's channels, in training
STAGE = "The frozen stem's last map of this size, every channel brought to one scale."
CONTEXT = "The last map, and beside it what the network's frozen later stages make of it."
UPSAMPLED = "Twice the size, and filtered: nothing comes across."
SKIPPED = "Twice the size, beside the skip of that size; both are filtered."
GATED = "Twice the size, beside the skip, of which the gate opens some places; both are filtered."
OUTPUT = "Eleven logits a place; bilinear interpolation brings them to the picture's size."
Taps = Sequence[Tensor]  # (B, C, rows, columns), from half the size to a sixteenth; the context


class Convolution(nn.Sequential):
    """3 x 3, batch normalisation, ReLU."""

    def __init__(self, inner: int, outer: int) -> None:
        filters = nn.Conv2d(inner, outer, 3, padding=1, bias=False)
        super().__init__(filters, nn.BatchNorm2d(outer), nn.ReLU())


class Beside(nn.Module):
    """The channels of one map, then those of another of its size."""

    def forward(self, maps: Tensor, others: Tensor) -> Tensor:
        return torch.cat([maps, others], 1)


class StepUp(nn.Module):
    """Fewer channels, twice the size, beside them what comes `across`; both are filtered."""

    def __init__(self, inner: int, across: int, outer: int) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(inner, outer, 1, bias=False)
        self.filter = Convolution(outer + across, outer)

    def forward(self, maps: Tensor, across: Tensor | None) -> Tensor:
        up = larger(self.narrow(maps))
        made: Tensor = self.filter(up if across is None else torch.cat([up, across], 1))
        return made


class Decoder(nn.Module):
    """The encoder's taps to logits (B, classes, rows, columns) at half the size of the picture.

    It has no skips: all that the steps up get is the bottom's map. Subclasses override
    `across`, what goes into a step beside it, and `bottleneck`.
    """

    skipped = False
    words = "Two convolutions over the smallest map."

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.scales = nn.ModuleList(nn.BatchNorm2d(tap, affine=False) for tap in (*TAPS, DEEP))
        self.beside, self.bottom = Beside(), self.bottleneck()
        before = (BOTTOM, *UP)
        taps = reversed(TAPS[:-1]) if self.skipped else (0,) * len(UP)
        self.up = nn.ModuleList(StepUp(*widths) for widths in zip(before, taps, UP, strict=False))
        self.skips = nn.ModuleList(Skip() for _ in UP) if self.skipped else nn.ModuleList()
        self.dropout = nn.Dropout2d(DROPPED)
        self.classifier = nn.Conv2d(UP[-1], classes, 1)

    def forward(self, taps: Taps) -> Tensor:
        scaled = [scale(tap) for scale, tap in zip(self.scales, taps, strict=True)]
        made: Tensor = self.bottom(self.beside(*scaled[-2:]))
        for number, step in enumerate(self.up):
            made = step(made, self.across(number, scaled[-3 - number], made))
        logits: Tensor = self.classifier(self.dropout(made))
        return logits

    def bottleneck(self) -> nn.Module:
        """The stem's last map and the context (B, DEEPEST, rows, columns) to (B, BOTTOM, ...)."""
        return nn.Sequential(Convolution(DEEPEST, BOTTOM), Convolution(BOTTOM, BOTTOM))

    def named_gates(self) -> dict[str, nn.Module]:
        """Its gates by the names of their sites."""
        return {}

    def attentions(self) -> dict[str, nn.Module]:
        """What attends in it, by the names of the sites."""
        return {}

    def named_skips(self) -> dict[str, nn.Module]:
        return {f"skip.{number}": skip for number, skip in enumerate(self.skips, 1)}

    def parts(self) -> Iterator[Part]:
        """What is drawn, in the order of execution."""
        last = len(TAPS)
        for number, scale in enumerate(self.scales[:last], 1):
            before = f"encoder.{number - 1}" if number > 1 else "input"
            yield Part(f"encoder.{number}", scale, "stage", "encoder", STAGE, (before,))
        context = f"encoder.{last + 1}"
        yield Part(context, self.beside, "stage", "encoder", CONTEXT, (f"encoder.{last}",))
        after, site = (context,), next(iter(self.attentions()), None)
        yield Part("bottleneck", self.bottom, "block", "bottleneck", self.words, after, site=site)
        for number, step in enumerate(self.up, 1):
            yield self._step(number, step)
        after = (f"decoder.{len(self.up)}",)
        yield Part("output", self.classifier, "output", "decoder", OUTPUT, after)

    def _step(self, number: int, step: nn.Module) -> Part:
        skip, site = f"skip.{number}", f"decoder.{number}.spatial"
        across = {skip: f"encoder.{len(TAPS) - number}"} if self.skipped else None
        gated = site in self.named_gates()
        return Part(
            f"decoder.{number}",
            step,
            "upsample",
            "decoder",
            GATED if gated else SKIPPED if across else UPSAMPLED,
            (f"decoder.{number - 1}" if number > 1 else "bottleneck",),
            across,
            site if gated else None,
            skip if gated else None,
        )

    def across(self, number: int, tap: Tensor, below: Tensor) -> Tensor | None:
        """What goes into a step up (from 0) beside the map from `below`."""
        return None


def larger(maps: Tensor, size: tuple[int, int] | None = None) -> Tensor:
    """Twice the size, or `size` (rows, columns), by bilinear interpolation."""
    scale = None if size else 2
    return F.interpolate(maps, size, scale, mode="bilinear", align_corners=False)
