"""Tiny random models of every family, made by transformers' own classes and saved as folders."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers as hub
from torch import nn
from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES

SIZES = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3}
VIT = SIZES | {"intermediate_size": 48, "image_size": 64, "patch_size": 16}
STAGES = {"depths": [2, 2], "num_heads": [1, 2], "image_size": 64}
SWIN = STAGES | {"embed_dim": 8, "patch_size": 4}
PYRAMID = {"hidden_sizes": [8, 8, 16, 16], "num_attention_heads": [1, 1, 2, 2]}
PYRAMID |= {"depths": [1, 1, 2, 1]}
TEXT = SIZES | {"intermediate_size": 48, "vocab_size": 20}


def _resnet() -> Any:
    return hub.ResNetConfig(
        embedding_size=8, hidden_sizes=[8] * 4, depths=[1] * 4, out_features=["stage4"]
    )


def _whole(config: Any, **vision: Any) -> Any:
    return config(text_config=TEXT, vision_config=vision, projection_dim=8)


MOBILE = {"hidden_sizes": [12, 16, 20], "neck_hidden_sizes": [4, 8, 8, 12, 16, 20, 24]}

# What transformers calls the family, to a class and the settings of a tiny model of it.
TINY: dict[str, tuple[Callable[[Any], Any], Callable[[], Any]]] = {
    "vit": (hub.ViTModel, lambda: hub.ViTConfig(**VIT)),
    "vit_msn": (hub.ViTMSNModel, lambda: hub.ViTMSNConfig(**VIT)),
    "deit": (hub.DeiTModel, lambda: hub.DeiTConfig(**VIT)),
    "dinov2": (hub.Dinov2Model, lambda: hub.Dinov2Config(**SIZES, image_size=56, patch_size=14)),
    "dinov2_with_registers": (
        hub.Dinov2WithRegistersModel,
        lambda: hub.Dinov2WithRegistersConfig(
            **SIZES, image_size=56, patch_size=14, num_register_tokens=2
        ),
    ),
    "dinov3_vit": (
        hub.DINOv3ViTModel,
        lambda: hub.DINOv3ViTConfig(**VIT, num_register_tokens=4),
    ),
    "beit": (hub.BeitModel, lambda: hub.BeitConfig(**VIT, use_relative_position_bias=True)),
    "clip_vision_model": (hub.CLIPVisionModel, lambda: hub.CLIPVisionConfig(**VIT)),
    "clip": (hub.CLIPModel, lambda: _whole(hub.CLIPConfig, **VIT)),
    "siglip_vision_model": (hub.SiglipVisionModel, lambda: hub.SiglipVisionConfig(**VIT)),
    "siglip": (
        hub.SiglipModel,
        lambda: hub.SiglipConfig(text_config=TEXT, vision_config=VIT),
    ),
    "ijepa": (hub.IJepaModel, lambda: hub.IJepaConfig(**VIT)),
    "vit_mae": (hub.ViTMAEModel, lambda: hub.ViTMAEConfig(**VIT)),
    "dpt": (
        hub.DPTForDepthEstimation,
        lambda: hub.DPTConfig(
            **VIT | {"num_hidden_layers": 4},
            backbone_out_indices=[0, 1, 2, 3],
            neck_hidden_sizes=[8, 8, 8, 8],
            fusion_hidden_size=8,
            is_hybrid=False,
        ),
    ),
    "depth_anything": (
        hub.DepthAnythingForDepthEstimation,
        lambda: hub.DepthAnythingConfig(
            backbone_config=hub.Dinov2Config(
                **SIZES | {"num_hidden_layers": 4},
                image_size=56,
                patch_size=14,
                out_indices=[1, 2, 3, 4],
                reshape_hidden_states=False,
            ),
            reassemble_hidden_size=24,
            neck_hidden_sizes=[8, 8, 8, 8],
            fusion_hidden_size=8,
            head_hidden_size=8,
        ),
    ),
    "yolos": (
        hub.YolosForObjectDetection,
        lambda: hub.YolosConfig(**VIT | {"image_size": [64, 64]}, num_detection_tokens=5),
    ),
    "detr": (
        hub.DetrForObjectDetection,
        lambda: hub.DetrConfig(
            use_timm_backbone=False,
            backbone=None,
            backbone_config=_resnet(),
            use_pretrained_backbone=False,
            d_model=16,
            encoder_layers=2,
            decoder_layers=2,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            encoder_ffn_dim=16,
            decoder_ffn_dim=16,
            num_queries=5,
        ),
    ),
    "swin": (hub.SwinModel, lambda: hub.SwinConfig(**SWIN, window_size=7)),
    "swinv2": (hub.Swinv2Model, lambda: hub.Swinv2Config(**SWIN, window_size=8)),
    "segformer": (hub.SegformerModel, lambda: hub.SegformerConfig(**PYRAMID)),
    "pvt": (hub.PvtModel, lambda: hub.PvtConfig(**PYRAMID, image_size=64)),
    "pvt_v2": (hub.PvtV2Model, lambda: hub.PvtV2Config(**PYRAMID)),
    "mobilevit": (
        hub.MobileViTModel,
        lambda: hub.MobileViTConfig(**MOBILE, num_attention_heads=2, image_size=64),
    ),
    "mobilevitv2": (
        hub.MobileViTV2Model,
        lambda: hub.MobileViTV2Config(base_attn_unit_dims=[8, 8, 8], width_multiplier=0.25),
    ),
    "hiera": (
        hub.HieraModel,
        lambda: hub.HieraConfig(
            image_size=[64, 64],
            embed_dim=8,
            num_heads=[1, 2, 2, 4],
            depths=[1, 2, 2, 1],
            masked_unit_attention=[True, True, False, False],
        ),
    ),
    "regnet": (
        hub.RegNetModel,
        lambda: hub.RegNetConfig(
            embedding_size=8,
            hidden_sizes=[8, 16, 16, 24],
            depths=[1, 2, 1, 1],
            groups_width=4,
            layer_type="y",
        ),
    ),
    "efficientnet": (
        hub.EfficientNetModel,
        lambda: hub.EfficientNetConfig(
            image_size=64, width_coefficient=0.25, depth_coefficient=0.3, hidden_dim=320
        ),
    ),
}


def tiny(family: str, folder: Path) -> Path:
    """Saves a tiny model of the family, its weights at random and none of them 0."""
    made, config = TINY[family]
    torch.manual_seed(0)
    return saved(made(config()), folder)


def classifier(family: str) -> str | None:
    """What transformers calls the family's classifier; None where it has none."""
    found = MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES.get(family)
    return found if isinstance(found, str | None) else found[-1]


def tiny_classifier(family: str, folder: Path, **settings: Any) -> Path:
    """Saves a tiny classifier of the family, of three classes."""
    config = TINY[family][1]()
    named = {0: "cat", 1: "dog", 2: "wombat"}
    config.update({"id2label": named, "label2id": {v: k for k, v in named.items()}, **settings})
    torch.manual_seed(0)
    return saved(getattr(hub, str(classifier(family)))(config), folder)


def saved(model: Any, folder: Path) -> Path:
    """Saves a model with weights large enough that its attention is not even."""
    for parameter in model.parameters():
        if parameter.ndim < 2:
            nn.init.normal_(parameter, 0.5, 0.5)
        else:
            nn.init.normal_(parameter, std=1.5 * parameter[0].numel() ** -0.5)
    model.save_pretrained(folder)
    settings = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))
    return folder
