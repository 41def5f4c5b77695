"""How queries and keys get into a trace while the forward pass keeps its fused kernel.

`transformers` sends attention through a table of functions; ours notes Q and K and calls the fused
one. The current recording lives in a context variable, so two threads that run one model never mix.
What cannot be recorded truly raises Unrecordable before there is a trace. Axis sizes in comments:
B inputs, W windows an input, H heads, T queries, S keys, D width a head.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Self

import torch
from torch import Tensor, nn
from transformers import AttentionInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import AttentionMaskInterface, sdpa_mask

from foveate.models.attention import Attention, Gate, Partition, QueryKey, Values, Weights
from foveate.models.bias import additive, capped, is_causal, summed
from foveate.models.errors import Unrecordable

IMPLEMENTATION = "foveate"  # the name under which transformers finds `record_and_attend`

# What transformers may hand to an attention function and does not change the weights, or what is
# recorded. A sliding window is in the mask already; values are dropped out in training alone.
KNOWN = {"scaling", "is_causal", "position_bias", "sliding_window", "dropout", "deterministic"}
KNOWN |= {"position_ids", "cache_position", "use_cache", "return_dict", "num_items_in_batch"}
KNOWN |= {"output_attentions", "output_hidden_states", "output_router_logits"}
CAPPED = {"gemma2"}  # families that the fused kernel does not suit for their soft cap alone


class NothingRecorded(Unrecordable):
    """A forward pass ended and no attention was recorded.

    The model does not go through transformers' attention interface: it needs recording of its own
    (`record`) or `attn_implementation="eager"` with `output_attentions=True`.
    """


@dataclass(frozen=True, slots=True, eq=False)
class QueryKeyCall:
    """One attention call of a batch: `query` (B, H, T, D), `key` (B, H or fewer, S, D).

    Under a `partition` the batch axis is windows: (B * W, ...), the windows of an input together.
    """

    module: nn.Module
    query: Tensor
    key: Tensor
    scale: float
    bias: Tensor | None = None
    causal: bool = False
    value: Tensor | None = None
    partition: Partition | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Windows of all inputs, queries and keys of each."""
        return len(self.query), self.query.shape[2], self.key.shape[2]

    @property
    def batch(self) -> int:
        """How many inputs the call is of."""
        return len(self.query) // _count(self.partition)

    def item(self, index: int) -> QueryKey:
        """The queries and keys of one item of the batch."""
        if self.partition is not None:
            return self._windows(index, self.partition)
        bias = self.bias
        if bias is not None:
            bias = bias[index if bias.shape[0] > 1 else 0]
        return QueryKey(self.query[index], self.key[index], self.scale, bias, self.causal)

    def _windows(self, index: int, partition: Partition) -> QueryKey:
        windows = _count(partition)
        mine = slice(index * windows, (index + 1) * windows)
        bias = self.bias
        if bias is not None and len(bias) > windows:  # else every input has the same one
            bias = bias[mine]
        query, key = self.query[mine], self.key[mine]
        return QueryKey(query, key, self.scale, bias, self.causal, partition)

    def only(self, index: int) -> Self:
        """The call as if that item were alone in the batch."""
        windows = _count(self.partition)
        mine = slice(index * windows, (index + 1) * windows)
        bias = self.bias
        if bias is not None and len(bias) == len(self.query):  # else it is the same for all
            bias = bias[mine]
        value = None if self.value is None else self.value[mine]
        return replace(self, query=self.query[mine], key=self.key[mine], bias=bias, value=value)

    def values(self, weight: Tensor | None, bias: Tensor | None = None) -> Values:
        """The values of the first item of the batch, and the matrix that projects their sums back.

        No matrix is for an attention whose sums go on as they are.
        """
        assert self.value is not None, "this pass was recorded without values"
        groups = self.query.shape[1] // self.value.shape[1]
        value = self.value[0].repeat_interleave(groups, 0).float()
        whole = torch.eye(value.shape[0] * value.shape[2]) if weight is None else weight
        return Values(value, whole, bias)


def _count(partition: Partition | None) -> int:
    return 1 if partition is None else len(partition.query)


