"""How queries and keys get into a trace while the forward pass keeps its fused kernel.

`transformers` sends attention through a table of functions; ours notes Q and K and calls the fused
one. The current recording lives in a context variable, so two threads that run one model never mix.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import AttentionMaskInterface, sdpa_mask

from models.trace import InputError, Recorded, Valued

IMPLEMENTATION = "foveate"  # the name under which transformers finds `record_and_attend`


class NothingRecorded(RuntimeError):
    """A forward pass ended and no attention was recorded.

    The model does not go through transformers' attention interface: it needs recording of its own
    (`record`) or `attn_implementation="eager"` with `output_attentions=True`.
    """


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One attention call of a batch: `query` (B, H, T, D), `key` (B, H or fewer, S, D)."""

    module: nn.Module
    query: Tensor
    key: Tensor
    scale: float
    bias: Tensor | None
    causal: bool
    value: Tensor | None = None

    def weights(self, index: int) -> Tensor:
        """All weights (H, T, S) of one item of the batch."""
        return self.item(index).rows(slice(None), slice(None))

    def item(self, index: int) -> Recorded:
        """The queries and keys of one item of the batch."""
        bias = self.bias
        if bias is not None:
            bias = bias[index if bias.shape[0] > 1 else 0]
        return Recorded(self.query[index], self.key[index], self.scale, bias, self.causal)

    def valued(self, projection: nn.Linear | None) -> Valued:
        """The values of the first item of the batch, and what projects their sums back.

        None is for an attention whose sums go on as they are.
        """
        assert self.value is not None, "this pass was recorded without values"
        groups = self.query.shape[1] // self.value.shape[1]
        value = self.value[0].repeat_interleave(groups, 0).float()
        if projection is None:
            return Valued(value, torch.eye(value.shape[0] * value.shape[2]), None)
        bias = None if projection.bias is None else projection.bias.float()
        return Valued(value, projection.weight.float(), bias)


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """One attention call of a batch that has no queries and keys: its weights (B, H, T, S)."""

    module: nn.Module
    given: Tensor

    def weights(self, index: int) -> Tensor:
        """All weights (H, T, S) of one item of the batch."""
        return self.given[index].float()


class Calls(list[Call]):
    """The attention calls of one recording, in order; `values` says whether values are kept.

    Calls without queries and keys are in `weighed`, in their own order.
    """

    values = False

    def __init__(self) -> None:
        super().__init__()
        self.weighed: list[Weighed] = []

    def latest(self, most: int) -> dict[nn.Module, Call | Weighed]:
        """The last call of each attention among the last `most`: all, where there are no more."""
        recent: list[Call | Weighed] = [*self[-most:], *self.weighed[-most:]]
        return {call.module: call for call in recent}

    def by_module(self) -> dict[nn.Module, list[Call | Weighed]]:
        """The calls of each attention, first to last."""
        found: dict[nn.Module, list[Call | Weighed]] = defaultdict(list)
        for call in (*self, *self.weighed):
            found[call.module].append(call)
        return found


_current: ContextVar[Calls | None] = ContextVar("foveate_recording", default=None)


@contextmanager
def recording(values: bool = False, needed: bool = True) -> Iterator[Calls]:
    """Collects the attention calls made inside it, in order of execution.

    Values are large and seldom looked at: they are kept only where asked for. Raises
    NothingRecorded on leaving when there was no call, unless the model has no attention (`needed`).
    """
    calls = Calls()
    calls.values = values
    token = _current.set(calls)
    try:
        yield calls
    finally:
        _current.reset(token)
    if needed and not calls and not calls.weighed:
        raise NothingRecorded(
            "The forward pass recorded no attention: the model does not use transformers' "
            f"attention interface, or was not loaded with attn_implementation={IMPLEMENTATION!r}."
        )


def record(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    scale: float,
    bias: Tensor | None = None,
    causal: bool = False,
    value: Tensor | None = None,
) -> None:
    """Notes one attention call of the layer `module`; does nothing outside `recording()`.

    A boolean `bias` is a mask: True where a query may look.
    """
    calls = _current.get()
    if calls is not None:
        kept = value.detach() if calls.values and value is not None else None
        query, key = query.detach(), key.detach()
        calls.append(Call(module, query, key, scale, _additive(bias), causal, kept))


def record_weights(module: nn.Module, weights: Tensor) -> None:
    """Notes the weights (B, H, T, S) of an attention whose scores are no products of q and k."""
    calls = _current.get()
    if calls is not None:
        calls.weighed.append(Weighed(module, weights.detach()))


def _additive(mask: Tensor | None) -> Tensor | None:
    """A boolean mask as a bias. Not -inf: a query that sees nothing (padding) would become NaN."""
    if mask is None or mask.dtype != torch.bool:
        return mask
    hidden = torch.finfo(torch.float32).min
    return torch.zeros(mask.shape).masked_fill(~mask, hidden)


def record_and_attend(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    **kwargs: Any,
) -> tuple[Tensor, Tensor | None]:
    """transformers' attention function: notes Q and K, then runs scaled_dot_product_attention."""
    if _current.get() is not None:
        scale = kwargs.get("scaling")
        causal = _is_causal(module, query, attention_mask, kwargs.get("is_causal"))
        record(
            module,
            query,
            key[:, :, : query.shape[2]] if causal else key,  # as the fused function crops them
            query.shape[-1] ** -0.5 if scale is None else float(scale),
            _sum(_additive(attention_mask), kwargs.get("position_bias")),
            causal,
            value[:, :, : query.shape[2]] if causal else value,
        )
    return sdpa_attention_forward(module, query, key, value, attention_mask, **kwargs)


def projection(model: nn.Module, attention: nn.Module) -> nn.Linear | None:
    """The layer that turns an attention's weighted sums back to the model's width.

    By the names transformers gives it: on the module itself, or `output.dense` of its parent. None
    where the attention says (`output = None`) that its sums go on as they are.
    """
    if getattr(attention, "output", attention) is None:
        return None
    for name in ("o_proj", "out_proj", "output"):
        found = getattr(attention, name, None)
        if isinstance(found, nn.Linear):
            return found
    path = next(name for name, module in model.named_modules() if module is attention)
    parent = model.get_submodule(path.rpartition(".")[0])
    found = getattr(getattr(parent, "output", None), "dense", None)
    if isinstance(found, nn.Linear):
        return found
    raise InputError(f"{type(attention).__name__} has no output projection that is known.", "site")


def _is_causal(
    module: nn.Module, query: Tensor, mask: Tensor | None, requested: bool | None
) -> bool:
    """The fused function's own rule: causal by flag only where there is no mask."""
    flag = getattr(module, "is_causal", True) if requested is None else requested
    return bool(flag) and mask is None and query.shape[2] > 1


def _sum(first: Tensor | None, second: Tensor | None) -> Tensor | None:
    if first is None or second is None:
        return second if first is None else first
    return first + second


AttentionInterface.register(IMPLEMENTATION, record_and_attend)
AttentionMaskInterface.register(IMPLEMENTATION, sdpa_mask)
