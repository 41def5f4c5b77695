"""transformers' own weights of every family, laid out on whole axes by another road than ours.

A model loaded with its eager attention shows its softmax to a torch function mode. Where it attends
in windows, which patch a token is comes from transformers' own code that takes maps apart, or from
the papers' formula, never from the zoo's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812
from torch.overrides import TorchFunctionMode
from transformers.models.hiera.modeling_hiera import HieraEncoder

from foveate.models.axis import Grid
from foveate.models.recording import IMPLEMENTATION
from foveate.models.zoo.image.vit import VisionTransformer


class Softmaxes(TorchFunctionMode):
    """What every softmax gives, and the weights of torch's own attention, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Tensor] = []

    def __torch_function__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if function is F.multi_head_attention_forward:
            kwargs |= {"need_weights": True, "average_attn_weights": False}
        made = function(*args, **kwargs)
        if function is F.multi_head_attention_forward:
            self.found.append(made[1])
        if function in (F.softmax, torch.softmax, Tensor.softmax):
            self.found.append(made)
        return made


def eager_weights(model: VisionTransformer, pixels: Tensor, cells: Grid) -> list[Tensor]:
    """The weights (H, T, S) of every site of a model, from its eager attention."""
    eager = model.structure.model
    eager.set_attn_implementation("eager")
    with torch.inference_mode(), Softmaxes() as softmaxes:
        model.structure.run(pixels)
    eager.set_attn_implementation(IMPLEMENTATION)
    layout = LAYOUTS.get(eager.config.model_type, _plain)
    return layout(eager, softmaxes.found, cells)


def _plain(eager: Any, found: list[Tensor], cells: Grid) -> list[Tensor]:
    return [weights[0] for weights in found]


def _swin(eager: Any, found: list[Tensor], cells: Grid) -> list[Tensor]:
    """Token k of window (wr, wc) is pixel (M wr + k // M + shift, M wc + k % M + shift)."""
    made: list[Tensor] = []
    stages = eager.encoder.layers
    for number, stage in enumerate(stages):
        scale = 2 ** (len(stages) - 1 - number)
        rows, columns = cells.rows * scale, cells.columns * scale
        for block in stage.blocks:
            window, shift = int(block.window_size), int(block.shift_size)
            if eager.config.model_type == "swin" and min(rows, columns) <= window:
                shift = 0
            high, wide = -(-rows // window) * window, -(-columns // window) * window
            places = []
            for start in ((r, c) for r in range(0, high, window) for c in range(0, wide, window)):
                for k in range(window * window):
                    row = (start[0] + k // window + shift) % high
                    column = (start[1] + k % window + shift) % wide
                    inside = row < rows and column < columns
                    places.append(row * columns + column if inside else rows * columns)
            sets = torch.tensor(places).view(-1, window * window)
            padded = int((sets == rows * columns).any())
            sizes = rows * columns, rows * columns + padded
            made.append(_dense(found[len(made)], sets, sets, *sizes))
    return made


def _mobile(eager: Any, found: list[Tensor], cells: Grid) -> list[Tensor]:
    """The models take their maps apart themselves: here maps of every pixel's number."""
    made: list[Tensor] = []
    parts = [part for part in eager.encoder.layer if hasattr(part, "transformer")]
    for part, stride in zip(parts, (8, 16, 32), strict=True):
        rows, columns = (side * cells.patch_size // stride for side in (cells.rows, cells.columns))
        numbers = torch.arange(rows * columns).view(1, 1, rows, columns).float()
        sets = part.unfolding(numbers)[0].flatten().view(4, -1).long()
        for _ in part.transformer.layer:
            weights = found[len(made)]
            if weights.shape[1:3] == (1, 4):  # MobileViTv2: (1, 1, sets, patches)
                one = torch.arange(4)[:, None]
                weights = weights[0, 0][:, None, None]
                made.append(_dense(weights, one, sets, 4, rows * columns))
            else:
                made.append(_dense(weights, sets, sets, rows * columns, rows * columns))
    return made


def _hiera(eager: Any, found: list[Tensor], cells: Grid) -> list[Tensor]:
    """The encoder's own `reroll`, which puts a stage's tokens back on the map."""
    config = eager.config
    config.image_size = [cells.rows * cells.patch_size, cells.columns * cells.patch_size]
    encoder = HieraEncoder(config)
    sizes = [cells.size * (cells.patch_size // (4 * 2**stage)) ** 2 for stage in range(4)]
    orders = []
    for stage, size in enumerate(sizes):
        numbers = torch.arange(size).view(1, -1, 1)
        orders.append(encoder.reroll(numbers, stage).flatten().argsort())
    made: list[Tensor] = []
    for stage, depth in enumerate(config.depths):
        for block in range(depth):
            weights = found[len(made)]  # (1, H, W, t, s)
            windows, queries, keys = weights.shape[2:]
            before = orders[stage - 1 if block == 0 and stage else stage]
            key = before.view(keys, windows).T
            query = orders[stage].view(queries, windows).T
            dense = _dense(weights[0].transpose(0, 1), query, key, sizes[stage], len(before))
            made.append(dense)
    return made


def _dense(weights: Tensor, query: Tensor, key: Tensor, queries: int, keys: int) -> Tensor:
    """Weights (W, H, t, s) of windows on whole axes: (H, queries, keys)."""
    whole = torch.zeros(weights.shape[1], queries, keys)
    for window in range(len(query)):
        for row, place in enumerate(query[window].tolist()):
            if place < queries:
                whole[:, place].index_add_(1, key[window], weights[window, :, row])
    return whole


LAYOUTS: dict[str, Callable[[Any, list[Tensor], Grid], list[Tensor]]] = {
    "swin": _swin,
    "swinv2": _swin,
    "mobilevit": _mobile,
    "mobilevitv2": _mobile,
    "hiera": _hiera,
}
