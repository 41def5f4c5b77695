"""The heads by name."""

from __future__ import annotations

from foveate.models.errors import InputError
from foveate.models.zoo.image.heads.additive import Additive
from foveate.models.zoo.image.heads.average import Average
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

HEADS: dict[str, type[Head]] = {
    "average": Average,
    "additive": Additive,
    "multiplicative": Multiplicative,
    "se": Excited,
    "eca": Efficient,
    "cbam": Cbam,
    "spatial": Spatial,
    "sk": Selective,
    "convolved": Convolved,
    "convolved-se": ConvolvedExcited,
    "convolved-cbam": ConvolvedCbam,
    "vit": Global,
    "vit-unplaced": GlobalUnplaced,
    "swin": Swin,
    "pvt": Reduced,
    "non-local": NonLocalHead,
}


def head_of(name: str, classes: int) -> Head:
    """An untrained head. Raises InputError for a name that is not in the table."""
    if name not in HEADS:
        raise InputError(f"head {name[:40]!r} is not in the zoo: give one of {', '.join(HEADS)}.")
    return HEADS[name](classes)