@dataclass(frozen=True, slots=True, eq=False)
class WeightsCall:
    """One attention call of a batch that has no queries and keys: its weights (B, H, T, S).

    Under a `partition` the batch axis is windows, as with queries and keys.
    """

    module: nn.Module
    weights: Tensor
    partition: Partition | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Windows of all inputs, queries and keys of each."""
        return len(self.weights), self.weights.shape[2], self.weights.shape[3]

    @property
    def batch(self) -> int:
        """How many inputs the call is of."""
        return len(self.weights) // _count(self.partition)

    def item(self, index: int) -> Weights:
        """The weights of one item of the batch."""
        if self.partition is None:
            return Weights(self.weights[index])
        windows = _count(self.partition)
        return Weights(self.weights[index * windows : (index + 1) * windows], self.partition)

    def only(self, index: int) -> Self:
        """The call as if that item were alone in the batch."""
        windows = _count(self.partition)
        return replace(self, weights=self.weights[index * windows : (index + 1) * windows])


@dataclass(frozen=True, slots=True, eq=False)
class GateCall:
    """One gate of a batch: its values 0 to 1 (B, H, T, S)."""

    module: nn.Module
    gate: Tensor

    @property
    def batch(self) -> int:
        return len(self.gate)

    def item(self, index: int) -> Gate:
        """The gate of one item of the batch."""
        return Gate(self.gate[index])

    def only(self, index: int) -> Self:
        """The call as if that item were alone in the batch."""
        return replace(self, gate=self.gate[index : index + 1])


Call = QueryKeyCall | WeightsCall | GateCall


class Calls(list[Call]):
    """The attention calls of one recording, in order of execution.

    `inputs` is how many things one pass is over, and `keep_values` whether values are kept. A model
    whose code is not ours does not say how it divides its input: `partitions` has it, call by call.
    """

    def __init__(
        self,
        inputs: int = 1,
        keep_values: bool = False,
        partitions: Sequence[Partition | None] = (),
    ) -> None:
        super().__init__()
        self.inputs = inputs
        self.keep_values = keep_values
        self.partitions = partitions

    def note(self, call: Call) -> None:
        """Takes one more call. Raises Unrecordable where its batch is not that of the inputs."""
        if not isinstance(call, GateCall) and len(self) < len(self.partitions):
            call = replace(call, partition=self.partitions[len(self)])
            _check_partition(call)
        if call.batch != self.inputs:
            raise Unrecordable(
                f"{type(call.module).__name__} attended in a batch of {call.batch} for "
                f"{self.inputs} input{'s' * (self.inputs > 1)}: it divides its input into windows "
                "or the like, and how is not known here."
            )
        self.append(call)

    def attentions(self, index: int = 0) -> list[Attention]:
        """What each call holds of one item of the batch."""
        return [call.item(index) for call in self]

    def only(self, index: int) -> Calls:
        """The calls as if that item were alone in the batch."""
        found = Calls(keep_values=self.keep_values, partitions=self.partitions)
        found.extend(call.only(index) for call in self)
        return found

    def latest(self, most: int) -> dict[nn.Module, Call]:
        """The last call of each attention among the last `most`: all, where there are no more."""
        return {call.module: call for call in self[-most:]}

    def by_module(self) -> dict[nn.Module, list[Call]]:
        """The calls of each attention, first to last."""
        found: dict[nn.Module, list[Call]] = defaultdict(list)
        for call in self:
            found[call.module].append(call)
        return found


_current: ContextVar[Calls | None] = ContextVar("foveate_recording", default=None)


def is_recording() -> bool:
    """Whether somebody collects: what only a recording needs is not worked out for nobody."""
    return _current.get() is not None


@contextmanager
def recording(
    inputs: int = 1,
    values: bool = False,
    needed: bool = True,
    partitions: Sequence[Partition | None] = (),
) -> Iterator[Calls]:
    """Collects the attention calls made inside it, of passes over so many `inputs` at once.

    Values are large and seldom looked at: they are kept only where asked for. `partitions` are
    those of the calls in their order, where there are any. Raises NothingRecorded on leaving when
    there was no call, unless the model has no attention (`needed`).
    """
    calls = Calls(inputs, values, partitions)
    token = _current.set(calls)
    try:
        yield calls
    finally:
        _current.reset(token)
    if needed and not calls:
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
    partition: Partition | None = None,
) -> None:
    """Notes one attention call of the layer `module`; does nothing outside `recording()`.

    A boolean `bias` is a mask: True where a query may look. Raises Unrecordable for a batch that is
    not that of the inputs and has no partition.
    """
    calls = _current.get()
    if calls is not None:
        kept = value.detach() if calls.keep_values and value is not None else None
        query, key, added = query.detach(), key.detach(), additive(bias)
        calls.note(QueryKeyCall(module, query, key, scale, added, causal, kept, partition))


def record_weights(module: nn.Module, weights: Tensor) -> None:
    """Notes the weights (B, H, T, S) of an attention whose scores are no products of q and k."""
    calls = _current.get()
    if calls is not None:
        calls.note(WeightsCall(module, weights.detach()))


def record_gate(module: nn.Module, gate: Tensor) -> None:
    """Notes the values (B, H, T, S) of a gate, 0 closed to 1 open."""
    calls = _current.get()
    if calls is not None:
        calls.note(GateCall(module, gate.detach()))


def _check_partition(call: QueryKeyCall | WeightsCall) -> None:
    """Raises Unrecordable where a call is not divided as its partition has it."""
    windows, queries, keys = call.shape
    partition = call.partition
    if partition is None:
        return
    expected = partition.query.shape[1], partition.key.shape[1]
    if windows % len(partition.query) or (queries, keys) != expected:
        raise Unrecordable(
            f"{type(call.module).__name__} attended in {windows} windows of {queries} queries and "
            f"{keys} keys, and {len(partition.query)} of {expected[0]} and {expected[1]} were "
            "expected: this model's structure is not known."
        )


def record_and_attend(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    **kwargs: Any,
) -> tuple[Tensor, Tensor | None]:
    """transformers' attention function: notes Q and K, then runs scaled_dot_product_attention.

    Raises Unrecordable for an argument that would change the weights in a way not known here.
    """
    if (cap := kwargs.pop("softcap", None)) is not None:
        attention_mask = capped(module, query, key, attention_mask, cap, kwargs)
    if _current.get() is not None:
        _check_arguments(module, kwargs)
        scale = kwargs.get("scaling")
        causal = is_causal(module, query, attention_mask, kwargs.get("is_causal"))
        record(
            module,
            query,
            key[:, :, : query.shape[2]] if causal else key,  # as the fused function crops them
            query.shape[-1] ** -0.5 if scale is None else float(scale),
            summed(additive(attention_mask), kwargs.get("position_bias")),
            causal,
            value[:, :, : query.shape[2]] if causal else value,
        )
    return sdpa_attention_forward(module, query, key, value, attention_mask, **kwargs)


def check_recordable(model: nn.Module) -> None:
    """Raises Unrecordable for a model that says that the fused kernel does not suit it.

    Its attention then does more than softmax(q k^T * scale + mask): sinks, say. Soft caps are
    computed.
    """
    soft = getattr(getattr(model, "config", None), "model_type", None) in CAPPED
    if getattr(model, "_supports_sdpa", True) is False and not soft:
        raise Unrecordable(
            f"{type(model).__name__} says that it does not support scaled_dot_product_attention: "
            "its weights are not those of its queries and keys alone, and would be shown wrong."
        )


def _check_arguments(module: nn.Module, arguments: dict[str, Any]) -> None:
    unknown = [name for name, value in arguments.items() if value is not None]
    unknown = [name for name in unknown if name not in KNOWN]
    if unknown:
        raise Unrecordable(
            f"{type(module).__name__} attends with {', '.join(unknown)}, which is not recorded "
            "here: its weights would be shown wrong."
        )


AttentionInterface.register(IMPLEMENTATION, record_and_attend)
AttentionMaskInterface.register(IMPLEMENTATION, sdpa_mask)
