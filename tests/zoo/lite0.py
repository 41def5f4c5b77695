"""EfficientNet-Lite0 by another road: its published names, and its graph for ONNX Runtime.

ONNX has TensorFlow's padding as a rule of its own (SAME_UPPER): `run` uses nothing of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from torch import Tensor

from foveate.models.weights.cache import file_sha256
from foveate.models.zoo.image.efficientnet_lite import EfficientNetLite

# Of every block: expansion, kernel, stride, channels in and out.
BLOCKS = [
    (1, 3, 1, 32, 16),
    *[(6, 3, 2, 16, 24), (6, 3, 1, 24, 24)],
    *[(6, 5, 2, 24, 40), (6, 5, 1, 40, 40)],
    *[(6, 3, 2, 40, 80), (6, 3, 1, 80, 80), (6, 3, 1, 80, 80)],
    *[(6, 5, 1, 80, 112), (6, 5, 1, 112, 112), (6, 5, 1, 112, 112)],
    *[(6, 5, 2, 112, 192), (6, 5, 1, 192, 192), (6, 5, 1, 192, 192), (6, 5, 1, 192, 192)],
    (6, 3, 1, 192, 320),
]
CARD = """
[{name}]
title = "A convolutional network at random"
task = "image"
zoo = "efficientnet_lite:EfficientNetLite"
paper = "Tan and Le 2019"
paper_url = "https://arxiv.org/abs/1905.11946"
licence = "Apache-2.0"
credit = "this test"
bytes = 1000
[{name}.source]
kind = "folder"
path = "{path}"
sha256 = "{sha256}"
"""


def random_state() -> dict[str, Tensor]:
    """Weights under the published names, in the published order."""
    state: dict[str, Tensor] = {}
    _layer(state, "_conv_stem", "_bn0", (32, 3, 3, 3))
    for number, (expansion, kernel, _, inner, outer) in enumerate(BLOCKS):
        block, wide = f"_blocks.{number}.", inner * expansion
        if expansion > 1:
            _layer(state, f"{block}_expand_conv", f"{block}_bn0", (wide, inner, 1, 1))
        _layer(state, f"{block}_depthwise_conv", f"{block}_bn1", (wide, 1, kernel, kernel))
        _layer(state, f"{block}_project_conv", f"{block}_bn2", (outer, wide, 1, 1))
    _layer(state, "_conv_head", "_bn1", (1280, 320, 1, 1))
    return state | {"_fc.weight": torch.randn(1000, 1280) / 36, "_fc.bias": torch.randn(1000)}


def _layer(state: dict[str, Tensor], name: str, norm: str, shape: tuple[int, ...]) -> None:
    width, inputs = shape[0], shape[1] * shape[2] * shape[3]
    state[f"{name}.weight"] = torch.randn(shape) * (2 / inputs) ** 0.5
    state[f"{norm}.weight"], state[f"{norm}.bias"] = torch.rand(width) + 0.5, torch.randn(width) / 9
    state[f"{norm}.running_mean"] = torch.randn(width) / 9
    state[f"{norm}.running_var"] = torch.rand(width) + 0.5
    state[f"{norm}.num_batches_tracked"] = torch.tensor(7)


def save(state: Mapping[str, Tensor], folder: Path) -> Path:
    """A file as the published one is."""
    path = folder / "lite0.pth"
    torch.save(dict(state), path, _use_new_zipfile_serialization=False)
    return path


def converted(state: Mapping[str, Tensor], folder: Path) -> EfficientNetLite:
    """A model of those weights, by way of such a file."""
    EfficientNetLite.convert(save(state, folder), folder)
    return EfficientNetLite("random", folder, torch.bfloat16)


def card(name: str, folder: Path) -> str:
    """Saves a network of random weights, and gives its table of a catalog."""
    torch.manual_seed(0)
    converted(random_state(), folder)
    digest = file_sha256(folder / "model.safetensors")
    return CARD.format(name=name, path=folder, sha256=digest)


class _Graph:
    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []

    def add(self, kind: str, *inputs: str, **settings: object) -> str:
        name = f"made{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **settings))
        return name

    def layer(
        self, given: str, name: str, norm: str, stride: int = 1, group: int = 1, relu6: bool = True
    ) -> str:
        settings = {"strides": [stride] * 2, "group": group, "auto_pad": "SAME_UPPER"}
        made = self.add("Conv", given, f"{name}.weight", **settings)
        parts = [f"{norm}.{part}" for part in ("weight", "bias", "running_mean", "running_var")]
        made = self.add("BatchNormalization", made, *parts, epsilon=1e-3)
        return self.add("Clip", made, "zero", "six") if relu6 else made


def _nodes() -> tuple[list[NodeProto], str]:
    graph = _Graph()
    made = graph.layer("pixels", "_conv_stem", "_bn0", 2)
    for number, (expansion, _, stride, inner, outer) in enumerate(BLOCKS):
        block, wide, given = f"_blocks.{number}.", inner * expansion, made
        if expansion > 1:
            made = graph.layer(made, f"{block}_expand_conv", f"{block}_bn0")
        made = graph.layer(made, f"{block}_depthwise_conv", f"{block}_bn1", stride, wide)
        made = graph.layer(made, f"{block}_project_conv", f"{block}_bn2", relu6=False)
        if stride == 1 and inner == outer:
            made = graph.add("Add", made, given)
    made = graph.layer(made, "_conv_head", "_bn1")
    flat = graph.add("Flatten", graph.add("GlobalAveragePool", made))
    return graph.nodes, graph.add("Gemm", flat, "_fc.weight", "_fc.bias", transB=1)


def _model(state: Mapping[str, Tensor]) -> ModelProto:
    nodes, last = _nodes()
    held = {name: tensor.numpy() for name, tensor in state.items()}
    held |= {"zero": np.float32(0), "six": np.float32(6)}
    stored = [numpy_helper.from_array(np.array(array), name) for name, array in held.items()]
    pixels = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, [None, 3, None, None])
    logits = helper.make_tensor_value_info(last, TensorProto.FLOAT, [None, 1000])
    graph = helper.make_graph(nodes, "lite0", [pixels], [logits], stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def run(state: Mapping[str, Tensor], pixels: Tensor) -> Tensor:
    """Logits (B, 1000) of those weights, by ONNX Runtime."""
    content = _model(state).SerializeToString()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    providers = ["CPUExecutionProvider"]
    session = onnxruntime.InferenceSession(content, options, providers)
    return torch.from_numpy(session.run(None, {"pixels": pixels.numpy()})[0])
