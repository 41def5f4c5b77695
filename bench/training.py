"""What the loss in chunks saves: forward and backward of the output layer, against torch's own.

python -m bench.training
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn import functional as F  # noqa: N812

from bench.timing import interleaved, milliseconds, ratio
from foveate.models.training.loss import smoothed_cross_entropy

VOCABULARY, SMOOTHING = 8000, 0.1
WIDTHS, TOKENS = (192, 512), 1700


def losses(width: int, dtype: torch.dtype) -> dict[str, Callable[[], object]]:
    """Both on the same states and labels, with gradients of everything."""
    torch.manual_seed(0)
    states = torch.randn(TOKENS, width, requires_grad=True)
    weight = torch.randn(VOCABULARY, width, requires_grad=True)
    bias = torch.zeros(VOCABULARY, requires_grad=True)
    target = torch.randint(0, VOCABULARY, (TOKENS,))

    def ours() -> object:
        loss = smoothed_cross_entropy(states, weight, bias, target, SMOOTHING, dtype)
        return torch.autograd.grad(loss, (states, weight, bias))

    def torchs() -> object:
        with torch.autocast("cpu", dtype, enabled=dtype is torch.bfloat16):
            logits = F.linear(states, weight, bias)
            loss = F.cross_entropy(logits, target, label_smoothing=SMOOTHING)
        return torch.autograd.grad(loss, (states, weight, bias))

    return {"ours": ours, "torch": torchs}


def main() -> None:
    torch.set_num_threads(1)  # as each model of the lab is trained
    print(f"{TOKENS} tokens, {VOCABULARY} pieces, one thread:")
    for dtype in (torch.bfloat16, torch.float32):
        for width in WIDTHS:
            seconds = interleaved(losses(width, dtype))
            name = str(dtype).removeprefix("torch.")
            print(
                f"  {name}, width {width}: {ratio(seconds, 'ours', 'torch')} of "
                f"cross_entropy's {milliseconds(seconds['torch'])}"
            )


if __name__ == "__main__":
    main()
