"""How good a translator is: batches of translations, BLEU with its signature, by source length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from models import decoding
from models.decoding import Output

LENGTH_FACTOR, SHORTEST_LIMIT = 3, 16


@torch.inference_mode()
def translate(network: Any, pieces: Any, sources: Sequence[str], batch: int = 64) -> list[str]:
    """Greedy translations, sentences of like length together, in the order given."""
    ids = pieces.encode(list(sources), add_eos=True)
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    found: dict[int, str] = {}
    for first in range(0, len(order), batch):
        chosen = order[first : first + batch]
        written = _written(network, pieces, [ids[i] for i in chosen])
        found |= zip(chosen, written, strict=True)
    return [found[i] for i in range(len(ids))]


def _written(network: Any, pieces: Any, rows: Sequence[list[int]]) -> list[str]:
    longest, end = max(map(len, rows)), pieces.eos_id()
    lengths = torch.tensor([len(row) for row in rows])
    source = torch.tensor([row + [end] * (longest - len(row)) for row in rows])
    mask = (torch.arange(longest) < lengths[:, None])[:, None, None]
    limits = [max(SHORTEST_LIMIT, LENGTH_FACTOR * len(row)) for row in rows]
    state = network.encode(source, mask)
    ids, _ = decoding.greedy(network, state, output(network, pieces), limits)
    return pieces.decode([[i for i in row if i != end] for row in ids])  # type: ignore[no-any-return]


def output(network: Any, pieces: Any) -> Output:
    """The output layer over the whole vocabulary; the unknown piece is never written."""
    weight, bias = network.output(None)
    limited: Tensor = bias.clone()
    limited[pieces.unk_id()] = float("-inf")
    return Output(weight, limited, None, pieces.eos_id())
