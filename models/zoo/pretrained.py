"""What the zoo's models share that transformers loads from a folder: loading, and their values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional as F  # noqa: N812
from torch.overrides import TorchFunctionMode
from transformers.utils.logging import disable_progress_bar

from foveate.models.attention import Partition, Values
from foveate.models.calls import QueryKeyCall
from foveate.models.errors import InputError, WeightsError
from foveate.models.intervention import NO_SWITCHES, Switches
from foveate.models.recording import (
    IMPLEMENTATION,
    Calls,
    check_recordable,
    recording,
)
from foveate.models.site import Site
from foveate.models.zoo.embedding import convolves, embed_by_products

disable_progress_bar()  # type: ignore[no-untyped-call]
POOLER = "pooler."  # it reads one token after the last layer


def pretrained(
    name: str,
    architecture: Any,
    folder: Path,
    dtype: torch.dtype = torch.float32,
    check: Callable[[Any], None] = check_recordable,
    unused: tuple[str, ...] = (POOLER,),
) -> Any:
    """The folder's model. transformers would start missing weights at random; here that raises.

    Not of those whose names begin with one of `unused`: many folders lack what comes after the last
    attention. A model that keeps a convolution is in float32 whatever `dtype` asks for: torch's own
    in bfloat16 cannot be trusted (see `zoo.embedding`). Raises WeightsError, and what `check`
    raises: Unrecordable for a model whose attention is more than softmax(q k^T), unless its own
    layers are hooked.
    """
    model = _whole(name, architecture, folder, dtype, check, unused)
    if dtype == torch.float32 or not convolves(model):
        return model
    del model  # read again, since weights that were rounded stay rounded
    return _whole(name, architecture, folder, torch.float32, check, unused)


def _whole(
    name: str,
    architecture: Any,
    folder: Path,
    dtype: torch.dtype,
    check: Callable[[Any], None],
    unused: tuple[str, ...],
) -> Any:
    """The folder's model in that dtype, its patches embedded by products. Raises as that."""
    model, found = _loaded(name, architecture, folder, dtype)
    check(model)
    missing = [*found["missing_keys"], *found["mismatched_keys"]]
    missing = [key for key in missing if not key.startswith(unused)]
    if missing:
        raise WeightsError(f"{name}: {folder} lacks weights the architecture needs: {missing[:3]}.")
    return embed_by_products(model.eval().requires_grad_(False))


def _loaded(name: str, architecture: Any, folder: Path, dtype: torch.dtype) -> Any:
    """The model and what transformers says of its loading. Raises WeightsError in a sentence."""
    try:
        return architecture.from_pretrained(
            folder,
            dtype=dtype,
            attn_implementation=IMPLEMENTATION,
            local_files_only=True,
            use_safetensors=True,
            output_loading_info=True,
        )
    except MemoryError:
        raise
    except Exception as error:  # a folder can be wrong in as many ways as transformers has code
        reason = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
        raise WeightsError(
            f"{name}: transformers cannot load {folder} ({type(error).__name__}: {reason[:300]})."
        ) from error


def values_at(
    name: str,
    site: str,
    run: Callable[[], Any],
    sites: Callable[[Calls], Sequence[Site]],
    partitions: Sequence[Partition | None] = (),
    changed: Switches = NO_SWITCHES,
) -> Values:
    """The values and output projection at one site of a model, from a pass of its own.

    Raises InputError for a site that is not there, or whose sums go no plain way on.
    """
    pass_ = recording(values=True, partitions=partitions, switches=changed)
    with pass_ as calls, _Projections(calls) as projections:
        run()
    for known, call in zip(sites(calls), calls, strict=True):
        if known.name == site:
            found: Values = projections.values(site, call)
            return found
    raise InputError(f"site {site[:80]!r} is not in {name}.", "site")


class _Projections(TorchFunctionMode):
    """Sees which linear layer takes up the weighted sums that an attention has just made.

    The layer has a name of its own in every family (o_proj, out_lin, c_proj, Wo, output.dense), so
    it is told by what it is given: exactly what the attention returned. Where something else comes
    between (a norm, a gate), there is none, and no steps are shown.
    """

    def __init__(self, calls: Calls) -> None:
        super().__init__()
        self._calls = calls
        self._found: dict[int, tuple[torch.Tensor, torch.Tensor | None]] = {}
        self._sums: torch.Tensor | None = None

    def __torch_function__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        made = function(*args, **kwargs)
        if function is F.scaled_dot_product_attention:
            self._sums = made.transpose(1, 2).flatten(2)  # (B, H, T, D) -> (B, T, H * D)
        elif function is F.linear and self._takes(args[0]):
            bias = args[2] if len(args) > 2 else kwargs.get("bias")
            self._note(args[1], bias)
        elif function is torch.addmm and self._takes(args[1]):  # GPT-2's Conv1D: x W, W (in, out)
            self._note(args[2].T, args[0])
        return made

    def _takes(self, given: torch.Tensor) -> bool:
        sums = self._sums
        same = sums is not None and given.numel() == sums.numel()
        return same and torch.equal(given.reshape(-1), sums.reshape(-1))  # type: ignore[union-attr]

    def _note(self, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
        self._found[len(self._calls) - 1] = weight, bias
        self._sums = None

    def values(self, site: str, call: Any) -> Values:
        """The values of a recorded call with its projection. Raises InputError."""
        number = next(i for i, each in enumerate(self._calls) if each is call)
        if not isinstance(call, QueryKeyCall) or number not in self._found:
            raise InputError(
                f"site {site} is not followed by a linear layer alone: {type(call.module).__name__}"
                " does more with its weighted sums than can be shown here.",
                "site",
            )
        weight, bias = self._found[number]
        found: Values = call.values(weight.float(), None if bias is None else bias.float())
        return found
