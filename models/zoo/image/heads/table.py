"""The heads by name: what each is, in a word and in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from foveate.models.errors import InputError
from foveate.models.zoo.image.heads.additive import Additive, AdditiveDeep
from foveate.models.zoo.image.heads.average import Average, AverageDeep
from foveate.models.zoo.image.heads.base import Head
from foveate.models.zoo.image.heads.cbam import Cbam, Spatial
from foveate.models.zoo.image.heads.convolved import Convolved, ConvolvedCbam, ConvolvedExcited
from foveate.models.zoo.image.heads.eca import Efficient
from foveate.models.zoo.image.heads.multiplicative import Multiplicative
from foveate.models.zoo.image.heads.non_local import NonLocalHead
from foveate.models.zoo.image.heads.pvt import Reduced
from foveate.models.zoo.image.heads.selective import Selective
from foveate.models.zoo.image.heads.squeeze_excitation import Excited
from foveate.models.zoo.image.heads.swin import Swin
from foveate.models.zoo.image.heads.vision_transformer import Global, GlobalUnplaced

HeadKind = Literal["pooling", "gate", "block"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A head, which part of it is its own, what it chooses (what, where, which; "" for nothing),
    and a sentence on it.
    """

    made: type[Head]
    kind: HeadKind
    chooses: str
    words: str


HEADS: dict[str, Entry] = {
    "average": Entry(
        Average,
        "pooling",
        "",
        "All places are averaged into one fixed vector: no attention.",
    ),
    "additive": Entry(
        Additive,
        "pooling",
        "where",
        "A small network scores every place; the softmax of the scores weighs them (Bahdanau).",
    ),
    "additive-deep": Entry(
        AdditiveDeep,
        "pooling",
        "where",
        "One more layer of every place, then the same small network that scores and weighs them.",
    ),
    "multiplicative": Entry(
        Multiplicative,
        "pooling",
        "where",
        "A learned query is multiplied with the key of every place; the weights sum their values.",
    ),
    "se": Entry(
        Excited,
        "gate",
        "what",
        "Squeeze-and-excitation: the average decides how far each channel is opened.",
    ),
    "eca": Entry(
        Efficient,
        "gate",
        "what",
        "ECA: each channel's gate follows from the averages of its neighbours alone.",
    ),
    "cbam": Entry(
        Cbam,
        "gate",
        "what and where",
        "CBAM: a gate of channels from average and maximum, then a gate of places.",
    ),
    "spatial": Entry(
        Spatial,
        "gate",
        "where",
        "The spatial half of CBAM alone: how far each place is opened.",
    ),
    "sk": Entry(
        Selective,
        "gate",
        "which",
        "Selective kernels: each channel chooses between a 3 x 3 and a 5 x 5 neighbourhood.",
    ),
    "average-deep": Entry(
        AverageDeep,
        "block",
        "",
        "One more layer of every place before the average: no attention, no neighbours.",
    ),
    "convolved": Entry(
        Convolved,
        "block",
        "",
        "Two residual convolutions before the average: no attention, every place sees 5 x 5.",
    ),
    "convolved-se": Entry(
        ConvolvedExcited,
        "block",
        "what",
        "The two convolutions with squeeze-and-excitation inside.",
    ),
    "convolved-cbam": Entry(
        ConvolvedCbam,
        "block",
        "what and where",
        "The two convolutions with CBAM inside.",
    ),
    "vit": Entry(
        Global,
        "block",
        "where",
        "A ViT block: every place looks at every place, and knows where it is.",
    ),
    "vit-unplaced": Entry(
        GlobalUnplaced,
        "block",
        "where",
        "The same block without position embeddings: places are a bag, in no order.",
    ),
    "swin": Entry(
        Swin,
        "block",
        "where",
        "Swin: places look inside windows of 7 x 7, then inside windows shifted by 3.",
    ),
    "pvt": Entry(
        Reduced,
        "block",
        "where",
        "PVT: every place looks at 49 keys, each of 2 x 2 places.",
    ),
    "non-local": Entry(
        NonLocalHead,
        "block",
        "where",
        "A non-local block: what all places hold, weighed by likeness, is added to each.",
    ),
}


def head_of(name: str, classes: int) -> Head:
    """An untrained head. Raises InputError for a name that is not in the table."""
    if name not in HEADS:
        raise InputError(f"head {name[:40]!r} is not in the zoo: give one of {', '.join(HEADS)}.")
    return HEADS[name].made(classes)
