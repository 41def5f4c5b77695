"""What recording costs: forward passes of the default model, against the bare fused pass.

python -m bench.forward
"""

from __future__ import annotations

import resource
from collections.abc import Callable

import torch
from torch import Tensor

from bench.timing import interleaved, milliseconds, ratio
from foveate.models.analysis.heatmap import heatmap
from foveate.models.axis import Crop, Grid
from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import load
from foveate.models.zoo.image.dinov2 import Dinov2

SIDES = (224, 448, 518)


def passes(model: Dinov2, side: int) -> dict[str, Callable[[], object]]:
    """The bare fused pass; with recording and all CLS rows; and transformers' output_attentions."""
    count = side // 14
    grid, pixels = Grid(count, count, 14), torch.randn(1, 3, side, side)

    def using(implementation: str, run: Callable[[], object]) -> Callable[[], object]:
        @torch.inference_mode()
        def timed() -> object:
            model.model.set_attn_implementation(implementation)
            return run()

        return timed

    def recorded() -> list[Tensor]:
        trace = model.trace_pixels(pixels, grid, Crop(0, 0, side, side))
        return [heatmap(site.weights(query=0), site.key) for site in trace.sites]

    def attentions() -> object:
        found = model.model(pixels.to(model.dtype), output_attentions=True)
        return [weights[0, :, 0] for weights in found.attentions]

    return {
        "bare": using("sdpa", lambda: model.forward(pixels)),
        "recorded": using("foveate", recorded),
        "output_attentions": using("eager", attentions),
    }


def compare_recording(model: Dinov2) -> None:
    print(f"Over the bare fused pass, {model.precision}:")
    for side in SIDES:
        seconds = interleaved(passes(model, side))
        print(
            f"  {side} px: recorded with all CLS rows {ratio(seconds, 'recorded', 'bare')}, "
            f"output_attentions {ratio(seconds, 'output_attentions', 'bare')}, "
            f"recorded over output_attentions {ratio(seconds, 'recorded', 'output_attentions')}; "
            f"bare {milliseconds(seconds['bare'])}"
        )


def compare_precision(exact: Dinov2, fast: Dinov2) -> None:
    print("bfloat16 over float32:")
    for side in SIDES:
        seconds = interleaved(
            {"float32": passes(exact, side)["bare"], "bfloat16": passes(fast, side)["bare"]}
        )
        print(f"  {side} px: {ratio(seconds, 'bfloat16', 'float32')}")


def main() -> None:
    card = Catalog()["dinov2-small"]
    exact, fast = load(card, "float32"), load(card, "bfloat16")
    compare_recording(exact)
    compare_recording(fast)
    compare_precision(exact, fast)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"Peak memory of this run: {peak:.0f} MiB")


if __name__ == "__main__":
    main()
