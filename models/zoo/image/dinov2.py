"""DINOv2: learning robust visual features without supervision (Oquab et al. 2023).

https://arxiv.org/abs/2304.07193

A ViT-S/14 trained by self-distillation: no label ever told it what an object is, and yet its last
layer's class token attends to the thing in the picture. Beside it sits a saliency decoder, which
makes the pair an encoder-decoder: patch tokens in, a map of what matters out.
"""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from foveate.models.axis import Crop, Grid
from foveate.models.inputs.preparation import Preparation
from foveate.models.trace import Deferred
from foveate.models.weights.source import MODEL_FILE
from foveate.models.zoo.image.vit import VisionTransformer

if TYPE_CHECKING:
    import onnx

DECODER_FILE = "decoder.safetensors"
WIDTH, LAYERS, HEADS, PATCH, TRAINED_SIDE = 384, 12, 6, 14, 518


class SaliencyDecoder(nn.Module):
    """Patch tokens (B, WIDTH, rows, columns) to saliency logits, eight times finer."""

    def __init__(self) -> None:
        super().__init__()
        widths = (WIDTH, 256, 128, 64)
        blocks = [_upsample(*pair) for pair in itertools.pairwise(widths)]
        self.blocks = nn.Sequential(*blocks)
        self.final = nn.Conv2d(64, 1, 1)

    def forward(self, tokens: Tensor, size: tuple[int, int]) -> Tensor:
        """Saliency 0..1 of every pixel of the model's input: (B, height, width)."""
        logits = self.final(self.blocks(tokens))  # (B, 1, 8 rows, 8 columns)
        fine = nn.functional.interpolate(logits, size, mode="bilinear", align_corners=False)
        return fine.sigmoid()[:, 0]


def _upsample(inner: int, outer: int) -> nn.Sequential:
    convolution = nn.ConvTranspose2d(inner, outer, 4, stride=2, padding=1)
    return nn.Sequential(convolution, nn.BatchNorm2d(outer), nn.ReLU())


class Dinov2(VisionTransformer):
    """DINOv2 ViT-S/14; its output `saliency` is (height, width) of the model's input, `embedding`
    its class token after the last layer (1, WIDTH).
    """

    def __init__(self, name: str, folder: Path, dtype: torch.dtype) -> None:
        super().__init__(name, folder, dtype)
        self.preparation = Preparation()  # ImageNet's; the published file does not say it
        self.decoder = SaliencyDecoder().eval().requires_grad_(False)
        self.decoder.load_state_dict(load_file(folder / DECODER_FILE))
        # Of these convolutions bfloat16 is held to float32 at every shape: tests/models/zoo.
        self.decoder.to(dtype).to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @property
    def nbytes(self) -> int:
        decoder = self.decoder.state_dict().values()
        return int(super().nbytes + sum(tensor.nbytes for tensor in decoder))

    def outputs(self, output: Any, cells: Grid, crop: Crop) -> dict[str, Deferred]:
        hidden: Tensor = output.last_hidden_state  # (1, S, WIDTH)
        saliency = Deferred(lambda: self._saliency(hidden, cells), 4 * cells.size * PATCH**2)
        return super().outputs(output, cells, crop) | {"saliency": saliency}

    @torch.inference_mode()
    def _saliency(self, hidden: Tensor, grid: Grid) -> Tensor:
        patches = hidden[:, -grid.size :].mT.reshape(1, WIDTH, grid.rows, grid.columns)
        patches = patches.contiguous(memory_format=torch.channels_last)  # a third faster here
        size = grid.rows * PATCH, grid.columns * PATCH
        return self.decoder(patches, size)[0].float()  # type: ignore[no-any-return]

    @staticmethod
    def convert(source: Path, target: Path) -> None:
        """The ONNX file's weights as a folder that transformers loads, and the decoder's beside."""
        import onnx  # here alone: whoever serves what was converted does without it

        tensors = _named_tensors(onnx.load(source).graph)
        backbone = {_hugging_face(n): t for n, t in tensors.items() if n.startswith("backbone.")}
        decoder = {_ours(n): t for n, t in tensors.items() if n.startswith("decoder.")}
        save_file(backbone, target / MODEL_FILE, metadata={"format": "pt"})
        save_file(decoder, target / DECODER_FILE, metadata={"format": "pt"})
        (target / "config.json").write_text(json.dumps(CONFIG, indent=2) + "\n")


CONFIG = {
    "architectures": ["Dinov2Model"],
    "model_type": "dinov2",
    "hidden_size": WIDTH,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": HEADS,
    "patch_size": PATCH,
    "image_size": TRAINED_SIDE,
    "use_mask_token": False,
}


def _named_tensors(graph: onnx.GraphProto) -> dict[str, Tensor]:
    """The graph's weights under their module names.

    Square and MLP matrices are stored without a name and transposed: the node that multiplies by
    one tells where it belongs. The position embeddings come in two parts, told apart by shape.
    """
    from onnx import numpy_helper

    stored = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in graph.initializer}
    named = {n: t for n, t in stored.items() if n.startswith(("backbone.", "decoder."))}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in stored:
            place = node.name.removeprefix("/").removesuffix("/MatMul").replace("/", ".")
            named[f"{place}.weight"] = stored[node.input[1]].T.contiguous()
    parts = [t for n, t in stored.items() if n not in named and t.ndim == 3]
    named["backbone.embeddings.position_embeddings"] = torch.cat(
        sorted(parts, key=lambda t: t.shape[1]), dim=1
    )
    return named


def _hugging_face(name: str) -> str:
    """The file's names are those of an older transformers; these are the present ones."""
    name = name.removeprefix("backbone.")
    name = re.sub(r"attention\.attention\.(q|k|v)\w+\.", r"attention.\1_proj.", name)
    return name.replace("attention.output.dense.", "attention.o_proj.")


def _ours(name: str) -> str:
    name = name.removeprefix("decoder.").replace("final_conv", "final")
    name = re.sub(r"upconv(\d)", lambda m: f"blocks.{int(m[1]) - 1}.0", name)
    return re.sub(r"bn(\d)", lambda m: f"blocks.{int(m[1]) - 1}.1", name)
