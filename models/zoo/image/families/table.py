"""The families of vision models, by what their config.json calls them (`model_type`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from weakref import WeakKeyDictionary

from foveate.models.errors import Unrecordable
from foveate.models.recording import IMPLEMENTATION
from foveate.models.zoo.image.families.depth import Depth
from foveate.models.zoo.image.families.detectors import Detector, EncoderDecoder, detections
from foveate.models.zoo.image.families.gates import BlockGates, Gates
from foveate.models.zoo.image.families.masked import Unmasked
from foveate.models.zoo.image.families.maskunits import MaskUnits
from foveate.models.zoo.image.families.mobile import Context, Interleaved
from foveate.models.zoo.image.families.placed import Placed
from foveate.models.zoo.image.families.pyramids import (
    Pyramid,
    PyramidVisionTransformer,
    PyramidVisionTransformerV2,
)
from foveate.models.zoo.image.families.structure import (
    Names,
    PooledByProbe,
    Structure,
    cls,
    cls_and_distillation,
    cls_and_registers,
    none,
)
from foveate.models.zoo.image.families.windows import CosineWindows, Windows

PLAIN = "every token's view of all others, in every layer and head"


@dataclass(frozen=True, slots=True)
class Family:
    """What is known of a family: its paper, its structure, and how its attention is recorded.

    `recorded` is `interface` where queries and keys pass through transformers' attention interface,
    else `hooks` on the layers that make them. `shows` says what there is to see.
    """

    title: str
    paper: str
    paper_url: str
    structure: type[Structure] = Structure
    prefix: Names = none
    suffix: Names = none
    recorded: Literal["interface", "hooks"] = "interface"
    shows: str = PLAIN

    def build(self, model: Any) -> Structure:
        """The structure of a loaded model."""
        return self.structure(model, self.prefix, self.suffix)


def _arxiv(number: str) -> str:
    return f"https://arxiv.org/abs/{number}"


_CLIP = Family("CLIP", "Radford et al. 2021", _arxiv("2103.00020"), prefix=cls)
_SIGLIP = Family(
    "SigLIP",
    "Zhai et al. 2023",
    _arxiv("2303.15343"),
    PooledByProbe,
    shows=f"{PLAIN}; no class token: what the pooling head's probe gathers",
)

FAMILIES: Mapping[str, Family] = {
    "vit": Family("ViT, DINO", "Dosovitskiy et al. 2021", _arxiv("2010.11929"), Placed, cls),
    "vit_msn": Family("MSN", "Assran et al. 2022", _arxiv("2204.07141"), Placed, cls),
    "deit": Family(
        "DeiT", "Touvron et al. 2021", _arxiv("2012.12877"), Placed, cls_and_distillation
    ),
    "dinov2": Family("DINOv2", "Oquab et al. 2023", _arxiv("2304.07193"), Placed, cls),
    "dinov2_with_registers": Family(
        "DINOv2 with registers",
        "Darcet et al. 2024",
        _arxiv("2309.16588"),
        Placed,
        cls_and_registers,
    ),
    "dinov3_vit": Family(
        "DINOv3", "Siméoni et al. 2025", _arxiv("2508.10104"), prefix=cls_and_registers
    ),
    "beit": Family(
        "BEiT",
        "Bao et al. 2022",
        _arxiv("2106.08254"),
        prefix=cls,
        shows=f"{PLAIN}, with the bias of relative positions",
    ),
    "clip": _CLIP,
    "clip_vision_model": _CLIP,
    "siglip": _SIGLIP,
    "siglip_vision_model": _SIGLIP,
    "ijepa": Family(
        "I-JEPA",
        "Assran et al. 2023",
        _arxiv("2301.08243"),
        shows=f"{PLAIN}; no class token",
    ),
    "vit_mae": Family(
        "MAE",
        "He et al. 2022",
        _arxiv("2111.06377"),
        Unmasked,
        prefix=cls,
        shows=f"{PLAIN}; no patch is masked",
    ),
    "dpt": Family(
        "DPT",
        "Ranftl et al. 2021",
        _arxiv("2103.13413"),
        Depth,
        prefix=cls,
        shows=f"{PLAIN}; depth, where the encoder is a backbone of its own",
    ),
    "depth_anything": Family(
        "Depth Anything",
        "Yang et al. 2024",
        _arxiv("2401.10891"),
        Depth,
        prefix=cls,
        shows=f"{PLAIN}; depth",
    ),
    "yolos": Family(
        "YOLOS",
        "Fang et al. 2021",
        _arxiv("2106.00666"),
        Detector,
        prefix=cls,
        suffix=detections,
        shows=f"{PLAIN}, detection tokens after the patches; boxes and classes",
    ),
    "detr": Family(
        "DETR",
        "Carion et al. 2020",
        _arxiv("2005.12872"),
        EncoderDecoder,
        shows="the encoder's grid, the object queries, and each query's view of the grid; boxes "
        "and classes",
    ),
    "swin": Family(
        "Swin",
        "Liu et al. 2021",
        _arxiv("2103.14030"),
        Windows,
        shows="a patch's view of its window, shifted in every second block; padding has its name",
    ),
    "swinv2": Family(
        "Swin V2",
        "Liu et al. 2022",
        _arxiv("2111.09883"),
        CosineWindows,
        recorded="hooks",
        shows="as Swin, by cosine",
    ),
    "segformer": Family(
        "SegFormer",
        "Xie et al. 2021",
        _arxiv("2105.15203"),
        Pyramid,
        shows="a patch's view of regions: one key stands for several patches",
    ),
    "pvt": Family(
        "PVT",
        "Wang et al. 2021",
        _arxiv("2102.12122"),
        PyramidVisionTransformer,
        recorded="hooks",
        shows="as SegFormer; the last stage has a class token",
    ),
    "pvt_v2": Family(
        "PVT v2",
        "Wang et al. 2022",
        _arxiv("2106.13797"),
        PyramidVisionTransformerV2,
        recorded="hooks",
        shows="as SegFormer",
    ),
    "mobilevit": Family(
        "MobileViT",
        "Mehta and Rastegari 2022",
        _arxiv("2110.02178"),
        Interleaved,
        recorded="hooks",
        shows="a pixel's view of those at the same place of the other 2 x 2 patches",
    ),
    "mobilevitv2": Family(
        "MobileViTv2",
        "Mehta and Rastegari 2022",
        _arxiv("2206.02680"),
        Context,
        recorded="hooks",
        shows="the context weights, one row for each place in a 2 x 2 patch",
    ),
    "hiera": Family(
        "Hiera",
        "Ryali et al. 2023",
        _arxiv("2306.00989"),
        MaskUnits,
        recorded="hooks",
        shows="a patch's view of its mask unit, then of the whole map; pooled queries",
    ),
    "regnet": Family(
        "RegNet-Y",
        "Radosavovic et al. 2020",
        _arxiv("2003.13678"),
        Gates,
        recorded="hooks",
        shows="channel gates (squeeze-and-excitation)",
    ),
    "efficientnet": Family(
        "EfficientNet",
        "Tan and Le 2019",
        _arxiv("1905.11946"),
        BlockGates,
        recorded="hooks",
        shows="channel gates (squeeze-and-excitation)",
    ),
}

_CONVOLUTIONS = (
    "{} has no attention, it is made of convolutions: choose a vision transformer, or a RegNet-Y "
    "or EfficientNet for channel gates."
)
_CHAINS = (
    "{} has no attention, it is made of convolutions: list a classifier's folder with "
    'zoo = "convnet:ConvNet" for its verdict, class activation maps and receptive fields.'
)
_OWN_BIAS = (
    "SAM adds to every score a bias that depends on the query itself, and the weights of its four "
    "global layers would take 3 GB: they are not shown. Choose a ViT, such as the MAE its encoder "
    "began as."
)
REFUSED: Mapping[str, str] = {
    "sam": _OWN_BIAS,
    "sam_vision_model": _OWN_BIAS,
    **{
        name: _CONVOLUTIONS.format(title)
        for name, title in {
            "bit": "BiT",
            "convnextv2": "ConvNeXt V2",
            "dinov3_convnext": "DINOv3 ConvNeXt",
            "hgnet_v2": "HGNet V2",
            "mobilenet_v1": "MobileNet V1",
            "mobilenet_v2": "MobileNet V2",
            "textnet": "TextNet",
        }.items()
    },
    "convnext": _CHAINS.format("ConvNeXt"),
    "resnet": _CHAINS.format("ResNet"),
    "focalnet": "FocalNet has no attention: its focal modulation gathers a patch's surroundings by "
    "convolutions and gates of its own. Choose a Swin transformer, which it is compared with.",
    "poolformer": "PoolFormer has no attention: its layers take means of neighbours in its place. "
    "Choose a ViT, whose layers it keeps otherwise.",
}


class Unknown(Structure):
    """A model of no family here: shown where it turns out to be plain patches, else refused."""

    @classmethod
    def check(cls, model: Any) -> None:
        """Raises Unrecordable for a model of other things than photos, or with its own softmax."""
        kind, takes = model.config.model_type, getattr(model, "main_input_name", "pixel_values")
        if takes != "pixel_values":
            text = ' A model of text is listed with task = "sentence".'
            raise Unrecordable(
                f"{kind} takes {takes}, not the pixels of a photo."
                + (text if takes == "input_ids" else "")
            )
        if getattr(model, "_supports_sdpa", False) is False:
            raise Unrecordable(
                f"{kind} is of no family that is known here, and has no attention that passes "
                "through transformers' attention interface: nothing of it can be recorded. "
                + _KNOWN
            )

    def prepare(self) -> None:
        try:
            _ = self.cell
        except AttributeError as error:
            raise Unrecordable(
                f"{self.config.model_type} is of no family that is known here, and does not say "
                f"how large its patches are. {_KNOWN}"
            ) from error


_KNOWN = "The families that are shown are listed in docs/families.md."


def family_of(model_type: str) -> Family:
    """The family of a model_type. Raises Unrecordable for one that has nothing to show."""
    if model_type in REFUSED:
        raise Unrecordable(REFUSED[model_type])
    unknown = Family(model_type, "", "", Unknown, shows=PLAIN)
    return FAMILIES.get(model_type, unknown)


_BUILT: WeakKeyDictionary[Any, Structure] = WeakKeyDictionary()


def built(model: Any) -> Structure:
    """The structure of a model in memory, made once: its layers are hooked once. Unrecordable."""
    if model not in _BUILT:
        model.set_attn_implementation(IMPLEMENTATION)
        _BUILT[model] = family_of(model.config.model_type).build(model)
    return _BUILT[model]
